"""A submission in a process of its own: a Jupyter kernel that runs the notebook, then answers the checks.

`NotebookSession` is the one interface to it: `start` runs the cells, `request` calls, `interrupt` and `kill` end.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import logging
import secrets
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode

from autograder.engine.isolation.tiers import Tier
from autograder.engine.result import Status
from autograder.engine.session import meanings
from autograder.engine.session.kernel_client import GRACE, LATE, START_SECONDS, KernelClient
from autograder.engine.session.run import EXCESS, Cells, Run, RunPlan
from autograder.engine.session.run import runs_when_graded as runs_when_graded
from autograder.engine.settings import Settings
from autograder.engine.submission.faults import Words
from autograder.engine.surroundings import CHECKS, private_folder
from autograder.engine.wire import codec, transport
from autograder.engine.wire.proxy import BadReply, CallTimeout, SessionDied
from autograder.engine.wire.server import start_code, warm_start_code
from course.errors import CourseError, EngineError, KernelLost
from course.files import remove
from course.syllabus import Limits

_LOG = logging.getLogger(__name__)
TELL_SECONDS = 10  # after which a waiting learner is told what for
GREETING_SECONDS = 15  # for a kernel that has run its cells to begin to answer
DIED = "Your notebook's process ended by itself (by `os._exit`, a crash in a library, or for want of memory)."
STARTS = 4  # how often a notebook is started until all its cells are run
_SLACK = 60  # seconds beyond what the cells may take
_MENDING_SECONDS = 10
# `exit()` and `quit()` end a kernel a moment later, whatever it does then. Where there is nobody to close it they do
# nothing: the rest of the notebook is to be graded.
_CALM = "get_ipython().ask_exit = lambda: None"
RESTARTS = 3  # how often a submission whose process has died is started again for its next check


class NotebookSession:
    """One submission's process, from the first cell to the last check. Use it as a context manager.

    Parameters
    ----------
    notebook : restored notebook; its answer cells are run and get their outputs in place.
    limits : wall time, memory and output the submission may use.
    check_seconds : how long the calls of one check may take together.
    settings : how it must be isolated.
    seed : what its global random numbers depend on; empty: on chance.
    plan : how its cells are to be run.
    tell : is told, from another thread, when a call lets its checker wait.

    Attributes
    ----------
    tier, kind : how it is isolated, and whether its kernel is ``warm`` or ``cold``.
    gpu : the name of the GPU that it has been lent; empty for none.
    """

    def __init__(
        self,
        notebook: NotebookNode,
        limits: Limits,
        check_seconds: float = 60.0,
        settings: Settings | None = None,
        seed: str = "",
        plan: RunPlan | None = None,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self.notebook = notebook
        self.limits = limits
        self.check_seconds = check_seconds
        self.settings = settings or Settings()
        self.seed = seed
        self.plan = plan or RunPlan()
        self._tell = tell
        self.run = Run()
        self.tier, self.kind, self.gpu = Tier.T4, "cold", ""
        self.was_ready = False  # whether it has ever answered: only then is it worth starting again
        self._until, self._for_check = 0.0, check_seconds
        self._greeting = 0.0
        self._folder = private_folder()
        self._client: KernelClient | None = None
        self._connection: socket.socket | None = None
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> NotebookSession:
        return self

    def __exit__(self, *exc: object) -> None:
        self.kill()

    @functools.cached_property
    def words(self) -> Words:
        """What finds the words for its errors."""
        return Words(self.notebook)

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
        until = time.monotonic() + self.limits.wall_seconds
        for left in reversed(range(STARTS)):
            cells = self._begin()
            if cells.ended_in is None:
                break
            again = left > 0 and time.monotonic() < until
            status, what = cells.end
            then = "the notebook was started again without it" if again else "nothing after it could be run"
            self.run.trouble(status, f"Cell {cells.ended_in + 1} {what}; {then}.")
            if not again:
                break
            self.plan.tamed[cells.ended_in] = self.plan.tamed.get(cells.ended_in, 0) + 1
            self.kill()
            self._folder = private_folder()
        if self._client is not None and self._client.usable():
            self._connect(self._client)

    def begin_check(self, seconds: float | None = None) -> None:
        """Give the next check its full time, or `seconds`."""
        self._for_check = seconds or self.check_seconds
        self._until = time.monotonic() + self._for_check

    def request(self, frame: bytes) -> bytes:
        """Send one request and return the reply; see `proxy.Session`."""
        connection = self._connection
        if connection is None:
            raise SessionDied(DIED)
        until, self._greeting = self._until + self._greeting, 0.0
        if time.monotonic() >= until:  # the calls before have used it up; this one has not been asked
            raise CallTimeout(LATE.format(seconds=round(self._for_check)))
        try:
            with self._telling():
                transport.send(connection, frame, until)
                reply = transport.receive(connection, until)
        except TimeoutError:
            return self._interrupted(connection)
        except codec.WireError as error:
            self.kill()
            raise BadReply(f"What your code returned can't be read: {error}.") from error
        except OSError as error:
            self._died()
            self.run.trouble(Status.CRASHED, "The notebook's process ended by itself while it was checked.")
            raise SessionDied(DIED) from error
        self.was_ready = True
        return reply

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        """Say what goes on if it goes on for long."""
        if self._tell is None:
            yield
            return
        text = f"Your code has not answered for {TELL_SECONDS} s; after {self._for_check:.0f} s it is interrupted."
        timer = threading.Timer(TELL_SECONDS, self._tell, [text])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _died(self) -> None:
        """Bury a kernel that has ended. Raises `KernelLost` when nobody but the machine is to blame."""
        client = self._client
        if client is not None:
            client.wait_for_end()
            lost, reason = client.lost, client.ended_for
            self.kill()
            if lost:
                raise KernelLost("The process that a submission ran in was ended from outside.")
            if reason:
                self.run.trouble(*EXCESS[reason])
        self.kill()

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
        remove(self._folder)

    def _launch(self) -> None:
        """Start a kernel in which no cell has run yet; once more if it is silent, as may be under load."""
        for again in (False, True):
            self._client = KernelClient(self.notebook, self._folder, self.limits, self.settings, self.seed)
            try:
                self._client.launch()
                self._client.quietly(_CALM)
                return
            except CourseError:
                self.kill()
                raise
            except Exception as error:
                self.kill()
                if again:
                    text = f"No kernel could be started: {error}. Run `make setup`, then try again."
                    raise EngineError(text) from error
                _LOG.warning("a kernel did not start (%s); another is tried", error)
                self._folder = private_folder()

    def _begin(self) -> Cells:
        """Start a kernel and run the cells in it; what the machine is to blame for is raised."""
        self._launch()
        client = self._client
        assert client is not None
        self.tier, self.kind, self.gpu = client.tier, client.kind, client.gpu
        # Cells have budgets; this is for a kernel that keeps its client busy all the same.
        watchdog = threading.Timer(2 * self.limits.wall_seconds + _SLACK, client.destroy)
        watchdog.daemon = True
        watchdog.start()
        cells = Cells(self.notebook, self.limits, self.run, self.plan)
        try:
            cells.run_all(client)
            if cells.ended_in is None:
                self._mend(client)
        except DeadKernelError:  # while names were mended: what follows finds it dead
            pass
        finally:
            watchdog.cancel()
        return cells

    def _mend(self, client: KernelClient) -> None:
        """Let names mean what they meant for the answers; see `meanings`."""
        if self.plan.release is None or not self.plan.edited(self.notebook):
            return
        uses = meanings.uses_of(self.notebook, self.plan.release)
        changed = client.evaluate(meanings.mending(uses, meanings.starred(self.notebook, uses)), _MENDING_SECONDS)
        for name in sorted({use.name for use in uses}.intersection(meanings.listed(changed))):
            if cell := meanings.culprit(self.notebook, name):
                why = f"because of cell {cell}; for grading it was put back"
                self.run.note(f"`{name}` means something else at the end of your notebook, {why}.")

    def _connect(self, client: KernelClient) -> None:
        if client.checks is not None:
            client.start(warm_start_code(CHECKS))
            self._connection, self._greeting = client.checks, GREETING_SECONDS
            return
        token = secrets.token_bytes(16)
        with _listener(self._folder) as (listener, address):
            client.start(start_code(address, token))
            listener.settimeout(START_SECONDS)
            try:
                connection, _ = listener.accept()
                connection.settimeout(START_SECONDS)
                if connection.recv(len(token), socket.MSG_WAITALL) != token:
                    raise OSError("a stranger connected")
            except OSError:
                self.run.trouble(Status.CRASHED, "The notebook's process stopped answering after its last cell.")
                return
        self._connection, self.was_ready = connection, True

    def _interrupted(self, connection: socket.socket) -> bytes:
        late = CallTimeout(LATE.format(seconds=round(self._for_check)))
        self.run.trouble(Status.TIMED_OUT, "A call had to be interrupted while the notebook was checked.")
        self.interrupt()
        try:
            transport.receive(connection, time.monotonic() + GRACE)
        except (OSError, codec.WireError):
            self.kill()
        raise late


class Opener:
    """Hands the judge a submission's session, and starts it again, a few times, where it has died.

    Parameters
    ----------
    notebook : restored notebook.
    stack : what ends the processes.
    release : the released notebook: what it gives is there whatever a student's edits break.
    tell : is told when a call lets its checker wait.
    """

    def __init__(
        self,
        notebook: NotebookNode,
        limits: Limits,
        stack: contextlib.ExitStack,
        check_seconds: float,
        settings: Settings,
        seed: str = "",
        release: NotebookNode | None = None,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self._tell = tell
        self._plan = RunPlan(release)
        self._notebook = notebook
        self._limits = limits
        self._stack = stack
        self._check_seconds = check_seconds
        self._settings = settings
        self._seed = seed
        self._starts = 0
        self._session: NotebookSession | None = None

    @property
    def notes(self) -> list[str]:
        """What has happened so far, a sentence for each trouble."""
        return self._session.run.notes if self._session else []

    def first(self) -> NotebookSession:
        """Run the notebook the first time; its outputs are the ones feedback shows."""
        return self._start(self._notebook)

    def __call__(self, seconds: float | None = None) -> NotebookSession:
        """Return a session that is alive, with the full time for one check, or `seconds`.

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
        session.begin_check(seconds)
        return session

    def _start(self, notebook: NotebookNode) -> NotebookSession:
        self._starts += 1
        session = NotebookSession(
            notebook, self._limits, self._check_seconds, self._settings, self._seed, self._plan, self._tell
        )
        self._session = self._stack.enter_context(session)
        self._session.start()
        return self._session


@contextlib.contextmanager
def _listener(folder: Path) -> Iterator[tuple[socket.socket, str | tuple[str, int]]]:
    unix = hasattr(socket, "AF_UNIX") and sys.platform != "win32"
    with socket.socket(socket.AF_UNIX if unix else socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(str(folder / "checks") if unix else ("127.0.0.1", 0))
        listener.listen(1)
        yield listener, listener.getsockname()
