"""The grader's side of warm kernels: starts the zygote, or finds the one started for it, and asks for kernels."""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import json
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from autograder.engine.isolation.sandbox import Box
from autograder.engine.isolation.supervisor import LOST
from autograder.engine.isolation.tiers import Tier
from autograder.engine.surroundings import environment, private_folder, sweep
from autograder.engine.warm import branch
from autograder.engine.warm.preload import ONE_THREAD
from autograder.engine.warm.zygote import PASSWORD_BYTES
from course.errors import EngineError
from course.files import remove

ADDRESS = "COURSE_ZYGOTE"  # environment: where a zygote listens, and its password; for this process's workers
START_SECONDS = 60.0
_LOOK = 0.2  # seconds between two looks at whether a lazy zygote is still wanted
# What a zygote is told besides: a test's wish, and a label by which an operator finds all processes of a run.
_PASSED = ("COURSE_CANARY", "COURSE_RUN")
_INLINE = "module://matplotlib_inline.backend_inline"


@dataclass(frozen=True)
class Request:
    """One kernel to be started.

    Attributes
    ----------
    connection : Jupyter's connection information.
    ports, descriptors : its listening sockets; one descriptor more is the socket that checks use.
    environment : its variables.
    folder : empty, private to this kernel.
    box : what it may see and use.
    tier : how it is isolated; None: as well as this machine can.
    minimum : how it must be isolated at least.
    seconds : it is ended after so many, whatever happens.
    first_uid : of the users that kernels run as under T1.
    threads : for each library that has threads of its own.
    seed : its global random numbers depend on this; empty: on chance.
    """

    connection: Mapping[str, Any]
    ports: Sequence[int]
    descriptors: Sequence[int]
    environment: Mapping[str, str]
    folder: str
    box: Box = field(default_factory=Box)
    tier: Tier | None = None
    minimum: Tier = Tier.T3
    seconds: float = 3600.0
    first_uid: int = 200_000
    threads: int = 2
    seed: str = ""

    def dump(self) -> bytes:
        """Return it as one line of JSON."""
        content = {key: value for key, value in vars(self).items() if key != "descriptors"}
        return json.dumps({**content, "box": self.box.dump(), "tier": self.tier or ""}).encode() + b"\n"


class KernelProcess:
    """A kernel and its supervisor, as `subprocess.Popen` would show them.

    Attributes
    ----------
    pid : of the first process inside.
    tier, kind : how it is isolated; whether it was forked ``warm`` or, where that does not work here, is ``cold``.
    reason : why the supervisor ended it: ``cpu``, ``memory``, ``wall``, ``processes``; empty when it ended by itself.
    lost : its supervisor or zygote was killed: nobody's fault but the machine's.
    """

    def __init__(self, connection: socket.socket, first: Mapping[str, Any]) -> None:
        self._connection = connection
        self._pending = b""
        self._lock = threading.Lock()
        self.pid = int(first["pid"])
        self.tier = Tier(first["tier"])
        self.kind = str(first["kind"])
        self.returncode: int | None = None
        self.reason = ""
        self.lost = False

    def poll(self) -> int | None:
        """Return the exit status, None while it runs."""
        self._read(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for the end; return the exit status, None when it did not come in time."""
        until = time.monotonic() + (timeout if timeout is not None else 1e9)
        while self.returncode is None and time.monotonic() < until:
            self._read(min(1.0, until - time.monotonic()))
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel."""
        with contextlib.suppress(OSError):
            self._connection.sendall(json.dumps({"do": "signal", "number": number}).encode() + b"\n")

    def kill(self) -> None:
        """End the kernel and all it has started; idempotent."""
        if self.returncode is None:
            self.send_signal(signal.SIGKILL)

    def close(self, wait: float = 5.0) -> None:
        """End it and forget it: the supervisor sees that nobody is there any more."""
        self.kill()
        self.wait(wait)
        self._connection.close()

    def _read(self, timeout: float) -> None:
        with self._lock:
            if self.returncode is not None:
                return
            try:
                if not select.select([self._connection], [], [], max(0.0, timeout))[0]:
                    return
                received = self._connection.recv(4096)
            except (OSError, ValueError):
                received = b""
            if not received:
                self.returncode, self.lost = -signal.SIGKILL, True
                return
            *lines, self._pending = (self._pending + received).split(b"\n")
            for line in lines:
                message = json.loads(line)
                if "exit" in message:
                    self.reason = str(message["reason"])
                    self.lost = self.reason == LOST
                    self.returncode = int(message["exit"])  # last: it says that the rest is known


@dataclass
class Zygote:
    """A running zygote.

    Attributes
    ----------
    path, password : where it listens, and what it wants to hear.
    owned : the process, when this one has started it or had it forked.
    borrowed : another process has started it.
    """

    path: str
    password: bytes
    owned: subprocess.Popen[bytes] | branch.Offshoot | None = None
    borrowed: bool = False
    closed: bool = False
    _lifeline: socket.socket | None = field(default=None, repr=False)
    _state: str = ""

    @property
    def address(self) -> str:
        """What `ADDRESS` holds."""
        return f"{self.path}:{self.password.hex()}"

    def launch(self, request: Request) -> KernelProcess:
        """Start a kernel.

        Raises
        ------
        EngineError : the zygote is gone, or the kernel could not be shut in.
        """
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(START_SECONDS)
            connection.connect(self.path)
            socket.send_fds(connection, [self.password + request.dump()], list(request.descriptors))
            answer = _line(connection)
        except OSError as error:
            connection.close()
            raise ZygoteGone(f"the parent of warm kernels can't be reached ({error})") from error
        if "pid" not in answer:
            connection.close()
            raise NotIsolated(f"A kernel could not be isolated: {answer.get('refused')}.", Tier(answer["tier"]))
        connection.settimeout(None)
        return KernelProcess(connection, answer)

    def start(self, server: socket.socket, cold: bool) -> None:
        """Start the process that answers on the listening socket `server`, which is closed here.

        Raises
        ------
        OSError : it can't be started.
        """
        self._lifeline, theirs = socket.socketpair()
        with server, theirs, open(Path(self.path).parent / "log", "wb") as log:
            descriptors = (server.fileno(), theirs.fileno())
            process = subprocess.Popen(
                [sys.executable, "-m", "autograder.engine.warm.zygote", *map(str, descriptors), *["--cold"] * cold],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=log,
                pass_fds=descriptors,
                cwd=Path(__file__).resolve().parents[3],
                env=clean_environment(),
                start_new_session=True,
            )
        assert process.stdin is not None
        with process.stdin as stdin:
            stdin.write(self._digest())
        self.owned = process

    def have_forked(self, server: socket.socket) -> str:
        """Have it forked by another process of ours (`branch.fork_zygote`); return where that one has to ask."""
        path = Path(self.path).parent / "parent"
        self._lifeline, theirs = socket.socketpair()
        branch.hand_over(path, server, theirs, self._digest(), self._begun)
        return str(path)

    def _begun(self, process: branch.Offshoot | None) -> bool:
        if process is not None:
            self.owned = process
        return not self.closed

    def _digest(self) -> bytes:
        return hashlib.sha256(self.password).digest()

    def start_when_asked(self, server: socket.socket, cold: bool) -> None:
        """Wait until somebody connects, then start; run in a thread."""
        while not self.closed:
            if select.select([server], [], [], _LOOK)[0]:
                with contextlib.suppress(OSError):  # who has asked sees that nobody answers
                    self.start(server, cold)
                return
        server.close()

    def state(self) -> str:
        """Wait until it is ready; return ``warm`` or ``cold``; ``unknown`` for another process's zygote."""
        if self._lifeline is None:
            return "unknown"
        if not self._state:
            self._lifeline.settimeout(START_SECONDS)
            with contextlib.suppress(OSError):
                self._state = self._lifeline.recv(16).decode().strip()
            self._state = self._state or "gone"
        return self._state

    def close(self) -> None:
        """End it, and with it every kernel it has forked; does nothing to another process's."""
        self.closed = True
        if self._lifeline is not None:
            self._lifeline.close()
            self._lifeline = None
        if self.owned is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.owned.wait(5)
            self.owned.kill()
            self.owned.wait()
            self.owned = None
        if not self.borrowed:
            remove(Path(self.path).parent)


class NotIsolated(EngineError):
    """This machine does not isolate as it should; `best` is what it offers."""

    def __init__(self, message: str, best: Tier) -> None:
        super().__init__(message)
        self.best = best


class ZygoteGone(EngineError):
    """The zygote was killed or can't be reached: start another."""


_current: Zygote | None = None
_owner = 0
_lock = threading.Lock()


def zygote(renew: Zygote | None = None) -> Zygote:
    """Return this process's zygote: the one that `ADDRESS` names, else one of its own, started at the first call.

    Parameters
    ----------
    renew : this one is gone; return another.
    """
    global _current, _owner
    with _lock:
        if _current is not None and _owner == os.getpid() and _current is not renew:
            return _current
        named = os.environ.get(ADDRESS)
        if named and renew is None:
            path, _, password = named.rpartition(":")
            _current = Zygote(path, bytes.fromhex(password), borrowed=True)
        else:
            if renew is not None:
                renew.close()
            _current = start()
            atexit.register(_current.close)
        _owner = os.getpid()
        return _current


def share(now: bool = True) -> str:
    """Let the processes that this one starts use its zygote. It is started when the first of them asks for a kernel;
    or `now`, by the process that is told the path which is returned (see `branch`); empty where it runs already."""
    global _current, _owner
    with _lock:
        path = ""
        if _current is None or _owner != os.getpid():
            _current, server = _listening()
            _owner = os.getpid()
            atexit.register(_current.close)
            if now:
                path = _current.have_forked(server)
            else:
                _start_lazily(_current, server)
        os.environ[ADDRESS] = _current.address
        return path


def start(cold: bool = False, lazily: bool = False) -> Zygote:
    """Start a zygote of one's own; it may still be importing when this returns.

    Parameters
    ----------
    cold : it imports nothing beforehand.
    lazily : it is started when it is first asked for a kernel.

    Raises
    ------
    EngineError : no process can be started.
    """
    made, server = _listening()
    try:
        if lazily:
            _start_lazily(made, server, cold)
        else:
            made.start(server, cold)
    except OSError as error:
        raise EngineError(f"No kernel can be started: {error}. Free some memory and run again.") from error
    return made


def _listening() -> tuple[Zygote, socket.socket]:
    """Return a zygote that does not run yet, and the socket that requests to it wait on."""
    sweep()
    try:
        made = Zygote(str(private_folder() / "socket"), secrets.token_bytes(PASSWORD_BYTES))
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.bind(made.path)
        server.listen(128)
    except OSError as error:
        raise EngineError(f"No kernel can be started: {error}. Free some memory and run again.") from error
    return made, server


def _start_lazily(made: Zygote, server: socket.socket, cold: bool = False) -> None:
    threading.Thread(target=made.start_when_asked, args=(server, cold), daemon=True).start()


def clean_environment() -> dict[str, str]:
    """Return the variables of a process that kernels are forked from, which submissions can read."""
    fonts = platformdirs.user_cache_path("handson-course") / "matplotlib"  # else fonts are searched for every time
    fixed = {"PYTHONHASHSEED": "0", "MPLBACKEND": _INLINE, "MPLCONFIGDIR": str(fonts), "HOME": "/nonexistent"}
    passed = {name: value for name, value in os.environ.items() if name in _PASSED}
    return {**environment(datasets=None), **ONE_THREAD, **fixed, **passed}


def _line(connection: socket.socket) -> dict[str, Any]:
    content = b""
    while not content.endswith(b"\n"):
        part = connection.recv(4096)
        if not part:
            raise ConnectionResetError("it hung up")
        content += part
    answer: dict[str, Any] = json.loads(content.split(b"\n")[0])
    return answer


def launch(request: Request) -> KernelProcess:
    """Start a kernel, with a new zygote where the old one is gone."""
    first = zygote()
    try:
        return first.launch(request)
    except ZygoteGone:
        return zygote(renew=first).launch(request)
