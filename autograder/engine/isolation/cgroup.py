"""A control group per submission, where this process may make one: memory, number of processes, CPU time."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
_PREFIX = "course-"
_WANTED = ("memory", "pids")
_PERIOD = 100_000  # microseconds, in which a share of CPU time is given


@dataclass(frozen=True)
class Group:
    """The folders of one submission's control group: one per controller in version 1, a single one in version 2."""

    folders: dict[str, Path]
    version: int

    def limit(self, memory_mb: int, processes: int, *, kill_all: bool = True) -> None:
        """Set how many megabytes and how many processes and threads all its members may use together.

        With `kill_all`, one that takes too much takes all others down with it, where that can be chosen.
        """
        memory = str(memory_mb << 20)
        if self.version == 2:
            self._write("memory", "memory.max", memory)
            self._write("memory", "memory.swap.max", "0", optional=True)
            self._write("memory", "memory.oom.group", str(int(kill_all)), optional=True)
        else:
            self._write("memory", "memory.limit_in_bytes", memory)
            self._write("memory", "memory.memsw.limit_in_bytes", memory, optional=True)
        self._write("pids", "pids.max", str(processes))

    def limit_cpu(self, cores: float) -> None:
        """Set how many cores all its members may use together.

        Raises
        ------
        OSError, KeyError : there is no such control here.
        """
        if self.version == 2:
            self._write("cpu", "cpu.max", f"{round(cores * _PERIOD)} {_PERIOD}")
        else:
            self._write("cpu", "cpu.cfs_period_us", str(_PERIOD))
            self._write("cpu", "cpu.cfs_quota_us", str(round(cores * _PERIOD)))

    def add(self, pid: int) -> None:
        """Move a process into the group; what it starts is in it too."""
        for folder in set(self.folders.values()):
            (folder / "cgroup.procs").write_text(str(pid))

    def members(self) -> list[int]:
        """Return the processes that are in the group now."""
        return _members(self.folders["memory"])

    def cpu_seconds(self) -> float | None:
        """Return the CPU time used by all members so far, where it is counted."""
        with contextlib.suppress(OSError, KeyError, ValueError):
            if self.version == 1:
                return int((self.folders["cpuacct"] / "cpuacct.usage").read_text()) / 1e9
            return int(_field(self.folders["memory"] / "cpu.stat", "usage_usec")) / 1e6
        return None

    def out_of_memory(self) -> bool:
        """Whether a member was killed for want of memory."""
        name = "memory.events" if self.version == 2 else "memory.oom_control"
        with contextlib.suppress(OSError, ValueError):
            return int(_field(self.folders["memory"] / name, "oom_kill")) > 0
        return False

    def remove(self) -> None:
        """Kill what is left in the group and remove it."""
        until = time.monotonic() + 5
        for folder in set(self.folders.values()):
            while time.monotonic() < until:
                for pid in _members(folder):
                    with contextlib.suppress(OSError):
                        os.kill(pid, 9)
                try:
                    folder.rmdir()
                    break
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(0.01)

    def _write(self, controller: str, name: str, text: str, optional: bool = False) -> None:
        try:
            (self.folders[controller] / name).write_text(text)
        except OSError:
            if not optional:
                raise


def make(name: str, root: Path = ROOT, *, cpu: bool = False) -> Group:
    """Make a control group called `name`; a submission's is ``<pid>-…``, so that `sweep` knows whose it was.

    With `cpu`, its CPU time can be limited too, where this machine allows it.

    Raises
    ------
    OSError : there are no control groups here, or this user may not make one.
    """
    parents, version = _parents(root)
    if cpu and (version == 2 or (root / "cpu").is_dir()):
        parents["cpu"] = parents["memory"] if version == 2 else root / "cpu"
    made: dict[str, Path] = {}
    for controller, parent in parents.items():
        folder = parent / (_PREFIX + name)
        folder.mkdir(exist_ok=True)
        made[controller] = folder
    group = Group(made, version)
    missing = [c for c, file in (("memory", "memory."), ("pids", "pids.max")) if not _offers(made[c], file)]
    if missing:
        group.remove()
        raise OSError(f"control groups without {' and '.join(missing)}")
    return group


def sweep(root: Path = ROOT) -> None:
    """Remove groups whose makers were killed; a group is called ``<pid of its maker>-…``."""
    with contextlib.suppress(OSError):
        parents, version = _parents(root)
        for parent in set(parents.values()):
            for folder in parent.glob(_PREFIX + "*-*"):
                maker = folder.name.removeprefix(_PREFIX).partition("-")[0]
                if maker.isdigit() and not Path(f"/proc/{maker}").exists():
                    Group({"memory": folder}, version).remove()


def _parents(root: Path) -> tuple[dict[str, Path], int]:
    """Return the folder to make groups in, by controller."""
    if (root / "cgroup.controllers").exists():
        parent = _delegated(root)
        return dict.fromkeys(_WANTED, parent), 2
    found = {controller: root / controller for controller in (*_WANTED, "cpuacct") if (root / controller).is_dir()}
    if not set(_WANTED) <= found.keys():
        raise OSError("there are no control groups for memory and number of processes")
    return found, 1


def _delegated(root: Path) -> Path:
    """Return a folder of version 2 whose children get the controllers: our own group's parent, or the root."""
    own = Path("/proc/self/cgroup").read_text().partition("::")[2].splitlines()[0].lstrip("/")
    for folder in ((root / own).parent if own else root, root):
        controllers = (folder / "cgroup.subtree_control").read_text().split()
        if set(_WANTED) <= set(controllers) and os.access(folder, os.W_OK):
            return folder
    raise OSError("no control group is delegated to this user with memory and pids")


def _offers(folder: Path, start: str) -> bool:
    return any(path.name.startswith(start) for path in folder.iterdir())


def _members(folder: Path) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(line) for line in (folder / "cgroup.procs").read_text().split()]
    return []


def _field(path: Path, name: str) -> str:
    return next(line.split()[1] for line in path.read_text().splitlines() if line.split()[:1] == [name])
