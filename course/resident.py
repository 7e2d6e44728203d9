"""Has a command run by the resident of its checkout: a process that has imported what commands need, and stays.

Importing takes most of the time of a command that has little to do. So the first one that is served here starts a
resident at its end, which forks a process for each later one. That process gets the command's words, folder,
variables, limits and its terminal, and runs the very code that would have run here. Where there is no resident, or it
can't be used, the command runs as if there were none.

A resident is private to its user: the folder of its socket can be entered by nobody else, both ends look at the other's
user, and who asks has to know what a file there says: a submission may run as the same user (T3). It belongs to one
checkout and one way of starting Python (`surroundings`), does not serve once a file it has imported has changed, and is
gone after ten idle minutes (`autograder/resident/`).

Nothing here may import what takes time: who asks waits for it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import socket
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

SWITCH = "COURSE_WARM"  # environment: 0 turns all of this off
COMMANDS = frozenset({"grade", "feedback"})  # of `course`, which a resident runs
ANSWER_SECONDS = 5.0  # for a resident to say that it has begun; it is busy for milliseconds only
MODULE = "autograder.resident"
LARGEST = 1 << 20  # bytes of a request
_LEAST_MB = 1500  # of free memory, for a resident to be started
SOCKET, KEY, LOCK, LOG = "socket", "key", "lock", "log"
# What Python, or a library while it is imported, reads from the environment: a resident that was started with another
# value has other libraries.
_READ = ("PYTHON", "LD_", "LC_", "LANG", "MPL", "TORCH", "CUDA", "KMP_", "JUPYTER", "IPYTHON", "VIRTUAL_ENV")
# Where things are, and a test's wishes.
_TOLD = ("PATH", "HOME", "USER", "TZ", "XDG_RUNTIME_DIR", "COURSE_WARM_IDLE", "COURSE_RUN", "COURSE_CANARY")
# Ctrl-C, an orderly end, a terminal that is gone, and one that has another size.
_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGWINCH) if os.name != "nt" else ()

_AT_START = dict(os.environ)  # before a library has put something in
inside = False  # whether this process was forked by a resident, which no command of its own asks again


class Unusable(Exception):
    """There is no resident, or it can't be used; the text says why."""


def usable() -> bool:
    """Whether commands may be run by a resident: it is not turned off, and this system has all that is needed."""
    return sys.platform == "linux" and not inside and os.environ.get(SWITCH) != "0"


def surroundings(root: Path) -> str:
    """Return a digest of all that decides which code Python runs and how, before it reads any of ours."""
    named = sorted(f"{name}={value}" for name, value in _AT_START.items() if name.startswith(_READ))
    spaces = [os.readlink(f"/proc/self/ns/{name}") for name in ("mnt", "pid", "net", "user", "ipc")]
    # `python` and `python3` of one environment are the same.
    python = [os.path.realpath(sys.executable), sys.prefix, sys.version]
    python += [repr(sys.flags), repr(sorted(sys._xoptions.items())), repr(sys.warnoptions)]
    parts = [str(root), str(os.getuid()), str(os.getgid()), repr(os.getgroups()), *python, *spaces, *named]
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def folder(root: Path, create: bool = False) -> int:
    """Return a descriptor of the folder of this checkout's resident, which nobody else can enter.

    Raises
    ------
    Unusable : there is none, or it is not this user's alone.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    home = Path(runtime) if os.path.isdir(runtime) else Path(os.path.expanduser("~/.local/state"))
    path = home / "handson-course" / surroundings(root)[:16]
    try:
        if create:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        raise Unusable("none is running") from None
    except OSError as error:
        raise Unusable(f"{path} can't be used ({error.strerror})") from error
    found = os.fstat(descriptor)
    if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
        os.close(descriptor)
        raise Unusable(f"{path} is not this user's alone: remove it")
    return descriptor


def inside_of(descriptor: int, name: str = SOCKET) -> str:
    """Return a path to what is in an open folder: short enough for a socket, and of that folder whatever its name."""
    return f"/proc/self/fd/{descriptor}/{name}"


def asked(root: Path, question: dict[str, Any], descriptors: Sequence[int] = ()) -> tuple[socket.socket, str]:
    """Put a question to the resident; return the connection and the first line of the answer.

    Raises
    ------
    Unusable : there is none, or it does not answer.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(ANSWER_SECONDS)
        place = folder(root)
        try:
            connection.connect(inside_of(place))
            with open(inside_of(place, KEY), encoding="ascii") as file:
                key = file.read()
        finally:
            os.close(place)
        if peer(connection) != os.geteuid():
            raise Unusable("another user answers in its place")
        content = json.dumps({**question, "surroundings": surroundings(root), "key": key}).encode() + b"\n"
        sent = socket.send_fds(connection, [content], list(descriptors))
        connection.sendall(content[sent:])
        return connection, line(connection)
    except Unusable:
        connection.close()
        raise
    except OSError as error:
        connection.close()
        raise Unusable(f"none answers ({error})") from error


def peer(connection: socket.socket) -> int:
    """Return the user at the other end, as the system knows it."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int.from_bytes(credentials[4:8], sys.byteorder)


def line(connection: socket.socket) -> str:
    """Return the next line, without its end; empty where the other end has hung up."""
    content = b""
    while not content.endswith(b"\n"):
        part = connection.recv(1)
        if not part:
            return ""
        content += part
    return content[:-1].decode()


def run(root: Path, kind: str, words: Sequence[str]) -> int:
    """Have a command run by the resident; return its exit status.

    Parameters
    ----------
    kind : ``course`` or ``pytest``.
    words : what follows on its command line.

    Raises
    ------
    Unusable : nothing was run.
    """
    import resource

    limits = {name: resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT_")}
    umask = os.umask(0)
    os.umask(umask)
    question = {
        "do": "run",
        "kind": kind,
        "words": list(words),
        "path": sys.path,
        "environment": dict(os.environ),
        "umask": umask,
        "limits": limits,
        "cores": sorted(os.sched_getaffinity(0)),
    }
    here = os.open(".", os.O_RDONLY | os.O_DIRECTORY)
    waiting: list[int] = []
    try:
        with _heard(waiting.append) as signals:
            connection, answer = asked(root, question, [0, 1, 2, here])
            with connection:
                if answer != "begun":
                    raise Unusable(answer or "it has ended")
                return _followed(connection, signals, waiting)
    except Unusable:
        for number in waiting:  # what came meanwhile is for who runs the command now
            signal.raise_signal(number)
        raise
    except (ValueError, TypeError) as error:  # a word or a variable that is no text
        raise Unusable(f"the command can't be handed over ({error})") from error
    finally:
        os.close(here)


@contextlib.contextmanager
def _heard(note: Callable[[int], None]) -> Iterator[dict[int, Any]]:
    """Note signals in the place of what they would do; yield what they would."""
    found = {int(number): signal.getsignal(number) for number in _PASSED_ON}
    before: dict[int, Any] = {number: handler for number, handler in found.items() if handler is not signal.SIG_IGN}
    for number in before:
        signal.signal(number, lambda number, frame: note(number))
    try:
        yield before
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _followed(connection: socket.socket, before: dict[int, Any], waiting: list[int]) -> int:
    """Pass signals on until the command ends; return its exit status, or end as it did."""
    sent: set[int] = set()
    connection.settimeout(None)
    pending = b""
    read, write = os.pipe()
    os.set_blocking(write, False)
    old = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    try:
        import select

        while not pending.endswith(b"\n"):
            while waiting:
                number = waiting.pop(0)
                sent.add(number)
                connection.sendall(f"{number}\n".encode())
            ready, _, _ = select.select([connection.fileno(), read], [], [])
            if read in ready:
                os.read(read, 64)
            if connection.fileno() in ready:
                part = connection.recv(64)
                if not part:
                    break
                pending += part
    except OSError:
        pending = b""
    finally:
        signal.set_wakeup_fd(old)
        os.close(read)
        os.close(write)
    status = int(pending or -signal.SIGKILL)
    if -status in sent:
        signal.signal(-status, before[-status] if callable(before[-status]) else signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    if status < 0:
        sys.stderr.write(
            f"The process that ran this command was ended from outside (signal {-status}). Nothing that was finished "
            f"is lost: run the command again; with {SWITCH}=0 it runs by itself.\n"
        )
        return 128 - status
    return status


def start(root: Path) -> None:
    """Start a resident, which is ready some seconds later; does nothing where one runs, or memory is short.

    Raises
    ------
    Unusable : its folder can't be used.
    """
    import subprocess

    if _free_mb() < _LEAST_MB:
        raise Unusable(f"less than {_LEAST_MB} MB of memory are free")
    kept = {name: value for name, value in _AT_START.items() if name.startswith(_READ)}
    kept |= {name: _AT_START[name] for name in _TOLD if name in _AT_START}
    flags = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]  # as multiprocessing does
    place = folder(root, create=True)
    try:
        log = os.open(inside_of(place, LOG), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            subprocess.Popen(
                [sys.executable, *flags, "-m", MODULE, str(root), surroundings(root)],
                cwd=root,
                env=kept,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        finally:
            os.close(log)
    finally:
        os.close(place)


def started_later(root: Path) -> None:
    """Start a resident for the next command, where that is possible and of use. Never raises."""
    if usable() and _is_ours(root):
        with contextlib.suppress(Unusable, OSError):
            start(root)


def served(root: Path, kind: str, words: Sequence[str]) -> int | None:
    """Return the exit status of a command that a resident has run, or None: it is to be run here."""
    if not usable() or not _is_ours(root):
        return None
    try:
        return run(root, kind, words)
    except Unusable:
        return None


def _is_ours(root: Path) -> bool:
    """Whether this very package is the checkout's: who runs another's code in it is not served."""
    return Path(__file__).resolve().parents[1] == root


def _free_mb() -> int:
    with contextlib.suppress(OSError), open("/proc/meminfo", encoding="ascii") as file:
        for row in file:
            if row.startswith("MemAvailable:"):
                return int(row.split()[1]) >> 10
    return 0
