"""What the red team plants beside a submission, to see from outside what it could read, change, kill or reach."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import selectors
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "REDTEAM_CANARY"
_FILES = {
    "another submission": "build/submitted/grace/ch98_redteam/ch98_redteam.ipynb",
    "the results": "build/results/ch98_redteam/grace.json",
    "the course key": "build/course.key",
    "the key for a learning platform": "build/lti.key",
    "what a learning platform was sent": "build/lti/ch98_redteam/grace.json",
    "the regrade requests": "build/requests/requests.json",
    "the schedule": "build/schedule.json",
    "the hidden checks": "autograder/checks/ch98_redteam/test_shapes.py",
    "the solutions": "solutions/ch98_redteam/shapes.py",
    "the mutants": "autograder/mutants/ch98_redteam/shapes.py",
    "an upload token": "home/.netrc",
    "the hub's cookie secret": "hub/cookie_secret",
    "the hub's tokens": "hub/jupyterhub.sqlite",
    "the hub's invitations": "hub/invitations.db",
    "the exchange": "hub/exchange/exchange.db",
    "hidden labels": "cache/hidden_labels.csv",
    "another kernel's connection": "tmp/course-other/connection.json",
}


class Canaries:
    """Planted files, a variable, a process and listening sockets; use it as a context manager.

    All secrets are drawn anew. `known` is what an insider could tell an attacker: where things are, no secret.
    """

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        self._secrets: dict[str, str] = {}
        self._reached: list[str] = []

    def __enter__(self) -> Canaries:
        self.root = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="rt-")))
        for what, path in _FILES.items():
            self._plant(what, self.root / path)
        self._plant_gradebook(self.root / "build" / "gradebook.db")
        before = os.environ.get(VARIABLE)
        os.environ[VARIABLE] = self.secret("the grader's environment")
        self._stack.callback(_restore, VARIABLE, before)
        self._sentinel = self._stack.enter_context(self._another_process())
        self._addresses = self._stack.enter_context(self._listening())
        self._before = self._digests()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def secret(self, what: str) -> str:
        """Return the secret of `what`, drawn when it is first asked for."""
        return self._secrets.setdefault(what, secrets.token_hex(16))

    @property
    def known(self) -> dict[str, object]:
        """Where everything is."""
        files = {what: str(self.root / path) for what, path in _FILES.items()}
        return {
            "files": {**files, "the gradebook": str(self.root / "build" / "gradebook.db")},
            "root": str(self.root),
            "checkout": str(Path(__file__).resolve().parents[2]),
            "variable": VARIABLE,
            "sentinel": self._sentinel.pid,
            "grader": os.getpid(),
            "processes": _namespace(),
            **self._addresses,
        }

    def leaked(self, text: str) -> Iterator[str]:
        """Yield what of the planted secrets is in `text`."""
        yield from (what for what, secret in self._secrets.items() if secret in text)

    def harmed(self) -> Iterator[str]:
        """Yield what was changed, killed or reached since this was last asked, and mend it where that is needed."""
        now = self._digests()
        for path in sorted(self._before.keys() | now.keys()):
            if self._before.get(path) != now.get(path):
                yield f"changed {path}"
        self._before = now
        if self._sentinel.poll() is not None:
            yield "ended another process"
            self._sentinel = self._stack.enter_context(self._another_process())
        while self._reached:
            yield f"reached {self._reached.pop()}"

    def _plant(self, what: str, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.secret(what), encoding="utf-8")
        path.chmod(0o600)

    def _plant_gradebook(self, path: Path) -> None:
        with contextlib.closing(sqlite3.connect(path)) as book, book:
            book.execute("create table grade (student text, score real, secret text)")
            book.execute("insert into grade values ('ada', 0, ?)", (self.secret("the gradebook"),))

    def _digests(self) -> dict[str, str]:
        found = {}
        for path in sorted(self.root.rglob("*")):
            if path.is_file() and not path.is_symlink():
                found[str(path.relative_to(self.root))] = hashlib.sha256(path.read_bytes()).hexdigest()
        return found

    @contextlib.contextmanager
    def _another_process(self) -> Iterator[subprocess.Popen[bytes]]:
        environment = {**os.environ, VARIABLE: self.secret("another process's environment")}
        # It ends when its input does: also where this process is killed.
        command = [sys.executable, "-S", "-c", "import sys; sys.stdin.read()"]
        with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE) as process:
            try:
                yield process
            finally:
                process.kill()

    @contextlib.contextmanager
    def _listening(self) -> Iterator[dict[str, object]]:
        selector, addresses = selectors.DefaultSelector(), {}
        with contextlib.ExitStack() as stack:
            for what, family, kind, address in self._wanted():
                listener = stack.enter_context(socket.socket(family, kind))
                listener.bind(address)
                if kind == socket.SOCK_STREAM:
                    listener.listen()
                selector.register(listener, selectors.EVENT_READ, what)
                name = listener.getsockname()
                addresses[what] = name.decode("latin-1") if isinstance(name, bytes) else name
            stopped = threading.Event()
            thread = threading.Thread(target=self._record, args=(selector, stopped), daemon=True)
            thread.start()
            try:
                yield dict(addresses)
            finally:
                stopped.set()
                thread.join()

    def _wanted(self) -> Iterator[tuple[str, socket.AddressFamily, socket.SocketKind, str | bytes | tuple[str, int]]]:
        yield "tcp", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)
        yield "udp", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)
        if sys.platform != "win32":
            yield "unix", socket.AF_UNIX, socket.SOCK_STREAM, str(self.root / "socket")
        if sys.platform == "linux":
            yield "abstract", socket.AF_UNIX, socket.SOCK_STREAM, b"\0" + self.root.name.encode()

    def _record(self, selector: selectors.BaseSelector, stopped: threading.Event) -> None:
        while not stopped.is_set():
            for key, _ in selector.select(timeout=0.1):
                listener = key.fileobj
                assert isinstance(listener, socket.socket)
                with contextlib.suppress(OSError):
                    if listener.type == socket.SOCK_STREAM:
                        listener.accept()[0].close()
                    else:
                        listener.recv(4096)
                self._reached.append(f"the grader's {key.data} socket")


def _restore(variable: str, before: str | None) -> None:
    if before is None:
        os.environ.pop(variable, None)
    else:
        os.environ[variable] = before


def _namespace() -> str:
    """Return what tells this process namespace from another, or nothing where there is no such thing."""
    with contextlib.suppress(OSError):
        return os.readlink("/proc/self/ns/pid")
    return ""
