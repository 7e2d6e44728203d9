"""Runs one command and measures all of it: wall time, the processor time of every descendant, and their memory.

`measure` starts this module as a process of its own, which starts the command. That process adopts descendants whose
parents have ended (``PR_SET_CHILD_SUBREAPER``), so that daemons are waited for and counted too. Processor time is
what a control group of its own has counted, where one can be made, and else what waiting for the processes has
summed up; the larger of the two, because a sandbox may move a process out of the group, and a process that nobody
waits for is missing from the sum.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from benchmarks.process_memory import MemoryUse, Sampler
from course.errors import EngineError

_ROOT = Path(__file__).resolve().parent.parent
_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
_INNER = "run"
_SETTLE = 5.0  # seconds that descendants have to end after the command


@dataclass(frozen=True)
class Measurement:
    """What one run of a command took.

    Attributes
    ----------
    wall : seconds from start to end of the command.
    cpu : seconds of user and system time, of the command and all its descendants.
    counted_by : what `cpu` rests on.
    returncode : the command's exit status.
    output, errors : what it printed.
    left : command lines of descendants that outlived it and had to be killed.
    memory : what its processes held, where it was sampled.
    """

    wall: float
    cpu: float
    counted_by: str
    returncode: int
    output: str = field(repr=False)
    errors: str = field(repr=False)
    left: tuple[str, ...] = ()
    memory: MemoryUse | None = None


def measure(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], *, hertz: float = 0, timeout: float = 3600
) -> Measurement:
    """Run `command` in `folder` and measure it.

    Parameters
    ----------
    hertz : how often memory is sampled; 0 for never, so that sampling does not disturb the time.
    timeout : seconds after which the command and its descendants are killed.

    Raises
    ------
    EngineError : it exited with another status than 0, or the meter itself failed.
    """
    plan = {"command": list(command), "folder": str(folder), "environment": dict(environment), "hertz": hertz}
    plan["timeout"] = timeout
    inherited = {**os.environ, "PYTHONPATH": str(_ROOT)}
    meter = [sys.executable, "-m", "benchmarks.meter"]
    done = subprocess.run(meter, input=json.dumps(plan), capture_output=True, text=True, env=inherited, check=False)
    if done.returncode:
        raise EngineError(f"The meter failed; mend what it says and run the benchmark again:\n{done.stderr[-2000:]}")
    found = json.loads(done.stdout)
    held = found.pop("memory")
    memory = MemoryUse(**{**held, "flights": tuple(held["flights"])}) if held else None
    made = Measurement(**{**found, "left": tuple(found["left"]), "memory": memory})
    if made.returncode:
        raise EngineError(
            f"`{' '.join(command)}` exited with {made.returncode}, so nothing was measured. It said:\n"
            f"{(made.output + made.errors)[-2000:]}"
        )
    return made


def main() -> None:
    """Read a plan from standard input, carry it out, and print the measurement as JSON."""
    plan = json.load(sys.stdin)
    made = _run(plan["command"], plan["folder"], plan["environment"], plan["hertz"], plan["timeout"])
    json.dump(asdict(made), sys.stdout)


def _run(command: list[str], folder: str, environment: dict[str, str], hertz: float, timeout: float) -> Measurement:
    adopts = _adopt_orphans()
    with _group() as group, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(_joining(group, command), cwd=folder, env=environment, stdout=out, stderr=err)
        watchdog = threading.Timer(timeout, _kill_all)
        watchdog.daemon = True
        watchdog.start()
        with Sampler(hertz) as sampler:
            _wait(process)
            wall = time.perf_counter() - start
        watchdog.cancel()
        left = _settle()
        cpu, counted_by = _cpu(group, adopts)
        texts = [_read(file) for file in (out, err)]
    return Measurement(
        wall=wall,
        cpu=cpu,
        counted_by=counted_by,
        returncode=process.returncode,
        output=texts[0],
        errors=texts[1],
        left=tuple(left),
        memory=sampler.summary(wall) if hertz else None,
    )


def _read(file: object) -> str:
    stream = file
    stream.seek(0)  # type: ignore[attr-defined]  # the type of temporary files differs between systems
    content: bytes = stream.read()  # type: ignore[attr-defined]
    return content.decode(errors="replace")


def _adopt_orphans() -> bool:
    """Become the parent of descendants whose parents end; return whether this system can do it."""
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


def _wait(process: subprocess.Popen[bytes]) -> None:
    """Wait for `process`, and meanwhile for adopted ones, so that none stays a zombie."""
    if not hasattr(os, "waitid"):
        process.wait()
        return
    while True:
        ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        if ended is None or ended.si_pid == process.pid:
            process.wait()
            return
        os.waitpid(ended.si_pid, 0)


def _settle() -> list[str]:
    """Wait for the rest; kill what does not end, and return its command lines."""
    until = time.monotonic() + _SETTLE
    while psutil.Process().children() and time.monotonic() < until:
        _reap()
        time.sleep(0.02)
    left = [" ".join(_command_line(one)) for one in psutil.Process().children(recursive=True)]
    while psutil.Process().children():
        _kill_all()
        _reap()
        time.sleep(0.02)
    return left


def _command_line(process: psutil.Process) -> list[str]:
    with contextlib.suppress(psutil.Error):
        return process.cmdline() or [process.name()]
    return ["?"]


def _reap() -> None:
    if not hasattr(os, "WNOHANG"):
        return
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _kill_all() -> None:
    for one in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            one.kill()


def _cpu(group: Path | None, adopts: bool) -> tuple[float, str]:
    times = psutil.Process().cpu_times()  # of the children that were waited for
    reaped = float(times.children_user + times.children_system)
    grouped = _usage(group) if group else 0.0
    if grouped >= reaped:
        return grouped, "a control group"
    return reaped, "waiting for every descendant" if adopts else "waiting for the command's own children"


@contextlib.contextmanager
def _group() -> Iterator[Path | None]:
    """Make a control group that counts processor time; None where that is not possible.

    The command runs one level below, so that groups a sandbox makes beside its own are counted too.
    """
    folder = next(_new_groups(), None)
    try:
        yield folder
    finally:
        if folder:
            with contextlib.suppress(OSError):
                (folder / _INNER).rmdir()
                folder.rmdir()


def _new_groups() -> Iterator[Path]:
    for mount, kind in _mounts():
        inside = _own_group(kind)
        if inside is not None:
            folder = mount / inside.lstrip("/") / f"handson-bench-{os.getpid()}"
            with contextlib.suppress(OSError):
                (folder / _INNER).mkdir(parents=True)
                with contextlib.suppress(OSError):  # only where they are delegated; a sandbox may want them
                    (folder / "cgroup.subtree_control").write_text("+memory +pids")
                yield folder


def _mounts() -> Iterator[tuple[Path, str]]:
    """Where processor time is counted by control groups of version 2, then of version 1 (``cpuacct``).

    Where there are both, a sandbox limits memory in version 1, and moves no process in version 2.
    """
    with contextlib.suppress(OSError):
        found = [line.split() for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
        yield from ((Path(row[1]), "") for row in found if row[2] == "cgroup2")
        yield from ((Path(row[1]), "cpuacct") for row in found if row[2] == "cgroup" and "cpuacct" in row[3].split(","))


def _own_group(kind: str) -> str | None:
    for line in Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
        _, controllers, path = line.split(":", 2)
        if kind in controllers.split(","):
            return path
    return None


def _joining(group: Path | None, command: list[str]) -> list[str]:
    """Return `command`, begun by a shell that joins `group` first."""
    if group is None:
        return command
    script = 'echo $$ 2>/dev/null >"$0/cgroup.procs"; exec "$@"'
    return ["/bin/sh", "-c", script, str(group / _INNER), *command]


def _usage(group: Path) -> float:
    with contextlib.suppress(OSError, ValueError):
        if (old := group / "cpuacct.usage").exists():
            return int(old.read_text()) / 1e9
        figures = dict(line.split() for line in (group / "cpu.stat").read_text().splitlines())
        return int(figures["usage_usec"]) / 1e6
    return 0.0


if __name__ == "__main__":
    main()
