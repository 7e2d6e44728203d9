"""The resident: imports, then forks a process for each command that is asked for, until it has been idle for long.

One thread and one loop, so that it can fork at any moment. For each command it holds the connection to who asked, and a
handle of the process: signals come in by the one, and the exit status goes out; when who asked is gone, the process is
ended, as it would have been there. The parent of warm kernels is forked before anything is asked, and before what
commands need is imported: submissions can read its memory.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import hmac
import json
import os
import secrets
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import course.resident as client
from autograder.engine.isolation import linux
from autograder.engine.warm.launcher import Zygote, clean_environment

NAME = "course-resident"  # as `ps` shows it
IDLE = "COURSE_WARM_IDLE"  # environment: seconds
_IDLE_SECONDS = 600.0
_LOOK = 5.0  # seconds between two looks at what it has imported
_READ_SECONDS = 2.0
_GROWN_MB = 300  # by which its own memory may grow


@dataclass(eq=False)
class Running:
    """A command that runs: its process, and the connection to who asked for it."""

    pid: int
    connection: socket.socket
    pending: bytes = b""


@dataclass
class Resident:
    """See the top of this module.

    Attributes
    ----------
    key : what who asks has to know.
    address : of the parent of warm kernels; its lifeline ends with it.
    fresh : whether what was imported is still what a new process would import.
    """

    surroundings: str
    key: str = field(repr=False)
    address: str
    lifeline: int
    fresh: Callable[[], bool]
    megabytes: Callable[[], int]
    idle: float = _IDLE_SECONDS
    began: float = field(default_factory=time.time)
    served: int = 0
    leaving: str = ""  # why it takes no more
    _running: dict[int, Running] = field(default_factory=dict)  # by a handle of the process
    _since: float = field(default_factory=time.monotonic)  # when the last command ended

    def serve(self, server: socket.socket, place: int) -> Callable[[], None] | None:
        """Serve until there is a reason to leave, and no command runs any more; in a forked process, return what it is
        to do."""
        self._at_first = self.megabytes()
        while True:
            if not self.leaving:
                self.leaving = self._reason()
            if self.leaving:
                with contextlib.suppress(OSError):
                    os.unlink(client.inside_of(place))
                if not self._running:
                    print(f"{time.ctime()}: process {os.getpid()} ends: {self.leaving}", file=sys.stderr)
                    return None
            for descriptor in self._ready(server):
                job = self._step(descriptor, server, place)
                if job is not None:
                    return job

    def _reason(self) -> str:
        if self._running:
            return ""
        if time.monotonic() - self._since > self.idle:
            return "it was idle for long"
        if not self.fresh():
            return "its files have changed"
        if self.megabytes() > self._at_first + _GROWN_MB:
            return "its memory has grown"
        return ""

    def _ready(self, server: socket.socket) -> list[int]:
        poll = select.poll()
        if not self.leaving:
            poll.register(server, select.POLLIN)
            poll.register(self.lifeline, select.POLLIN)
        for handle, one in self._running.items():
            poll.register(handle, select.POLLIN)
            poll.register(one.connection, select.POLLIN)
        return [descriptor for descriptor, _ in poll.poll(1000 * min(_LOOK, self.idle))]

    def _step(self, descriptor: int, server: socket.socket, place: int) -> Callable[[], None] | None:
        if descriptor == server.fileno():
            with contextlib.suppress(OSError):
                return self._accept(server, place)
        elif descriptor == self.lifeline:
            if not os.read(self.lifeline, 16):  # else it says that it is ready
                self.leaving = "the parent of its kernels has ended"
        elif descriptor in self._running:
            self._bury(descriptor)
        else:
            for one in self._running.values():
                if one.connection.fileno() == descriptor:
                    _heed(one)
        return None

    def _bury(self, handle: int) -> None:
        one = self._running.pop(handle)
        os.close(handle)
        status = os.waitstatus_to_exitcode(os.waitpid(one.pid, 0)[1])
        with one.connection, contextlib.suppress(OSError):
            one.connection.sendall(f"{status}\n".encode())
        self._since = time.monotonic()

    def _accept(self, server: socket.socket, place: int) -> Callable[[], None] | None:
        connection, _ = server.accept()
        descriptors: list[int] = []
        try:
            connection.settimeout(_READ_SECONDS)
            if client.peer(connection) != os.geteuid():
                raise ValueError("it is another user's")
            request, descriptors = _received(connection)
            answer = self._refusal(request)
            if answer or request["do"] != "run":
                connection.sendall((answer or self._told(request)).encode() + b"\n")
            elif len(descriptors) == 4:
                return self._fork(connection, request, descriptors, (server, place))
        except (OSError, ValueError, KeyError, TypeError) as error:
            with contextlib.suppress(OSError):
                connection.sendall(f"it does not understand ({error})\n".encode())
        finally:
            for descriptor in descriptors:
                with contextlib.suppress(OSError):
                    os.close(descriptor)
            if all(one.connection is not connection for one in self._running.values()):
                connection.close()
        return None

    def _refusal(self, request: dict[str, Any]) -> str:
        if not hmac.compare_digest(str(request["key"]).encode(), self.key.encode()):
            return "it wants its key"
        if request["surroundings"] != self.surroundings:
            return "it was started in other surroundings"
        if request["do"] != "stop" and not self.fresh():
            self.leaving = "its files have changed"
            return self.leaving
        return ""

    def _told(self, request: dict[str, Any]) -> str:
        if request["do"] == "stop":
            self.leaving = "it was told to stop"
        idle = 0.0 if self._running else time.monotonic() - self._since
        return json.dumps({
            "pid": os.getpid(), "seconds": round(time.time() - self.began), "served": self.served,
            "running": len(self._running), "megabytes": self.megabytes(), "ends_in": round(self.idle - idle),
        })  # fmt: skip

    def _fork(
        self,
        connection: socket.socket,
        request: dict[str, Any],
        descriptors: list[int],
        ours: tuple[socket.socket, int],
    ) -> Callable[[], None] | None:
        from autograder.resident.command import become

        pid = os.fork()
        if pid == 0:
            try:
                ours[0].close()
                os.close(ours[1])
                for handle, one in self._running.items():
                    os.close(handle)
                    one.connection.close()
                self._running.clear()
                job = become(request, descriptors, self.address)
                descriptors.clear()
                connection.sendall(b"begun\n")  # only now: who asked runs the command where this fails
                return job
            except BaseException:
                os._exit(127)
        connection.settimeout(None)
        self._running[os.pidfd_open(pid)] = Running(pid, connection)
        self.served += 1
        return None


def _heed(one: Running) -> None:
    """Pass on the signals that came for a command; end it where nobody is there any more."""
    try:
        received = one.connection.recv(256)
    except OSError:
        received = b""
    *lines, one.pending = (one.pending + received).split(b"\n")
    numbers = [int(each) for each in lines if each.isdigit()]
    for number in numbers if received else [int(signal.SIGKILL)]:
        with contextlib.suppress(ProcessLookupError, OSError):
            os.kill(one.pid, number)


def _received(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    content, descriptors, _, _ = socket.recv_fds(connection, client.LARGEST, 8, socket.MSG_CMSG_CLOEXEC)
    while not content.endswith(b"\n"):
        part = connection.recv(client.LARGEST)
        if not part or len(content) > client.LARGEST:
            for descriptor in descriptors:
                os.close(descriptor)
            raise ValueError("no whole request")
        content += part
    return json.loads(content), list(descriptors)


def main(root: Path, surroundings: str) -> Callable[[], None] | None:
    """Be the resident of a checkout; in a process that was forked for a command, return what it is to do."""
    linux.set_name(NAME)
    os.umask(0o077)
    place = client.folder(root, create=True)
    maker = os.getpid()
    lock = os.open(client.inside_of(place, client.LOCK), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if not _claimed(lock):
        return None  # there is one
    idle = float(os.environ.get(IDLE) or _IDLE_SECONDS)
    os.environ.update(clean_environment())
    from autograder.engine.warm.preload import preload
    from course.project import Project

    preload()
    zygote = Zygote.listen()
    lifeline = zygote.fork()
    try:
        from autograder.resident.preloaded import import_commands, megabytes

        project = Project(root)
        version = import_commands(project)
        if version is None:
            return None  # changed while it was imported; the next command starts another
        gc.collect()
        gc.freeze()
        resident = Resident(
            surroundings,
            _new_key(place),
            zygote.address,
            lifeline.fileno(),
            lambda: _is(version, project),
            megabytes,
            idle,
        )
        with contextlib.suppress(FileNotFoundError):
            os.unlink(client.inside_of(place))  # of one that was killed
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
            server.bind(client.inside_of(place))
            server.listen(16)
            job = resident.serve(server, place)
    finally:
        if os.getpid() == maker:
            zygote.close()
    if job is not None:
        os.close(lock)
    return job


def _new_key(place: int) -> str:
    """Write down what who asks has to know, for who can read it."""
    key = secrets.token_hex(32)
    handle = os.open(client.inside_of(place, client.KEY), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(handle, "w", encoding="ascii") as file:
        file.write(key)
    return key


def _claimed(lock: int) -> bool:
    """Whether this is the only one now."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is(version: Any, project: Any) -> bool:
    from autograder.resident.preloaded import Version

    try:
        return bool(Version.now(project) == version)
    except OSError:
        return False
