"""What kernels of both kinds have in common, and the limits that a cold one, which is not isolated, sets itself."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from course.files import remove
from course.project import commands_path, data_cache

CHECKS = 100  # the descriptor on which a warm kernel finds the socket that checks use
_PREFIX = "course-"

# Only these reach a submission: no course key, no token, no path into the grader's checkout.
KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "OMP_NUM_THREADS",
        "NBGRADER_EXECUTION", "NBGRADER_VALIDATING")  # fmt: skip

LIMITS = """
def _limit():
    try:
        import resource
        with open("/proc/self/status") as status:
            used = next(int(line.split()[1]) << 10 for line in status if line.startswith("VmData"))
        budget = used + ({megabytes} << 20)
        resource.setrlimit(resource.RLIMIT_DATA, (budget, budget))
        resource.setrlimit(resource.RLIMIT_FSIZE, ({file_mb} << 20, {file_mb} << 20))
    except (ImportError, OSError, ValueError):
        pass  # no such limits on this system
_limit()
del _limit
"""

# Run before a submission's cells: nobody is there to type, and a kernel is ended by the grader. What asks for a
# debugger would raise an error, and `exit()` would end the kernel a moment later, with or without the next cells.
UNATTENDED = """
def _unattended():
    import bdb, sys
    from IPython.core import debugger
    nothing = lambda *_, **__: None
    sys.breakpointhook = nothing
    get_ipython().ask_exit = nothing
    kinds = [bdb.Bdb]
    while kinds:
        kind = kinds.pop()
        kind.set_trace = nothing
        kinds += kind.__subclasses__()
_unattended()
del _unattended
"""


def private_folder() -> Path:
    """Make an empty folder of this process's, which `sweep` removes if the process is killed before it can."""
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))


def sweep() -> None:
    """Remove the private folders of processes that have ended."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}[0-9]*-*"):
        maker = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if maker.isdigit() and not psutil.pid_exists(int(maker)):
            remove(folder)


def environment(given: dict[str, str] | None = None, datasets: Sequence[str] | None = ()) -> dict[str, str]:
    """Return a submission's variables, made from the grader's own or from `given`; none names a private place.

    Of all data sets but `datasets`, `load` gives stand-ins then, and where there are none, nothing says where data sets
    are: hidden checks ask about the rows of public ones. None: all may be loaded.
    """
    source = dict(os.environ) if given is None else given
    kept = {name: source[name] for name in KEPT if name in source}
    if datasets is not None:
        kept |= {"COURSE_DATA_ONLY": " ".join(datasets), "COURSE_DATA_OFFLINE": "1"}
    if datasets is None or datasets:
        kept |= {name: source[name] for name in ("COURSE_DATA_MIRROR", "COURSE_DATA_OFFLINE") if name in source}
        kept["COURSE_DATA_CACHE"] = str(data_cache().resolve())  # a kernel works in another folder
        if mirror := kept.get("COURSE_DATA_MIRROR"):
            kept["COURSE_DATA_MIRROR"] = str(Path(mirror).resolve())
    kept["PATH"] = commands_path(source.get("PATH"))  # for `!python` and `!pip`: what runs the kernel
    if folders := package_folders(source):
        kept["PYTHONPATH"] = os.pathsep.join(folders)
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}


def package_folders(given: Mapping[str, str]) -> list[str]:
    """Return the folders of ``PYTHONPATH`` that hold installed packages: all that there are where none can be installed
    (`make wheels`). A checkout on that path is none of them."""
    paths = [Path(one) for one in given.get("PYTHONPATH", "").split(os.pathsep) if one]
    return [str(path.resolve()) for path in paths if next(path.glob("*.dist-info"), None)]


def usual_threads() -> int:
    """Return how many threads a library takes that is told nothing: what the environment says, or one for each core."""
    named = os.environ.get("OMP_NUM_THREADS", "")
    if named.isdigit() and int(named):
        return int(named)
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def gpu_variables(uuid: str) -> dict[str, str]:
    """Return the variables that say which GPU a submission is lent, by its UUID; empty: none. To ask for GPUs by the
    driver's library makes no CUDA context."""
    return {"CUDA_VISIBLE_DEVICES": uuid, "PYTORCH_NVML_BASED_CUDA_CHECK": "1"}


def places(folder: Path) -> dict[str, str]:
    """Return the variables that name private places, in `folder`."""
    return {name: str(folder / "home") for name in ("HOME", "IPYTHONDIR", "TMPDIR", "MPLCONFIGDIR")}
