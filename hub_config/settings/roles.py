"""Who may do what on a hub: JupyterHub's roles, as far as one machine and a cluster share them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hub_config.exchange.identity import INSTANT_SERVICE, SCHEDULE_SERVICE
from hub_config.settings.hub import Course

EXCHANGE = "exchange"
START = f"/services/{EXCHANGE}/start"  # the page that people see first
GPU_JOBS = "gpu"  # the service that runs what people send to a GPU
REACH = f"access:services!service={EXCHANGE}"


def shared_roles(gpu_jobs: bool = False) -> list[dict[str, Any]]:
    """Return the roles of people, of their servers, of the exchange and, with `gpu_jobs`, of their service: both
    ask whose a token is."""
    services = [EXCHANGE, *([GPU_JOBS] if gpu_jobs else [])]
    reached = [f"access:services!service={name}" for name in services]
    return [
        {"name": "user", "scopes": ["self", *reached]},
        {"name": "server", "scopes": ["users:activity!user", "access:servers!server", *reached]},
        *({"name": name, "scopes": ["read:users:name", "read:users:groups"], "services": [name]} for name in services),
    ]


def asking(course: Course) -> list[str]:
    """Return the names of a course's services that ask the exchange, as its graders do."""
    services = ((INSTANT_SERVICE, course.feedback.instant), (SCHEDULE_SERVICE, course.schedule))
    return [prefix + course.id for prefix, is_there in services if is_there]


def service_roles(courses: Iterable[Course]) -> list[dict[str, Any]]:
    """Return the roles of these."""
    return [{"name": name, "scopes": [REACH], "services": [name]} for one in courses for name in asking(one)]
