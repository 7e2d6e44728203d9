"""A submission in its own process: runs, answers, is interrupted, dies, is started again."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from autograder.engine.result import Status
from autograder.engine.session.kernel import RESTARTS, NotebookSession, Opener
from autograder.engine.session.kernel_client import KernelClient
from autograder.engine.settings import Settings
from autograder.engine.wire.proxy import BadReply, CallTimeout, NoAnswer, SessionDied, Student, StudentRaised
from course.errors import EngineError
from course.syllabus import Limits
from tests.support.deadlines import wait_until
from tests.support.processes import running

LIMITS = Limits(cell_seconds=3, wall_seconds=40, memory_mb=1500)
ANSWERS = """
import os, signal, time
import numpy as np

def double(values):
    print("chatter")
    return values * 2

def raises(values):

    raise ValueError(values)

def slow():
    while True:
        pass

def deaf():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        pass

def ends():
    os._exit(3)

def leaves():
    raise SystemExit(0)

def greedy():
    return np.ones(10**10)

def fitted(X, y):
    from sklearn.neighbors import KNeighborsClassifier
    return KNeighborsClassifier(n_neighbors=1).fit(X, y)

def environment():
    return dict(os.environ), os.getcwd(), os.listdir()
"""


def notebook(*cells: str) -> NotebookNode:
    made: NotebookNode = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    return made


@pytest.fixture(scope="module")
def session() -> Iterator[NotebookSession]:
    with NotebookSession(notebook(ANSWERS), LIMITS, check_seconds=3) as started:
        started.start()
        yield started


@pytest.fixture
def student(session: NotebookSession) -> Student:
    session.begin_check()
    return Student(session)


def test_plain_data_goes_there_and_back(student: Student) -> None:
    np.testing.assert_array_equal(student.double(np.arange(3)), [0, 2, 4])


def test_large_arrays_go_there_and_back(student: Student) -> None:
    values = np.random.default_rng(0).normal(size=(2000, 784))
    np.testing.assert_array_equal(student.double(values), values * 2)


def test_a_fitted_model_stays_there(student: Student) -> None:
    model = student.fitted(np.eye(4), np.array([0, 1, 2, 3]))
    assert model.predict(np.eye(4)).tolist() == [0, 1, 2, 3]
    assert model.n_neighbors == 1


def test_an_error_names_the_line_and_not_the_input(student: Student) -> None:
    with pytest.raises(StudentRaised) as caught:
        student.raises("a hidden input")
    assert caught.value.sentence == "Your code raised ValueError in line 3 of `raises`."


def test_a_name_that_is_not_there(student: Student) -> None:
    with pytest.raises(NoAnswer, match="`triple` is not defined"):
        student.triple(1)


def test_a_slow_call_is_interrupted_and_the_next_one_answered(session: NotebookSession, student: Student) -> None:
    with pytest.raises(CallTimeout, match="longer than 3 s"):
        student.slow()
    session.begin_check()
    assert student.double(21) == 42


def test_system_exit_does_not_end_the_process(student: Student) -> None:
    with pytest.raises(StudentRaised, match="SystemExit"):
        student.leaves()
    assert student.double(1) == 2


def test_memory_is_limited(student: Student) -> None:
    with pytest.raises(StudentRaised, match="MemoryError"):
        student.greedy()


def test_the_process_gets_no_secret_and_an_empty_folder(
    monkeypatch: pytest.MonkeyPatch, session: NotebookSession
) -> None:
    monkeypatch.setenv("COURSE_KEY", "secret")
    with NotebookSession(notebook(ANSWERS), LIMITS) as fresh:
        fresh.start()
        fresh.begin_check()
        environment, folder, files = Student(fresh).environment()
    assert "COURSE_KEY" not in environment
    assert "PYTHONPATH" not in environment
    assert files == []
    assert not os.path.exists(folder)


@pytest.mark.parametrize(("name", "error"), [("ends", SessionDied), ("deaf", CallTimeout)])
def test_a_process_that_is_gone_is_started_again(name: str, error: type[Exception]) -> None:
    with contextlib.ExitStack() as stack:
        opener = Opener(notebook(ANSWERS), LIMITS, stack, 2.0, Settings())
        opener.first()
        with pytest.raises(error):
            getattr(Student(opener()), name)()
        assert Student(opener()).double(2) == 4


@pytest.mark.parametrize("silent", [1, 2])
def test_a_kernel_that_is_silent_from_the_start_is_replaced_once(silent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    quietly, times = KernelClient.quietly, iter(range(silent))

    def maybe(client: KernelClient, code: str) -> None:
        if "ask_exit" in code and next(times, None) is not None:
            raise TimeoutError("no answer")
        quietly(client, code)

    monkeypatch.setattr(KernelClient, "quietly", maybe)
    with NotebookSession(notebook("def double(value):\n    return 2 * value"), LIMITS) as session:
        if silent == 2:
            with pytest.raises(EngineError, match=r"could be started: no answer\. Run `make setup`"):
                session.start()
            return
        session.start()
        session.begin_check()
        assert Student(session).double(2) == 4
        assert session.run.notes == []


def test_it_is_not_started_again_for_ever() -> None:
    with contextlib.ExitStack() as stack:
        opener = Opener(notebook("def ends():\n    import os\n    os._exit(1)"), LIMITS, stack, 5.0, Settings())
        opener.first()
        for _ in range(RESTARTS + 1):
            with pytest.raises(SessionDied):
                Student(opener()).ends()
        start = time.monotonic()
        with pytest.raises(SessionDied):
            opener()
        assert time.monotonic() - start < 1


@pytest.mark.parametrize(
    ("cell", "status", "note"),
    [
        ("1 / 0", Status.GRADED, "Cell 1 ended in an error."),
        ("while True: pass", Status.TIMED_OUT, "Cell 1 took longer than 3 s and was interrupted."),
        ("import os\nos._exit(0)", Status.CRASHED, "Cell 1 ended the notebook's process"),
        ("import numpy\nnumpy.ones(10**10)", Status.OUT_OF_MEMORY, "Cell 1 asked for more than 1500 MB."),
        ("import signal\nsignal.signal(2, signal.SIG_IGN)\nwhile True: pass", Status.TIMED_OUT, "Cell 1 did not end"),
    ],
)
def test_what_a_cell_does_is_noted(cell: str, status: Status, note: str) -> None:
    with NotebookSession(notebook(cell, "answer = 42"), LIMITS) as started:
        started.start()
        assert started.run.status is status
        assert started.run.notes[0].startswith(note)
        if started.alive:
            started.begin_check()
            assert Student(started).answer == 42
        else:
            with pytest.raises(SessionDied):
                _ = Student(started).answer


def test_a_flood_of_output_is_cut() -> None:
    made = notebook("for _ in range(4000):\n    print('x' * 1000, flush=True)")
    with NotebookSession(made, LIMITS) as started:
        started.start()
    size = sum(len(str(output)) for output in made.cells[0].outputs)
    assert size < 1_200_000
    assert any("the rest was dropped" in str(output) for output in made.cells[0].outputs)


def test_demo_and_test_cells_are_not_run() -> None:
    made = notebook("shown = 1", "demo = 1", "tested = 1")
    made.cells[1].metadata["course"] = {"demo": True}
    made.cells[2].metadata["nbgrader"] = {"grade": True, "solution": False}
    with NotebookSession(made, LIMITS) as started:
        started.start()
        started.begin_check()
        student = Student(started)
        assert student.shown == 1
        for name in ("demo", "tested"):
            with pytest.raises(NoAnswer):
                getattr(student, name)


def test_nothing_is_left_behind() -> None:
    """A process in a session of its own, whose parent has ended, is ended too; its number in there is not ours."""
    mark = secrets.token_hex(8)
    child = (
        f"import subprocess\nsubprocess.Popen(['sh', '-c', 'sleep 300 & sleep 300 # {mark}'], start_new_session=True)"
    )
    with NotebookSession(notebook(child), LIMITS) as started:
        started.start()
        wait_until(lambda: running(mark))
    wait_until(lambda: not running(mark))


FORGERIES: dict[str, Callable[[], str]] = {
    "garbage": lambda: "connection.sendall(b'nonsense' * 100)",
    "a huge length": lambda: "connection.sendall(b'CW1\\n' + b'\\xff' * 8)",
    "silence, then the end": lambda: "connection.shutdown(2)",
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_reply_ends_the_session_and_nothing_else(forgery: str) -> None:
    """The answer finds the server's own socket among the process's objects and writes to it."""
    cell = f"""
def forge():
    import gc, socket
    for connection in [o for o in gc.get_objects() if isinstance(o, socket.socket) and o.family == socket.AF_UNIX]:
        try:
            {FORGERIES[forgery]()}
        except OSError:
            pass
    return 1
"""
    with NotebookSession(notebook(cell), LIMITS, check_seconds=5) as started:
        started.start()
        started.begin_check()
        student = Student(started)
        with pytest.raises((BadReply, SessionDied, CallTimeout)):
            _ = [student.forge() for _ in range(2)]  # a reply that arrived before the forgery is a right one
