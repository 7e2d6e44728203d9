"""The grader's side of warm kernels: starts the zygote, or finds the one started for it, and asks for kernels.

A zygote, as this process knows it, is in one of these states:

    LISTENING   its socket is there, its process is not: the first request starts that, or a parent of ours forks it
    STARTED     its process runs; it may still be importing
    WARM        it forks kernels that have everything imported
    COLD        it has given up on that, since its canary died, and forks kernels that have not
    GONE        it ended before it said which
    FOUND       another process's: the environment has named it
    CLOSED      it was ended; or, in a child that was forked, it is the parent's and none of ours

    listen() ── LISTENING ─ start() ─> STARTED ─ state() ─> WARM | COLD | GONE        any ─ close(), forget() ─> CLOSED
    found() ─── FOUND

A process has one at a time, in its `Launcher`: none until it needs one; then the one that it finds, else one of its
own; another of its own when that one is gone; and none again in a child that is forked.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import json
import os
import secrets
import select
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import platformdirs

from autograder.engine.isolation.tiers import Tier
from autograder.engine.surroundings import environment, private_folder, sweep
from autograder.engine.warm import branch
from autograder.engine.warm.kernel_process import KernelProcess
from autograder.engine.warm.preload import ONE_THREAD
from autograder.engine.warm.request import Request
from autograder.engine.warm.zygote import PASSWORD_BYTES
from course.errors import EngineError
from course.files import remove

ADDRESS = "COURSE_ZYGOTE"  # environment: where a zygote listens, and its password; for this process's workers
START_SECONDS = 60.0
_LOOK = 0.2  # seconds between two looks at whether a lazy zygote is still wanted
# What a zygote is told besides: a test's wishes, and a label by which an operator finds all processes of a run.
_PASSED = ("COURSE_CANARY", "COURSE_RUN", "COURSE_NVML")
_INLINE = "module://matplotlib_inline.backend_inline"


class NotIsolated(EngineError):
    """This machine does not isolate as it should; `best` is what it offers."""

    def __init__(self, message: str, best: Tier) -> None:
        super().__init__(message)
        self.best = best


class ZygoteGone(EngineError):
    """The zygote was killed or can't be reached: start another."""


class State(StrEnum):
    """Of a zygote: see the top of this module."""

    LISTENING = "listening"
    STARTED = "started"
    WARM = "warm"
    COLD = "cold"
    GONE = "gone"
    FOUND = "found"
    CLOSED = "closed"


# What may follow what; that each may be closed goes without saying.
_NEXT = {State.LISTENING: {State.STARTED}, State.STARTED: {State.WARM, State.COLD, State.GONE}}


@dataclass(eq=False)
class Zygote:
    """One zygote.

    Attributes
    ----------
    path, password : where it listens, and what it wants to hear.
    owned : its process, once this one has started it or had it forked.
    """

    path: str
    password: bytes
    _state: State
    owned: subprocess.Popen[bytes] | branch.Offshoot | None = None
    _server: socket.socket | None = field(default=None, repr=False)  # while nobody else answers on it
    _lifeline: socket.socket | None = field(default=None, repr=False)  # it ends when this closes
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @classmethod
    def listen(cls) -> Zygote:
        """Make one whose process can be started.

        Raises
        ------
        EngineError : there is no place for its socket.
        """
        sweep()
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            path = str(private_folder() / "socket")
            server.bind(path)
            server.listen(128)
        except OSError as error:
            server.close()
            raise _not_started(error) from error
        return cls(path, secrets.token_bytes(PASSWORD_BYTES), State.LISTENING, _server=server)

    @classmethod
    def found(cls, address: str) -> Zygote:
        """Make that which another process calls its `address`."""
        path, _, password = address.rpartition(":")
        return cls(path, bytes.fromhex(password), State.FOUND)

    @property
    def address(self) -> str:
        """What `ADDRESS` holds."""
        return f"{self.path}:{self.password.hex()}"

    def start(self) -> None:
        """Start its process; does nothing where that runs, or is wanted no more.

        Raises
        ------
        OSError : it can't be started.
        """
        with self._lock:
            if self._server is None or self._state is not State.LISTENING:
                return
            self._lifeline, theirs = socket.socketpair()
            with self._server as server, theirs, open(Path(self.path).parent / "log", "wb") as log:
                self._server = None
                descriptors = (server.fileno(), theirs.fileno())
                self.owned = subprocess.Popen(
                    [sys.executable, "-m", "autograder.engine.warm.zygote", *map(str, descriptors)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=log,
                    pass_fds=descriptors,
                    cwd=Path(__file__).resolve().parents[3],
                    env=clean_environment(),
                    start_new_session=True,
                )
            self._become(State.STARTED)
            assert self.owned.stdin is not None
            with self.owned.stdin as stdin:
                stdin.write(self._digest())

    def start_when_asked(self) -> None:
        """Have its process started by the first who connects."""
        threading.Thread(target=self._wait_for_request, daemon=True).start()

    def have_forked(self) -> str:
        """Have its process forked by another of ours (`branch.fork_zygote`); return where that one has to ask."""
        with self._lock:
            assert self._server is not None
            path = Path(self.path).parent / "parent"
            self._lifeline, theirs = socket.socketpair()
            branch.hand_over(path, self._server, theirs, self._digest(), self._forked)
            self._server = None
        return str(path)

    def fork(self) -> socket.socket:
        """Fork its process from this one, which has one thread and has imported what kernels need.

        Returns
        -------
        Its lifeline, which says when it is ready, and hangs up when it ends.
        """
        with self._lock:
            assert self._server is not None
            self._lifeline, theirs = socket.socketpair()
            with self._server as server, theirs:
                self._server = None
                pid = branch.forked(server.fileno(), theirs.fileno(), self._digest())
            self.owned = branch.Offshoot(pid)
            self._become(State.STARTED)
            return self._lifeline

    def state(self) -> State:
        """Wait until it is known what its process is, where that was begun and is ours; return the state."""
        lifeline = self._lifeline
        if lifeline is not None and self._state in (State.LISTENING, State.STARTED):
            said = ""
            lifeline.settimeout(START_SECONDS)
            with contextlib.suppress(OSError):
                said = lifeline.recv(16).decode().strip()
            self._become(State.STARTED)  # what has spoken runs
            self._become(State(said or State.GONE))
        return self._state

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

    def close(self) -> None:
        """End it, and with it every kernel it has forked; another process's is left as it is. Idempotent."""
        ours = self._state is not State.FOUND
        if not self._become(State.CLOSED):
            return
        self._let_go()
        if self.owned is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.owned.wait(5)
            self.owned.kill()
            self.owned.wait()
        if ours:
            remove(Path(self.path).parent)

    def forget(self) -> None:
        """In a child that was just forked, with one thread: leave it to the parent, which alone keeps it alive."""
        self._lock = threading.RLock()  # another thread may have held it
        self._become(State.CLOSED)
        self._let_go()
        if isinstance(self.owned, subprocess.Popen):
            self.owned.returncode = 0  # no child of this process: nothing to wait for

    def _become(self, state: State) -> bool:
        """Go over into `state` where that may follow; return whether it did."""
        with self._lock:
            follows = state in _NEXT.get(self._state, ()) or (state is State.CLOSED and self._state is not state)
            if follows:
                self._state = state
            return follows

    def _wait_for_request(self) -> None:
        while self._state is State.LISTENING and (server := self._server) is not None:
            with contextlib.suppress(OSError, ValueError):  # who has asked sees that nobody answers; or it is closed
                if select.select([server], [], [], _LOOK)[0]:
                    self.start()

    def _forked(self, process: branch.Offshoot | None) -> bool:
        """Called by `branch.hand_over`."""
        if process is not None:
            self.owned = process
            self._become(State.STARTED)
        return self._state is not State.CLOSED

    def _let_go(self) -> None:
        """Close our ends of what it listens to."""
        for one in (self._lifeline, self._server):
            if one is not None:
                one.close()
        self._lifeline = self._server = None

    def _digest(self) -> bytes:
        return hashlib.sha256(self.password).digest()


class Launcher:
    """Has this process's zygote: see the top of this module. There is one, and this module's functions are its own."""

    def __init__(self) -> None:
        self._zygote: Zygote | None = None
        self._lock = threading.Lock()
        os.register_at_fork(after_in_child=self._forget)

    def zygote(self, renew: Zygote | None = None) -> Zygote:
        """Return this process's zygote: the one that `ADDRESS` names, else one of its own, started at the first call.

        Parameters
        ----------
        renew : this one is gone; return another.
        """
        with self._lock:
            if self._zygote is None or self._zygote is renew:
                named = os.environ.get(ADDRESS)
                if renew is not None:
                    renew.close()
                self._zygote = Zygote.found(named) if named and renew is None else _until_exit(start())
            return self._zygote

    def share(self, now: bool = True) -> str:
        """Let the processes that this one starts use its zygote. It is started when the first of them asks for a
        kernel; or `now`, by the process that is told the path which is returned (see `branch`); empty where it runs
        already."""
        with self._lock:
            path = ""
            if self._zygote is None and (named := os.environ.get(ADDRESS)):
                self._zygote = Zygote.found(named)
            if self._zygote is None:
                self._zygote = _until_exit(Zygote.listen())
                if now:
                    path = self._zygote.have_forked()
                else:
                    self._zygote.start_when_asked()
            os.environ[ADDRESS] = self._zygote.address
            return path

    def launch(self, request: Request) -> KernelProcess:
        """Start a kernel, with a new zygote where the old one is gone."""
        first = self.zygote()
        try:
            return first.launch(request)
        except ZygoteGone:
            return self.zygote(renew=first).launch(request)

    def _forget(self) -> None:
        self._lock = threading.Lock()
        if self._zygote is not None:
            self._zygote.forget()
            self._zygote = None


_ours = Launcher()
zygote, share, launch = _ours.zygote, _ours.share, _ours.launch


def is_named() -> bool:
    """Return whether another process has named a zygote to this one."""
    return bool(os.environ.get(ADDRESS))


def start(lazily: bool = False) -> Zygote:
    """Start a zygote that is not this process's but the caller's; it may still be importing when this returns.

    Parameters
    ----------
    lazily : it is started when it is first asked for a kernel.

    Raises
    ------
    EngineError : no process can be started.
    """
    made = Zygote.listen()
    try:
        if lazily:
            made.start_when_asked()
        else:
            made.start()
    except OSError as error:
        made.close()
        raise _not_started(error) from error
    return made


def _until_exit(made: Zygote) -> Zygote:
    atexit.register(made.close)
    return made


def _not_started(error: OSError) -> EngineError:
    return EngineError(f"No kernel can be started: {error}. Free some memory and run again.")


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
