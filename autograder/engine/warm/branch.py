"""A zygote that is forked from the parent of the grader's workers, which has imported the same libraries.

Importing them takes most of a small class's time, so it is done once for both. That parent is started with nothing
secret in its environment, and is forked before it imports any check.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

PARENT = "COURSE_ZYGOTE_PARENT"  # environment of the process to fork from: where it gets the zygote's descriptors
KERNEL_IMPORTS = "COURSE_KERNEL_IMPORTS"  # what it imports before: the modules that kernels are to have
IMPORTS = "COURSE_PRELOAD"  # what it imports afterwards, for workers: the modules of a chapter's checks
_SECONDS = 60.0
_LOOK = 0.2  # seconds between two looks at whether the zygote is still wanted


class Offshoot:
    """A process that is no child of ours, as much of `subprocess.Popen` as a zygote's owner needs."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._handle = os.pidfd_open(pid)

    def wait(self, timeout: float | None = None) -> None:
        """Wait for its end; raise `subprocess.TimeoutExpired` when that takes too long."""
        if not select.select([self._handle], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("zygote", timeout or 0.0)

    def kill(self) -> None:
        """End it; idempotent."""
        with contextlib.suppress(OSError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)


def hand_over(
    path: Path, server: socket.socket, lifeline: socket.socket, digest: bytes, begun: Callable[[Offshoot | None], bool]
) -> None:
    """Wait, in a thread, for the process to fork from, and give it what the zygote needs.

    Parameters
    ----------
    path : where that process asks.
    server, lifeline : the zygote's ends, closed here.
    begun : called now and then with None, and with the zygote once it runs; whether it is still wanted.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(1)

    def wait() -> None:
        with listener, server, lifeline, contextlib.suppress(OSError):
            while not select.select([listener], [], [], _LOOK)[0]:
                if not begun(None):
                    return
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(_SECONDS)
                socket.send_fds(connection, [digest], [server.fileno(), lifeline.fileno()])
                pid = int(connection.recv(16) or 0)
                begun(Offshoot(pid) if pid else None)

    threading.Thread(target=wait, daemon=True).start()


def fork_zygote(path: str) -> None:
    """In the process to fork from, with one thread: fork the zygote that was asked for at `path`."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(path)
        digest, descriptors, _, _ = socket.recv_fds(connection, 32, 2)
        listening, lifeline = descriptors
        connection.sendall(str(forked(listening, lifeline, digest)).encode())
        for descriptor in descriptors:
            os.close(descriptor)


def forked(listening: int, lifeline: int, digest: bytes) -> int:
    """Fork a zygote from this process, which has one thread; return its number."""
    said, say = os.pipe()
    pid = os.fork()
    if pid == 0:
        if number := os.fork():  # in between: so that its end is nobody's business here
            os.write(say, str(number).encode())
            os._exit(0)
        try:
            _become_zygote(listening, lifeline, digest)
        finally:
            os._exit(1)
    os.waitpid(pid, 0)
    number = int(os.read(said, 16))
    os.close(said)
    os.close(say)
    return number


def _become_zygote(listening: int, lifeline: int, digest: bytes) -> None:
    from autograder.engine.warm.zygote import begin

    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2 and int(name) not in (listening, lifeline):
            with contextlib.suppress(OSError):
                os.close(int(name))
    sys.dont_write_bytecode = True
    begin(listening, lifeline, digest, cold=False)
