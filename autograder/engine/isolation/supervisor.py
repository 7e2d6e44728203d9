"""Stands between the grader and one submission: shuts it in, watches it, ends it.

Three processes, each forked from the one before: the *supervisor* (trusted, outside), *init* (first process of the
submission's namespace, shut in; when it ends everything in there does) and the *kernel*. The supervisor's socket to
the grader carries one JSON object a line; when the grader's end closes, the submission is ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.engine.gpu.nvml import Fallen, Untold, used_mb
from autograder.engine.isolation import cgroup, linux
from autograder.engine.isolation.sandbox import Box, enter
from autograder.engine.isolation.tiers import Tier

LOST = "lost"  # reason: ended from outside, by neither side of ours
_ORDERED = "ordered"
FAILED_TO_ENTER = 97  # exit status of init
_TICK = 0.25  # seconds between two looks at what the submission uses
_OVERHEAD_MB = 128  # what a forked kernel itself touches, counted by a control group and not by its data limit


@dataclass(frozen=True)
class Launch:
    """What to start and within which bounds.

    Attributes
    ----------
    name : unique on this machine; names the control group.
    folder : empty, private to this submission, on the host.
    seconds : the submission is ended after so many, whatever happens.
    kind : of kernel, ``warm`` or ``cold``; told to the grader.
    """

    name: str
    tier: Tier
    box: Box
    folder: str
    seconds: float
    kind: str = "cold"


def supervise(
    launch: Launch, grader: socket.socket, keep: Iterable[int], filter_: bytes, body: Callable[[], None]
) -> None:
    """Run `body` shut in, until it or the grader ends; in a process of its own, which must end afterwards.

    Parameters
    ----------
    grader : connected socket; gets ``{"pid": …, "tier": …, "kind": …}``, then ``{"exit": …, "reason": …}``; or
        ``{"refused": …}``.
    keep : file descriptors that the body needs; every other one is closed for it.
    """
    linux.die_with_parent()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    group = _group(launch)
    pid = 0
    farewell: dict[str, object] = {}
    try:
        linux.adopt_orphans()
        _leave(launch.tier)
        go, may_go = os.pipe()
        said, say = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.close(may_go)
                os.close(said)
                _init(launch, (go, say), grader, frozenset(keep), filter_, body)
            finally:
                os._exit(FAILED_TO_ENTER)  # whatever happens, it must not go on as a supervisor
        os.close(go)
        os.close(say)
        if group is not None:
            group.limit(launch.box.memory_mb + launch.box.disk_mb + _OVERHEAD_MB, launch.box.processes)
            group.add(pid)
        os.write(may_go, b"g")
        os.close(may_go)
        with open(said, "rb") as answer:
            trouble = answer.read().decode()
        if trouble:
            raise OSError(trouble)
        _tell(grader, pid=pid, group=group is not None, tier=launch.tier, kind=launch.kind)
        reason = _watch(launch, pid, grader, group)
        status = _end(pid)
        if reason == "" and group is not None and group.out_of_memory():
            reason = "memory"
        elif reason == "" and status == -signal.SIGKILL:
            reason = LOST  # nobody inside can kill the first process
        farewell = {"exit": status, "reason": "" if reason == _ORDERED else reason}
    except Fallen:  # of which a submission is not guilty
        farewell = {"exit": _end(pid), "reason": LOST}
    except OSError as error:
        farewell = {"refused": str(error), "tier": launch.tier}
        if pid:
            _end(pid)
    finally:
        _end_orphans()
        if group is not None:
            group.remove()
        if farewell:
            _tell(grader, **farewell)


def _group(launch: Launch) -> cgroup.Group | None:
    if launch.tier is Tier.T4:
        return None
    with contextlib.suppress(OSError):
        return cgroup.make(launch.name)
    return None


def _leave(tier: Tier) -> None:
    """Make the namespaces that only a parent can make for its children."""
    if tier is Tier.T1:
        linux.unshare(linux.CLONE_NEWPID)
    elif tier is Tier.T2:
        user, group = os.geteuid(), os.getegid()
        linux.unshare(linux.CLONE_NEWUSER | linux.CLONE_NEWPID)
        linux.set_dumpable(True)  # else the map of users is not its own to write
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            with open(f"/proc/self/{name}", "w", encoding="utf-8") as file:
                file.write(text)
        linux.set_dumpable(False)


def _init(
    launch: Launch,
    pipes: tuple[int, int],
    grader: socket.socket,
    keep: frozenset[int],
    filter_: bytes,
    body: Callable[[], None],
) -> None:
    """The first process inside; does not return."""
    go, say = pipes
    late = launch.tier is Tier.T3  # where the kernel may read of its own ``/proc`` only, its number has to be known

    def shut_in() -> None:
        enter(launch.tier, launch.box, filter_, launch.folder)
        linux.die_with_parent()  # a change of user has cleared it
        linux.set_dumpable(launch.tier is Tier.T4)

    try:
        linux.die_with_parent()
        grader.close()
        _close_others(keep | {go, say})
        os.read(go, 1)
        os.setsid()
        if not late:
            shut_in()
        pid = os.fork()
        if pid == 0:
            linux.die_with_parent()
            os.setpgid(0, 0)
            if late:
                shut_in()
    except BaseException as error:
        os.write(say, f"{type(error).__name__}: {error}".encode())
        os._exit(FAILED_TO_ENTER)
    if pid == 0:
        with contextlib.suppress(BaseException):
            os.close(say)
            os.close(go)
            body()
        os._exit(1)
    for descriptor in keep:
        os.close(descriptor)
    os.close(say)
    with contextlib.suppress(OSError, ValueError):
        signal.signal(signal.SIGINT, lambda *_: os.killpg(pid, signal.SIGINT))
    while True:
        try:
            ended, status = os.wait()
        except OSError:
            os._exit(1)
        if ended == pid:
            code = os.waitstatus_to_exitcode(status)
            os._exit(code if code >= 0 else 128 - code)


def _watch(launch: Launch, pid: int, grader: socket.socket, group: cgroup.Group | None) -> str:
    """Return why the submission was ended, empty when it ended by itself."""
    until, ordered = time.monotonic() + launch.seconds, False
    handle = os.pidfd_open(pid)
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    poll.register(grader, select.POLLIN)
    pending = b""
    try:
        while True:
            ready = {descriptor for descriptor, _ in poll.poll(1000 * _TICK)}
            if handle in ready:
                return _ORDERED if ordered else ""
            if grader.fileno() in ready:
                received = grader.recv(4096)
                if not received:
                    return "grader"
                *lines, pending = (pending + received).split(b"\n")
                for line in lines:
                    order = json.loads(line)
                    ordered |= order.get("number") == signal.SIGKILL
                    _obey(order, pid)
            if time.monotonic() > until:
                return "wall"
            if excess := _excess(launch, pid, group):
                return excess
    finally:
        os.close(handle)


def _obey(order: dict[str, Any], pid: int) -> None:
    if order.get("do") == "signal":
        with contextlib.suppress(OSError):
            os.kill(pid, int(order["number"]))


def _excess(launch: Launch, pid: int, group: cgroup.Group | None) -> str:
    """Return what the submission has too much of, for the limits that no kernel keeps for us."""
    if launch.tier is Tier.T4:  # which sets itself limits, as a cold kernel does
        return ""
    if launch.box.gpu and _gpu_mb(launch.box.gpu, pid) > launch.box.gpu_memory_mb:
        return "gpu memory"
    used = group.cpu_seconds() if group is not None else None
    if used is not None:
        return "cpu" if used > launch.box.cpu_seconds else ""
    import psutil

    # A forked process seems to have all that its parent had, though they share it until one of them writes.
    inherited = _own_memory(psutil.Process())
    seconds, memory, count = 0.0, 0, 0
    with contextlib.suppress(psutil.Error):
        first = psutil.Process(pid)
        for process in (first, *first.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                seconds += times.user + times.system
                memory += max(0, _own_memory(process) - inherited)
                count += process.num_threads()
    if seconds > launch.box.cpu_seconds:
        return "cpu"
    # Elsewhere than in T3 the system refuses more than the limit; this is for what it does not count.
    if count > launch.box.processes * (1 if launch.tier is Tier.T3 else 2):
        return "processes"
    return "memory" if memory > (launch.box.memory_mb + _OVERHEAD_MB) << 20 else ""


def _gpu_mb(uuid: str, pid: int) -> int:
    """Return how many MB of a GPU a submission's processes use; 0 where the driver does not tell. No kernel keeps this
    limit, and no variable of the process's own would."""
    import psutil

    with contextlib.suppress(psutil.Error, Untold):
        first = psutil.Process(pid)
        return used_mb(uuid, {pid, *(one.pid for one in first.children(recursive=True))})
    return 0


def _own_memory(process: Any) -> int:
    """Return the bytes a process has that no file backs."""
    found = process.memory_info()
    return int(found.rss - found.shared)


def _end(pid: int) -> int:
    """Kill init, and with it its namespace; return its exit status, negative for a signal."""
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)
    try:
        _, status = os.waitpid(pid, 0)
    except ChildProcessError:
        return 0
    return os.waitstatus_to_exitcode(status)


def _close_others(keep: frozenset[int]) -> None:
    """Leave nothing open but `keep`, and nothing to write to but those."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2 and int(name) not in keep:
            with contextlib.suppress(OSError):
                os.close(int(name))


def _end_orphans() -> None:
    """Kill what outlived init, where there is no namespace that ends with it."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        try:
            listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="utf-8")
        except OSError:
            return
        if not listed.strip():
            return
        for child in map(int, listed.split()):
            with contextlib.suppress(OSError):
                os.kill(child, signal.SIGKILL)
            with contextlib.suppress(OSError):
                os.waitpid(child, 0)


def _tell(grader: socket.socket, **fields: object) -> None:
    with contextlib.suppress(OSError):
        grader.sendall(json.dumps(fields).encode() + b"\n")
