"""Runs ``python -m …`` in a process that is forked from one which has imported the libraries that commands need.

A command of ours takes most of its time to import them, and tests run hundreds. The server imports none of our own
code, so that each command finds the code of its own checkout. A command is forked before anything of it has happened:
its variables, folder, arguments and output are its own, and it ends as a Python of its own would.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_LIBRARIES = (
    "alembic", "doctest", "markdown_it", "matplotlib.pyplot", "mdit_py_plugins.dollarmath", "multiprocessing.pool",
    "nbclient", "nbconvert.exporters", "nbgrader.api", "nbgrader.apps", "nbgrader.converters", "nh3", "pandas", "pooch",
    "pydantic", "pyflakes.checker", "pygments.lexers.python", "pytest", "requests", "rich.console", "rich.markdown",
    "rich.progress", "scipy.stats", "sklearn.ensemble", "sqlalchemy.dialects.sqlite", "sqlalchemy.orm", "sqlite3",
    "torch", "tqdm.auto", "typer.rich_utils",
)  # fmt: skip


class CommandServer:
    """The forking process, as its client sees it; one command at a time."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__)), str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=_as_started(os.environ),
            cwd="/",
            stdin=subprocess.DEVNULL,
        )
        theirs.close()
        self._lines = self._socket.makefile("rb")
        self.lock = threading.Lock()
        atexit.register(self.close)

    def run(
        self, command: Sequence[str], cwd: Path, env: Mapping[str, str], timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """Run ``python -m command``, as `subprocess.run` would with its output captured as text."""
        (out, out_there), (err, err_there) = os.pipe(), os.pipe()
        readers = [_Reader(out), _Reader(err)]
        request = {"command": list(command), "cwd": str(cwd), "env": dict(env)}
        socket.send_fds(self._socket, [json.dumps(request).encode() + b"\n"], [out_there, err_there])
        os.close(out_there)
        os.close(err_there)
        timer = threading.Timer(timeout, _end, (self._number(),))
        timer.start()
        status = self._number()
        late = not timer.is_alive()
        timer.cancel()
        stdout, stderr = (reader.text() for reader in readers)
        if late:
            raise subprocess.TimeoutExpired(list(command), timeout, stdout, stderr)
        return subprocess.CompletedProcess(list(command), status, stdout, stderr)

    def _number(self) -> int:
        line = self._lines.readline()
        if not line:
            raise RuntimeError("the server of commands has ended")
        return int(line)

    def close(self) -> None:
        """End the server."""
        self._socket.close()
        self._lines.close()
        self._process.wait(10)


class _Reader(threading.Thread):
    """Reads a pipe until all who may write into it have closed it."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(daemon=True)
        self._descriptor, self._content = descriptor, b""
        self.start()

    def run(self) -> None:
        with open(self._descriptor, "rb") as file:
            self._content = file.read()

    def text(self) -> str:
        self.join()
        return self._content.decode().replace("\r\n", "\n")


def _end(number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(number, signal.SIGKILL)


_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def _as_started(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a server: none that leads to a checkout's code, and one thread, so that it can fork."""
    return {
        **{name: value for name, value in environment.items() if name != "PYTHONPATH"},
        **dict.fromkeys(_THREADS, "1"),
    }


def fits(environment: Mapping[str, str]) -> bool:
    """Return whether a command with these variables can be forked: no library reads another value at its import."""
    names = {name for name in (*environment, *os.environ) if name.startswith(("PYTHON", "MPL", *_THREADS))}
    return all(environment.get(name) == os.environ.get(name) for name in names - {"PYTHONPATH"})


# ------------------------------------------------------------------------------------------------- the server's process


def serve(connection: socket.socket) -> list[str]:
    """Fork a process for each command; return, in that process, the command."""
    while True:
        message, descriptors, *_ = socket.recv_fds(connection, 1 << 20, 2)
        if not message:
            os._exit(0)
        while not message.endswith(b"\n"):
            message += connection.recv(1 << 20)
        number = os.fork()
        if not number:
            connection.close()
            return _become(json.loads(message), descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        connection.sendall(f"{number}\n".encode())
        status = os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
        connection.sendall(f"{status}\n".encode())


def _become(request: dict[str, Any], descriptors: Sequence[int]) -> list[str]:
    """Take on what a process is given when it is started."""
    for descriptor, number in zip(descriptors, (1, 2), strict=True):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    sys.modules["numpy"].random.seed()  # `random` sees to that itself
    os.chdir(request["cwd"])
    named = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    sys.path[:0] = [request["cwd"], *named]
    command: list[str] = request["command"]
    return command


def _prepare() -> None:
    import importlib

    sys.path.pop(0)  # this file's folder
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # as `autograder` has it
    for name in _LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    ours = [name for name in sys.modules if name.split(".")[0] in ("autograder", "course", "solutions", "hub_config")]
    assert not ours, ours
    assert len(os.listdir("/proc/self/task")) == 1, "a process with threads can't be forked safely"


if __name__ == "__main__":
    _prepare()
    command = serve(socket.socket(fileno=int(sys.argv[1])))
    sys.argv = command
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)
