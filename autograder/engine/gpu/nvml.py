"""Which GPUs this machine has, asked of the driver's own library (NVML), which makes no CUDA context.

Its Python module (`nvidia-ml-py`) or the driver may be missing: then there are none.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MODULE = "COURSE_NVML"  # environment: a test's module in the place of NVML's
DEVICES = Path("/dev")
_SHARED = ("nvidiactl", "nvidia-uvm")  # of all GPUs; `nvidia-uvm-tools` is not needed
_MINORS = Path("/proc/driver/nvidia-caps/mig-minors")
_UNTOLD = (3, 4)  # NVML_ERROR_NOT_SUPPORTED and NO_PERMISSION
_MIG = re.compile(r"MIG (\S+)$")


class Fallen(Exception):
    """The driver does not answer for a GPU that was there: it is nobody's submission's fault."""


class Untold(Fallen):
    """The driver answers, and keeps this to itself: it does not know it, or not for us."""


@dataclass(frozen=True)
class Gpu:
    """A GPU, or a MIG slice of one.

    Attributes
    ----------
    uuid : what CUDA_VISIBLE_DEVICES takes.
    name : of the card; of a slice, its profile, such as ``1g.10gb``, comes last.
    memory_mb : in all.
    files : the device files that whoever uses it has to open.
    profile : of a slice; empty for a whole GPU.
    number : of the card, as `nvidia-smi -L` counts.
    """

    uuid: str
    name: str
    memory_mb: int
    files: tuple[str, ...]
    profile: str = ""
    number: int = -1


def gpus() -> tuple[Gpu, ...]:
    """Return the GPUs of this machine, slices in the place of those that are divided; none without a driver."""
    with _nvml() as nvml:
        if nvml is None:
            return ()
        return tuple(one for number in range(nvml.nvmlDeviceGetCount()) for one in _of_card(nvml, number))


def driver() -> str:
    """Return the driver's version; empty where there is none."""
    with _nvml() as nvml:
        return _text(nvml.nvmlSystemGetDriverVersion()) if nvml is not None else ""


def used_mb(uuid: str, processes: Collection[int] | None = None) -> int:
    """Return how many MB of a GPU are in use: by some processes, or in all.

    Raises
    ------
    Fallen : the GPU does not answer.
    Untold : the driver does not say.
    """
    with _nvml() as nvml:
        if nvml is None:
            raise Fallen(uuid)
        try:
            handle = nvml.nvmlDeviceGetHandleByUUID(uuid)
            if processes is None:
                return int(nvml.nvmlDeviceGetMemoryInfo(handle).used) >> 20
            running = nvml.nvmlDeviceGetComputeRunningProcesses(handle)
        except nvml.NVMLError as error:
            kind = Untold if getattr(error, "value", None) in _UNTOLD else Fallen
            raise kind(f"{uuid}: {error}") from None
        return sum(int(one.usedGpuMemory or 0) for one in running if one.pid in processes) >> 20


def busy_percent(uuid: str) -> int:
    """Return how much of the last moment a GPU has computed, in percent.

    Raises
    ------
    Fallen : the GPU does not answer.
    """
    with _nvml() as nvml:
        if nvml is None:
            raise Fallen(uuid)
        try:
            return int(nvml.nvmlDeviceGetUtilizationRates(nvml.nvmlDeviceGetHandleByUUID(uuid)).gpu)
        except nvml.NVMLError as error:
            raise Fallen(f"{uuid}: {error}") from None


def awake() -> contextlib.AbstractContextManager[Any]:
    """Keep the driver's library ready in this block, for many questions: each else waits until the driver is up."""
    return _nvml()


@contextlib.contextmanager
def _nvml() -> Iterator[Any]:
    """The library, ready; None where there is none."""
    try:
        pynvml = importlib.import_module(os.environ.get(MODULE, "pynvml").partition(":")[0])
        pynvml.nvmlInit()
    except Exception:  # no module, no library, no driver, no rights: there is no GPU for us
        yield None
        return
    try:
        yield pynvml
    finally:
        with contextlib.suppress(pynvml.NVMLError):
            pynvml.nvmlShutdown()


def _of_card(nvml: Any, number: int) -> Iterator[Gpu]:
    try:
        card = nvml.nvmlDeviceGetHandleByIndex(number)
        minor = int(nvml.nvmlDeviceGetMinorNumber(card))
        files = tuple(str(DEVICES / name) for name in (f"nvidia{minor}", *_SHARED))
        slices = list(_slices(nvml, card))
        for handle in slices or [card]:
            name = _text(nvml.nvmlDeviceGetName(handle))
            profile = _MIG.search(name)
            more = _capabilities(nvml, minor, handle) if slices else ()
            memory = int(nvml.nvmlDeviceGetMemoryInfo(handle).total) >> 20
            uuid = _text(nvml.nvmlDeviceGetUUID(handle))
            yield Gpu(uuid, name, memory, (*files, *more), profile[1] if profile else "", number)
    except nvml.NVMLError:
        return  # a card that does not answer is lent to nobody


def _slices(nvml: Any, card: Any) -> Iterator[Any]:
    with contextlib.suppress(nvml.NVMLError):  # most cards can't be divided
        if not nvml.nvmlDeviceGetMigMode(card)[0]:
            return
        for number in range(nvml.nvmlDeviceGetMaxMigDeviceCount(card)):
            with contextlib.suppress(nvml.NVMLError):  # a place that is not taken
                yield nvml.nvmlDeviceGetMigDeviceHandleByIndex(card, number)


def _capabilities(nvml: Any, minor: int, handle: Any) -> Iterator[str]:
    """The files that open a slice: of its GPU instance, and of its compute instance."""
    instance = f"gpu{minor}/gi{nvml.nvmlDeviceGetGpuInstanceId(handle)}"
    wanted = (f"{instance}/access", f"{instance}/ci{nvml.nvmlDeviceGetComputeInstanceId(handle)}/access")
    with contextlib.suppress(OSError):
        for line in _MINORS.read_text(encoding="ascii").splitlines():
            name, _, number = line.partition(" ")
            if name in wanted:
                yield str(DEVICES / "nvidia-caps" / f"nvidia-cap{number}")


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def inside(file: str) -> str:
    """Return where a device file stands for a submission: where it always does."""
    return file if file.startswith("/dev/") else f"/dev/{os.path.basename(file)}"
