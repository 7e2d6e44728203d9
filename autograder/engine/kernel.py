"""A submission in a process of its own: a Jupyter kernel that runs the notebook, then answers the checks.

`NotebookSession` is the one interface to it: `start` runs the cells, `request` calls, `interrupt` and `kill` end.
"""

from __future__ import annotations

import contextlib
import copy
import os
import secrets
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.engine import wire
from autograder.engine.remote import BadReply, CallTimeout, SessionDied
from autograder.engine.result import Status
from autograder.engine.shim import start_code
from course.errors import EngineError
from course.syllabus import Limits

DIED = "Your notebook's process ended by itself (by `os._exit`, a crash in a library, or for want of memory)."
LATE = "Your code took longer than {seconds} s and was interrupted."
OUTPUT_BYTES = 1_000_000  # of one cell; the rest is dropped
GRACE = 5.0  # seconds an interrupted call has to answer before the process is killed
START_SECONDS = 60
RESTARTS = 3  # how often a submission whose process has died is started again for its next check

# Only these reach a submission: no course key, no token, no path into the grader's checkout.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TZ", "COURSE_DATA_MIRROR", "COURSE_DATA_CACHE", "COURSE_DATA_OFFLINE",
                "SYSTEMROOT", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "OMP_NUM_THREADS")  # fmt: skip

_LIMITS = """
def _limit(megabytes):
    try:
        import resource
        with open("/proc/self/status") as status:
            used = next(int(line.split()[1]) << 10 for line in status if line.startswith("VmData"))
        budget = used + (megabytes << 20)
        resource.setrlimit(resource.RLIMIT_DATA, (budget, budget))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))
    except (ImportError, OSError, ValueError):
        pass  # no such limits on this system
_limit({megabytes})
del _limit
"""


@dataclass
class Run:
    """What happened when the notebook's cells were run.

    Attributes
    ----------
    status : `Status.GRADED`, or the first trouble met.
    notes : a sentence for each trouble.
    """

    status: Status = Status.GRADED
    notes: list[str] = field(default_factory=list)

    def trouble(self, status: Status, note: str) -> None:
        """Note a trouble; the first one gives the status."""
        if self.status is Status.GRADED:
            self.status = status
        if note not in self.notes:
            self.notes.append(note)


class NotebookSession:
    """One submission's process, from the first cell to the last check. Use it as a context manager.

    Parameters
    ----------
    notebook : restored notebook; its answer cells are run and get their outputs in place.
    limits : wall time, memory and output the submission may use.
    check_seconds : how long the calls of one check may take together.
    """

    def __init__(self, notebook: NotebookNode, limits: Limits, check_seconds: float = 60.0) -> None:
        self.notebook = notebook
        self.limits = limits
        self.check_seconds = check_seconds
        self.run = Run()
        self.isolation = "own process, not isolated"
        self.was_ready = False  # whether it has got through its cells: only then is it worth starting again
        self._until = 0.0
        self._folder = tempfile.TemporaryDirectory(prefix="course-", ignore_cleanup_errors=True)
        self._client: _Client | None = None
        self._connection: socket.socket | None = None
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> NotebookSession:
        return self

    def __exit__(self, *exc: object) -> None:
        self.kill()

    @property
    def alive(self) -> bool:
        """Whether a request can be sent."""
        return self._connection is not None

    def start(self) -> None:
        """Start the kernel, run the cells, and make it ready to answer.

        Raises
        ------
        EngineError : no kernel could be started. A submission that ends its own process leaves `alive` false.
        """
        try:
            self._launch()
        except Exception as error:
            self.kill()
            raise EngineError(f"No kernel could be started: {error}. Run `course doctor`.") from error
        assert self._client is not None
        watchdog = threading.Timer(self.limits.wall_seconds, self._client.destroy)
        watchdog.daemon = True
        watchdog.start()
        try:
            self._run_cells(self._client)
            if self._client.usable():
                self._connect(self._client)
        finally:
            watchdog.cancel()

    def begin_check(self) -> None:
        """Give the next check its full time."""
        self._until = time.monotonic() + self.check_seconds

    def request(self, frame: bytes) -> bytes:
        """Send one request and return the reply; see `remote.Session`."""
        connection = self._connection
        if connection is None:
            raise SessionDied(DIED)
        try:
            connection.settimeout(max(0.1, self._until - time.monotonic()))
            connection.sendall(frame)
            return _receive(connection, self._until)
        except TimeoutError:
            return self._interrupted(connection)
        except wire.WireError as error:
            self.kill()
            raise BadReply(f"What your code returned can't be read: {error}.") from error
        except OSError as error:
            self.kill()
            self.run.trouble(Status.CRASHED, "The notebook's process ended by itself while it was checked.")
            raise SessionDied(DIED) from error

    def interrupt(self) -> None:
        """Interrupt what the submission is doing, as a student would in Jupyter."""
        if self._client is not None:
            self._client.interrupt()

    def kill(self) -> None:
        """End the process and everything it started; idempotent."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._client is not None:
            self._client.destroy()
            self._client.close()
            self._client = None
        self._folder.cleanup()

    def _launch(self) -> None:
        folder = Path(self._folder.name)
        work = folder / "work"
        work.mkdir()
        (folder / "home").mkdir()
        self._client = _Client(self.notebook, work, self.limits)
        self._client.launch(_environment(folder))
        self._client.quietly(_LIMITS.format(megabytes=self.limits.memory_mb))

    def _run_cells(self, client: _Client) -> None:
        for index, cell in enumerate(self.notebook.cells):
            if runs_when_graded(cell):
                try:
                    self._note_errors(cell, client.run(cell, index))
                except CellTimeoutError:
                    self.run.trouble(Status.TIMED_OUT, f"Cell {index + 1} did not end in time.")
                except DeadKernelError:
                    late = client.destroyed
                    what = (
                        f"did not end within {self.limits.wall_seconds} s" if late else "ended the notebook's process"
                    )
                    status = Status.TIMED_OUT if late else Status.CRASHED
                    self.run.trouble(status, f"Cell {index + 1} {what}; nothing after it could be run.")
                    return

    def _note_errors(self, cell: NotebookNode, late: bool) -> None:
        number = self.notebook.cells.index(cell) + 1
        if late:
            seconds = self.limits.cell_seconds
            self.run.trouble(Status.TIMED_OUT, f"Cell {number} took longer than {seconds} s and was interrupted.")
        elif any(output.output_type == "error" and output.ename == "MemoryError" for output in cell.outputs):
            self.run.trouble(Status.OUT_OF_MEMORY, f"Cell {number} asked for more than {self.limits.memory_mb} MB.")
        elif any(output.output_type == "error" for output in cell.outputs):
            self.run.notes.append(f"Cell {number} ended in an error.")

    def _connect(self, client: _Client) -> None:
        token = secrets.token_bytes(16)
        with _listener(Path(self._folder.name)) as (listener, address):
            client.start(start_code(address, token))
            listener.settimeout(START_SECONDS)
            try:
                connection, _ = listener.accept()
                connection.settimeout(START_SECONDS)
                if _exactly(connection, len(token), time.monotonic() + START_SECONDS) != token:
                    raise OSError("a stranger connected")
            except OSError:
                self.run.trouble(Status.CRASHED, "The notebook's process stopped answering after its last cell.")
                return
        self._connection, self.was_ready = connection, True

    def _interrupted(self, connection: socket.socket) -> bytes:
        late = CallTimeout(LATE.format(seconds=round(self.check_seconds)))
        self.run.trouble(Status.TIMED_OUT, "A call had to be interrupted while the notebook was checked.")
        self.interrupt()
        try:
            _receive(connection, time.monotonic() + GRACE)
        except (OSError, wire.WireError):
            self.kill()
        raise late


class Opener:
    """Hands the judge a submission's session, and starts it again, a few times, where it has died.

    Parameters
    ----------
    notebook : restored notebook.
    stack : what ends the processes.
    """

    def __init__(
        self, notebook: NotebookNode, limits: Limits, stack: contextlib.ExitStack, check_seconds: float
    ) -> None:
        self._notebook = notebook
        self._limits = limits
        self._stack = stack
        self._check_seconds = check_seconds
        self._starts = 0
        self._session: NotebookSession | None = None

    def first(self) -> NotebookSession:
        """Run the notebook the first time; its outputs are the ones feedback shows."""
        return self._start(self._notebook)

    def __call__(self) -> NotebookSession:
        """Return a session that is alive, with the full time for one check.

        Raises
        ------
        SessionDied : it has died too often.
        """
        session = self._session or self.first()
        if not session.alive:
            if self._starts > RESTARTS or not session.was_ready:
                raise SessionDied(DIED)
            run = session.run
            session = self._start(copy.deepcopy(self._notebook))
            session.run = run  # what its cells did is known from the first time
        session.begin_check()
        return session

    def _start(self, notebook: NotebookNode) -> NotebookSession:
        self._starts += 1
        self._session = self._stack.enter_context(NotebookSession(notebook, self._limits, self._check_seconds))
        self._session.start()
        return self._session


def runs_when_graded(cell: NotebookNode) -> bool:
    """Whether a cell is run when a submission is graded: code, but no demo and no test cell."""
    nbgrader = cell.metadata.get("nbgrader", {})
    is_test = nbgrader.get("grade") and not nbgrader.get("solution")
    return cell.cell_type == "code" and not cell.metadata.get("course", {}).get("demo") and not is_test


class _Client(NotebookClient):
    """nbclient's client, with bounded output and a kernel that can be ended from another thread."""

    def __init__(self, notebook: NotebookNode, work: Path, limits: Limits) -> None:
        self._work = work
        self._manager: Any = AsyncKernelManager(kernel_name="python3")
        super().__init__(
            notebook,
            km=self._manager,
            timeout=limits.cell_seconds,
            interrupt_on_timeout=True,
            allow_errors=True,
            error_on_timeout={
                "ename": "TimeoutError",
                "evalue": LATE.format(seconds=limits.cell_seconds),
                "traceback": [],
            },
            startup_timeout=START_SECONDS,
            record_timing=False,
            skip_cells_with_tag="",
        )
        self.destroyed = False
        self._bytes = 0

    def launch(self, environment: dict[str, str]) -> None:
        if hasattr(socket, "AF_UNIX"):
            self._manager.transport = "ipc"
            self._manager.ip = str(self._work.parent / "kernel")
        self._manager.connection_file = str(self._work.parent / "connection.json")
        self.start_new_kernel(cwd=str(self._work), env=environment)
        self.start_new_kernel_client()

    def run(self, cell: NotebookNode, index: int) -> bool:
        """Run one cell; return whether it had to be interrupted."""
        self._bytes = 0
        reply: dict[str, Any] = {}
        self.on_cell_executed = lambda cell, cell_index, execute_reply: reply.update(execute_reply["content"])
        self.execute_cell(cell, index)
        late = reply.get("ename") == "TimeoutError" and reply.get("traceback") == []
        if late:
            error = {key: reply[key] for key in ("ename", "evalue", "traceback")}
            cell.outputs.append(new_output("error", **error))
            self._end_if_deaf()
        return late

    def _end_if_deaf(self) -> None:
        """Kill a kernel that an interrupt does not stop; its next cells would each have to time out as well."""
        try:
            run_sync(self._channels.execute_interactive)("", silent=True, store_history=False, timeout=GRACE)
        except TimeoutError as error:
            self.destroy()
            raise DeadKernelError("deaf to interrupts") from error

    def process_message(self, msg: Any, cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Drop what a cell prints beyond its bound, and say so once."""
        if msg["msg_type"] in ("stream", "display_data", "execute_result", "update_display_data", "error"):
            before, self._bytes = self._bytes, self._bytes + len(str(msg["content"]))
            if self._bytes > OUTPUT_BYTES:
                if before <= OUTPUT_BYTES:
                    text = f"[more than {OUTPUT_BYTES:,} characters of output: the rest was dropped]\n"
                    cell.outputs.append(new_output("stream", text=text))
                return None
        return super().process_message(msg, cell, cell_index)

    def quietly(self, code: str) -> None:
        """Run code of ours whose outputs nobody needs, and wait for it."""
        run_sync(self._channels.execute_interactive)(code, silent=True, store_history=False, timeout=START_SECONDS)

    def start(self, code: str) -> None:
        """Start code of ours and don't wait for it."""
        self._channels.execute(code, silent=True, store_history=False)

    def usable(self) -> bool:
        """Whether the kernel still runs."""
        return not self.destroyed and bool(run_sync(self._manager.is_alive)())

    def interrupt(self) -> None:
        process = self._process()
        if process is not None:
            process.send_signal(signal.SIGINT)

    def destroy(self) -> None:
        """Kill the kernel and its process group, from any thread."""
        self.destroyed = True
        process = self._process()
        if process is None:
            return
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, 9)
            process.kill()
        with contextlib.suppress(Exception):
            process.wait(timeout=GRACE)

    @property
    def _channels(self) -> Any:
        return self.kc

    def close(self) -> None:
        """Close the channels to a kernel that has ended."""
        if self.kc is not None:
            self._channels.stop_channels()
        with contextlib.suppress(Exception):
            run_sync(self._manager.cleanup_resources)()

    def _process(self) -> Any:
        return getattr(self._manager.provisioner, "process", None)


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    home = {name: str(folder / "home") for name in ("HOME", "IPYTHONDIR", "TMPDIR", "MPLCONFIGDIR")}
    if "COURSE_DATA_CACHE" not in kept:
        from course.datasets.fetch import Places

        kept["COURSE_DATA_CACHE"] = str(Places.from_environ().cache)
    return {**kept, **home, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}


@contextlib.contextmanager
def _listener(folder: Path) -> Iterator[tuple[socket.socket, str | tuple[str, int]]]:
    unix = hasattr(socket, "AF_UNIX") and sys.platform != "win32"
    with socket.socket(socket.AF_UNIX if unix else socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(str(folder / "checks") if unix else ("127.0.0.1", 0))
        listener.listen(1)
        yield listener, listener.getsockname()


def _receive(connection: socket.socket, until: float) -> bytes:
    return wire.read_frame(lambda size: _exactly(connection, size, until))


def _exactly(connection: socket.socket, size: int, until: float) -> bytes:
    """Read `size` bytes; the time-out is for all of them, so that a trickle can't outlast it."""
    content = bytearray()
    while len(content) < size:
        connection.settimeout(max(0.1, until - time.monotonic()))
        if time.monotonic() > until + GRACE:
            raise TimeoutError
        part = connection.recv(min(size - len(content), 1 << 20))
        if not part:
            raise ConnectionResetError("the other side hung up")
        content += part
    return bytes(content)
