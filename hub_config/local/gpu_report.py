"""What ``course gpu`` says: who has which GPU, what is free, who waits, and the week's hours."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from autograder.engine.gpu import nvml
from course.errors import SetupError
from hub_config.local.gpus import known
from hub_config.local.lease_file import lease_file
from hub_config.local.leases import JOB, Leases, Lent, Week


def make_report(state: Path) -> dict[str, Any]:
    """Return what the hub with its data in `state` has lent, as JSON takes it. Times are this machine's.

    Raises
    ------
    SetupError : there is no such hub, or this user may not read its data.
    """
    path = lease_file(state)
    try:
        path.open("r+b").close()
        leases = Leases(path, None)
        here = nvml.gpus()
        return {
            "leases": [_lease(one, here) for one in leases.lent()],
            "free": {resource: {"free": free, "of": total} for resource, (free, total) in leases.free().items()},
            "waiting": [
                {"person": one.person, "resources": dict(one.asked), "since": _moment(one.since)}
                for one in leases.waiting()
            ],
            "week": [
                {
                    "person": one.person,
                    "hours": round(one.hours, 2),
                    "peak_mb": one.peak_mb,
                    "percent": _rounded(one),
                    "taken_back": one.taken_back,
                }
                for one in leases.week()
            ],
        }
    except FileNotFoundError:
        raise SetupError(
            f"No hub has lent a GPU yet with its data in {state}: name another's folder with --state."
        ) from None
    except (OSError, sqlite3.Error) as error:
        raise SetupError(f"{path} can't be read ({error}): ask as the user that runs the hub.") from error


def _lease(one: Lent, here: Sequence[nvml.Gpu]) -> dict[str, Any]:
    gpu = known(one.device, here)
    return {
        "person": one.person,
        "server": one.holder.partition("/")[2],
        "job": one.holder.endswith(f"/{JOB}"),
        "gpu": one.device,
        "name": gpu.name if gpu else None,
        "resource": one.resource,
        "since": _moment(one.since),
        "until": _moment(one.until),
        "percent_now": _asked(nvml.busy_percent, gpu),
        "mb_now": _asked(nvml.used_mb, gpu),
        "percent": _rounded(one),
        "peak_mb": one.peak_mb,
        "idle_minutes": None if one.idle is None else round(one.idle / 60),
        "mb_of": gpu.memory_mb if gpu else None,
    }


def _rounded(one: Lent | Week) -> int | None:
    return None if one.percent is None else round(one.percent)


def _asked(what: Callable[[str], int], gpu: nvml.Gpu | None) -> int | None:
    """Of the whole GPU; None where the driver does not say."""
    try:
        return what(gpu.uuid) if gpu else None
    except nvml.Fallen:
        return None


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="minutes")
