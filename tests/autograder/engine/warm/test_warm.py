"""Warm kernels: for unmodified Jupyter clients, after a loss, and when the canary dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbconvert.preprocessors import ExecutePreprocessor
from nbformat.v4 import new_code_cell, new_notebook

from autograder.engine.session.kernel import NotebookSession
from autograder.engine.settings import Settings
from autograder.engine.warm import launcher
from autograder.engine.warm.provisioner import WarmProvisioner
from autograder.engine.warm.request import Request
from autograder.engine.wire.proxy import Student
from course.errors import EngineError, KernelLost
from course.syllabus import Limits
from tests.support.checkout import ROOT

KERNELS = ROOT / "autograder" / "engine" / "warm" / "kernels"
LIMITS = Limits(cell_seconds=20, wall_seconds=60, memory_mb=600)
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="warm kernels need Linux")


@pytest.fixture(scope="module", autouse=True)
def _isolated() -> None:
    try:
        with NotebookSession(new_notebook(), LIMITS) as session:
            session.start()
    except EngineError as error:
        pytest.skip(str(error))


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Make the kernel known by name, as `make setup` does."""
    kernels = tmp_path / "share" / "kernels"
    kernels.parent.mkdir()
    kernels.symlink_to(KERNELS)
    monkeypatch.setenv("JUPYTER_PATH", str(kernels.parent))


@pytest.mark.usefixtures("installed")
def test_an_unmodified_client_gets_an_isolated_kernel_by_name(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a,b\n1,2\n")
    cells = ["import os\nopen('data.csv').read()", "open('new', 'w').write('x'); os.getuid(), os.getpid()", "1 / 0"]
    made = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    client = NotebookClient(
        made, kernel_name="course-warm", allow_errors=True, resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    assert made.cells[0].outputs[0].data["text/plain"] == repr("a,b\n1,2\n")
    uid, pid = eval(made.cells[1].outputs[0].data["text/plain"])  # noqa: S307  # two numbers
    assert pid < 10
    assert uid != os.getuid() or os.getuid() != 0
    assert made.cells[2].outputs[0].ename == "ZeroDivisionError"
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "share") == ["data.csv"]


@pytest.mark.usefixtures("installed")
def test_a_folder_of_the_callers_alone_is_the_submissions_inside(tmp_path: Path) -> None:
    """And it stays as it is: the caller's umask, too."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "data.csv").write_text("a,b\n")
    for path in (tmp_path / "deep" / "data.csv", tmp_path / "deep", tmp_path):
        path.chmod(0o600 if path.is_file() else 0o700)
    cells = ["with open('deep/data.csv', 'a') as file:\n    print(file.write('1'))", "open('deep/data.csv').read()"]
    made = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    before = os.umask(0o027)
    try:
        NotebookClient(made, kernel_name="course-warm", resources={"metadata": {"path": str(tmp_path)}}).execute()
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)
    assert made.cells[1].outputs[0].data["text/plain"] == repr("a,b\n1")
    assert (tmp_path / "deep" / "data.csv").read_text() == "a,b\n"
    assert (tmp_path / "deep").stat().st_uid == os.getuid()


@pytest.mark.usefixtures("installed")
def test_a_kernel_that_is_told_to_end_does_so_before_anybody_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its answer went through a thread that had been stopped: half of all kernels waited until they were ended."""
    ended: list[str] = []
    for name in ("terminate", "kill"):
        as_ever = getattr(WarmProvisioner, name)

        async def noted(*args: Any, as_ever: Any = as_ever, name: str = name, **options: Any) -> None:
            ended.append(name)
            await as_ever(*args, **options)

        monkeypatch.setattr(WarmProvisioner, name, noted)
    for _ in range(8):
        manager, client = start_new_kernel(kernel_name="course-warm")
        client.execute_interactive("1", timeout=60)
        client.execute_interactive("2", timeout=60)
        client.stop_channels()
        manager.shutdown_wait_time = 16  # half of it passes before the kernel is ended; it gave up by itself after 10 s
        manager.shutdown_kernel()
    assert ended == []


@pytest.mark.usefixtures("installed")
def test_nbconvert_reports_an_error_as_ever() -> None:
    made = new_notebook(cells=[new_code_cell("raise ValueError('no')")])
    with pytest.raises(CellExecutionError, match="ValueError"):
        ExecutePreprocessor(kernel_name="course-warm").preprocess(made, {})


@pytest.mark.usefixtures("installed")
def test_an_unmodified_client_interrupts_and_sees_a_dead_kernel() -> None:
    late = new_notebook(cells=[new_code_cell("while True: pass"), new_code_cell("6 * 7")])
    options = {"kernel_name": "course-warm", "timeout": 1, "interrupt_on_timeout": True, "allow_errors": True}
    NotebookClient(late, **options).execute()
    assert late.cells[1].outputs[0].data["text/plain"] == "42"
    dead = new_notebook(cells=[new_code_cell("import os\nos._exit(3)")])
    with pytest.raises(DeadKernelError):
        NotebookClient(dead, kernel_name="course-warm").execute()


def test_what_a_subprocess_prints_is_seen() -> None:
    """It comes over a pipe of ours instead of a port on 127.0.0.1."""
    cell = "import multiprocessing as mp\np = mp.get_context('fork').Process(target=print, args=('hello',))\n"
    cell += "p.start()\np.join()"
    made = new_notebook(cells=[new_code_cell(cell), new_code_cell("import time; time.sleep(0.3)")])
    with NotebookSession(made, LIMITS) as session:
        session.start()
    assert "hello" in str([cell.outputs for cell in made.cells])


def test_a_killed_supervisor_is_not_the_submissions_fault() -> None:
    with NotebookSession(new_notebook(cells=[new_code_cell("answer = 42")]), LIMITS) as session:
        session.start()
        assert session._client is not None
        inside = psutil.Process(session._client._process().pid)
        supervisor = inside.parent()
        assert supervisor is not None
        supervisor.kill()
        _wait_gone([inside])
        session.begin_check()
        with pytest.raises(KernelLost):
            _ = Student(session).answer


def test_a_killed_zygote_takes_its_kernels_along_and_another_one_is_started() -> None:
    with NotebookSession(new_notebook(cells=[new_code_cell("answer = 42")]), LIMITS) as session:
        session.start()
        first = launcher.zygote()
        assert first.owned is not None
        family = psutil.Process(first.owned.pid).children(recursive=True)
        assert len(family) >= 3
        os.kill(first.owned.pid, signal.SIGKILL)
        first.owned.wait()
        _wait_gone(family)
        session.begin_check()
        with pytest.raises(KernelLost):
            _ = Student(session).answer
    with NotebookSession(new_notebook(cells=[new_code_cell("answer = 42")]), LIMITS) as session:
        session.start()
        session.begin_check()
        assert Student(session).answer == 42
    assert launcher.zygote() is not first


def test_when_the_grader_is_killed_nothing_is_left() -> None:
    code = (
        "import sys, time\n"
        "from nbformat.v4 import new_code_cell, new_notebook\n"
        "from autograder.engine.session.kernel import NotebookSession\n"
        "from course.syllabus import Limits\n"
        "session = NotebookSession(new_notebook(cells=[new_code_cell('a = 1')]), Limits())\n"
        "session.start()\nprint('ready', flush=True)\ntime.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT) as grader:
        assert grader.stdout is not None
        assert grader.stdout.readline() == "ready\n"
        family = psutil.Process(grader.pid).children(recursive=True)
        assert len(family) >= 4  # zygote, supervisor, init, kernel
        grader.kill()
    _wait_gone(family)


def test_a_canary_that_dies_makes_kernels_cold_and_as_isolated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_CANARY", "dies")
    made = launcher.start()
    try:
        assert made.state() == "cold"
        monkeypatch.setattr(launcher._ours, "_zygote", made)
        with NotebookSession(
            new_notebook(cells=[new_code_cell("import sys\nanswer = len(sys.modules)")]), LIMITS
        ) as cold:
            cold.start()
            cold.begin_check()
            assert Student(cold).answer < 2500  # torch, pandas and scikit-learn are not among them
            assert cold.tier < "T4"
            assert cold.kind == "cold"
    finally:
        made.close()


def test_who_does_not_know_the_password_gets_no_kernel() -> None:
    real = launcher.zygote()
    stranger = launcher.Zygote.found(f"{real.path}:{(b'x' * len(real.password)).hex()}")
    request = Request(connection={}, ports=[], descriptors=[0], environment={}, folder="/nonexistent")
    with pytest.raises(launcher.ZygoteGone):
        stranger.launch(request)


@pytest.mark.parametrize("change", [{"box": {"memory_mb": "much"}}, {"seconds": "soon"}, {"tier": "T0"}])
def test_a_request_that_makes_no_sense_is_refused_and_the_next_one_served(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, object]
) -> None:
    import json

    real = launcher.zygote()
    request = Request(connection={}, ports=[], descriptors=[0], environment={}, folder="/nonexistent")
    sent = json.dumps({**json.loads(request.dump()), **change}).encode() + b"\n"
    monkeypatch.setattr(Request, "dump", lambda self: sent)
    with pytest.raises(EngineError):
        real.launch(request)
    monkeypatch.undo()
    with NotebookSession(new_notebook(), LIMITS, 5, Settings()) as session:
        session.start()
    assert launcher.zygote() is real


def _wait_gone(processes: list[psutil.Process]) -> None:
    until = time.monotonic() + 10
    while any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in processes):
        assert time.monotonic() < until, f"still there: {processes}"
        time.sleep(0.05)


def test_a_lazy_zygote_is_started_by_the_first_request(monkeypatch: pytest.MonkeyPatch) -> None:
    made = launcher.start(lazily=True)
    try:
        assert made.owned is None
        monkeypatch.setattr(launcher._ours, "_zygote", made)
        with NotebookSession(new_notebook(), LIMITS) as session:
            session.start()
        assert made.owned is not None
    finally:
        made.close()


def test_a_lazy_zygote_that_nobody_asks_leaves_nothing() -> None:
    made = launcher.start(lazily=True)
    folder = Path(made.path).parent
    assert folder.exists()
    made.close()
    assert not folder.exists()
