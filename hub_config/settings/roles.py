"""Who may do what on a hub: JupyterHub's roles, as far as one machine and a cluster share them."""

from __future__ import annotations

from typing import Any

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
