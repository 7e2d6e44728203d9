"""A stub of NVML's Python module, of a machine that the tests describe in a JSON file.

`COURSE_NVML` names it, and the file behind a colon. A card is ``{"uuid": …, "name": …, "minor": …, "mb": …,
"file": …}``; with ``"slices"`` (of which each has a uuid, a profile and an mb) it is divided; with ``"fallen"`` it does
not answer, with ``"untold"`` it does not say who uses it. A process that has `file` open uses the card, and as many MB
of it as the file has KB. When its memory is asked for and nobody uses it, it is wiped, as a driver does before another
process gets it; not if it ``"leaks"``.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any


class NVMLError(Exception):
    """What every call of NVML may raise."""

    value = 0


def _machine() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(os.environ["COURSE_NVML"].partition(":")[2]).read_text())
    return found


def nvmlInit() -> None:  # noqa: N802
    if not _machine().get("driver"):
        raise NVMLError("no driver")


def nvmlShutdown() -> None:  # noqa: N802
    pass


def nvmlSystemGetDriverVersion() -> str:  # noqa: N802
    return str(_machine()["driver"])


def nvmlDeviceGetCount() -> int:  # noqa: N802
    return len(_machine()["cards"])


def nvmlDeviceGetHandleByIndex(number: int) -> dict[str, Any]:  # noqa: N802
    return _answering(_machine()["cards"][number])


def nvmlDeviceGetHandleByUUID(uuid: str) -> dict[str, Any]:  # noqa: N802
    for card in _machine()["cards"]:
        for one in (card, *card.get("slices", [])):
            if one["uuid"] == uuid:
                return {**card, **_answering(one)}
    raise NVMLError("not found")


def _answering(one: dict[str, Any]) -> dict[str, Any]:
    if one.get("fallen"):
        raise NVMLError("GPU is lost")
    return one


def nvmlDeviceGetMinorNumber(handle: dict[str, Any]) -> int:  # noqa: N802
    return int(handle["minor"])


def nvmlDeviceGetName(handle: dict[str, Any]) -> str:  # noqa: N802
    return f"{handle['name']} MIG {handle['profile']}" if "profile" in handle else str(handle["name"])


def nvmlDeviceGetUUID(handle: dict[str, Any]) -> str:  # noqa: N802
    return str(handle["uuid"])


def nvmlDeviceGetMemoryInfo(handle: dict[str, Any]) -> Any:  # noqa: N802
    running = _running(handle)
    if not running and not handle.get("leaks") and Path(handle.get("file", "")).is_file():
        os.truncate(handle["file"], 0)
    used = sum(one.usedGpuMemory for one in running)
    return SimpleNamespace(total=handle["mb"] << 20, used=used)


def nvmlDeviceGetUtilizationRates(handle: dict[str, Any]) -> Any:  # noqa: N802
    return SimpleNamespace(gpu=int(handle.get("busy", 0)))


def nvmlDeviceGetMigMode(handle: dict[str, Any]) -> tuple[int, int]:  # noqa: N802
    if "slices" not in handle:
        raise NVMLError("not supported")
    return 1, 1


def nvmlDeviceGetMaxMigDeviceCount(handle: dict[str, Any]) -> int:  # noqa: N802
    return 7


def nvmlDeviceGetMigDeviceHandleByIndex(handle: dict[str, Any], number: int) -> dict[str, Any]:  # noqa: N802
    try:
        return {"name": handle["name"], "minor": handle["minor"], "number": number, **handle["slices"][number]}
    except IndexError:
        raise NVMLError("not found") from None


def nvmlDeviceGetGpuInstanceId(handle: dict[str, Any]) -> int:  # noqa: N802
    return int(handle["number"]) + 7


def nvmlDeviceGetComputeInstanceId(handle: dict[str, Any]) -> int:  # noqa: N802
    return 0


def nvmlDeviceGetComputeRunningProcesses(handle: dict[str, Any]) -> list[Any]:  # noqa: N802
    if handle.get("untold"):
        error = NVMLError("not supported")
        error.value = 3
        raise error
    return _running(handle)


def _running(handle: dict[str, Any]) -> list[Any]:
    found = []
    file = Path(handle.get("file", "/nonexistent"))
    if not file.exists():
        return []
    wanted = file.stat()
    for process in Path("/proc").glob("[0-9]*"):
        if any(os.path.samestat(one, wanted) for one in _opened(process)):
            found.append(SimpleNamespace(pid=int(process.name), usedGpuMemory=wanted.st_size << 10))
    return found


def _opened(process: Path) -> Iterator[os.stat_result]:
    with contextlib.suppress(OSError):  # it has ended, or is not ours to look at
        for one in (process / "fd").iterdir():
            with contextlib.suppress(OSError):  # closed meanwhile
                yield os.stat(one)
