"""A warm kernel is a cold one: what people write into notebooks has the same outcome and the same outputs in both.

`tests/kernel_cases/` is the table; `jupyter_kernel_test` asks what every client asks of a kernel.
"""

from __future__ import annotations

import asyncio
import functools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jupyter_kernel_test
import pytest
from jupyter_client.manager import AsyncKernelManager, start_new_kernel
from nbformat.v4 import new_code_cell, new_notebook

from autograder.engine.session.kernel import NotebookSession
from autograder.engine.settings import Settings
from autograder.engine.wire.proxy import Student
from course.errors import EngineError
from course.syllabus import Limits
from tests.support.checkout import ROOT
from tests.support.kernel_parity import Case, read_cases, run

KERNELS = ROOT / "autograder" / "engine" / "warm" / "kernels"
LIMITS = Limits(cell_seconds=60, wall_seconds=120, memory_mb=1500)
PARTS = read_cases()
ROWS = [(part, case) for part, cases in PARTS.items() for case in cases]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="warm kernels need Linux")


@pytest.fixture(scope="module", autouse=True)
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Make the kernel known by name, as `make setup` does; skip where this machine isolates nothing."""
    try:
        with NotebookSession(new_notebook(), LIMITS) as session:
            session.start()
    except EngineError as error:
        pytest.skip(str(error))
    kernels = tmp_path_factory.mktemp("share") / "kernels"
    kernels.symlink_to(KERNELS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(kernels.parent))
        yield


@pytest.fixture(scope="module")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What each case's cells gave, by kind of kernel: ``kernels(kind, part, case)``."""

    @functools.cache
    def room(kind: str, cases: tuple[Case, ...]) -> list[dict[str, Any]]:
        cells = [cell for case in cases for cell in case.cells]
        return run(kind, cells, tmp_path_factory.mktemp(kind))

    def found(kind: str, part: str, case: Case) -> list[dict[str, Any]]:
        if case.alone:
            return room(kind, (case,))
        cases = tuple(one for one in PARTS[part] if not one.alone)
        first = sum(len(one.cells) for one in cases[: cases.index(case)])
        return room(kind, cases)[first : first + len(case.cells)]

    return found


@pytest.mark.parametrize(("part", "case"), ROWS, ids=[f"{part}: {case.name}" for part, case in ROWS])
def test_the_same_as_in_a_cold_kernel(part: str, case: Case, kernels: Any) -> None:
    warm, cold = (kernels(kind, part, case) for kind in ("warm", "cold"))
    assert cold, "the kernel had ended before"
    if case.why:  # else the row says what is no longer so
        assert warm != cold
    else:
        for cell, one, other in zip(case.cells, warm, cold, strict=False):
            assert one == other, cell
        assert len(warm) == len(cold)


def test_the_table_is_what_it_says() -> None:
    names = [case.name for _, case in ROWS]
    assert len(set(names)) == len(names) > 190
    assert sum(bool(case.why) for _, case in ROWS) <= 3


class TestJupytersOwn(jupyter_kernel_test.KernelTests):
    """Jupyter's tests of a kernel, over its messages."""

    kernel_name = "course-warm"
    language_name = "python"
    file_extension = ".py"
    code_hello_world = "print('hello, world')"
    code_stderr = "import sys; print('test', file=sys.stderr)"
    completion_samples = [{"text": "zi", "matches": ["zip"]}]  # noqa: RUF012  # the base class has it so
    complete_code_samples = ["1", "print('hello, world')", "def f(x):\n  return x*2\n\n\n"]  # noqa: RUF012
    incomplete_code_samples = ["print('''hello", "def f(x):\n  x*2"]  # noqa: RUF012
    invalid_code_samples = ["import = 7q"]  # noqa: RUF012
    code_page_something = "zip?"
    code_generate_error = "raise"
    code_execute_result = [{"code": "1+2+3", "result": "6"}, {"code": "[n*n for n in range(1, 4)]", "result": "[1, 4, 9]"}]  # noqa: RUF012, E501  # fmt: skip
    code_display_data = [{"code": "from IPython.display import HTML, display; display(HTML('<b>test</b>'))", "mime": "text/html"}]  # noqa: RUF012, E501  # fmt: skip
    code_history_pattern = "1?2*"
    supported_history_operations = ("tail", "search")  # what ipykernel itself is tested for
    code_inspect_sample = "zip"
    code_clear_output = "from IPython.display import clear_output; clear_output()"


@pytest.mark.parametrize("now", [True, False], ids=["at once", "politely"])
def test_a_restart_keeps_its_client(now: bool) -> None:
    manager, client = start_new_kernel(kernel_name="course-warm")
    try:
        info, file = manager.get_connection_info(), manager.connection_file
        assert _value(client, "x = 1; x") == "1"
        for _ in range(2):
            manager.restart_kernel(now=now)
            client.wait_for_ready(timeout=60)
            assert _value(client, "'x' in globals()") == "False"
            assert _value(client, "import os; os.listdir('.')") == "[]"
        assert (manager.get_connection_info(), manager.connection_file) == (info, file)
        assert client.is_alive()
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert not Path(file).parent.exists()


def test_a_client_that_has_the_connection_file_only_is_served() -> None:
    """It asks for heartbeats, having no process to look at."""
    manager, client = start_new_kernel(kernel_name="course-warm")
    try:
        other = manager.client_factory(connection_file=manager.connection_file)
        other.load_connection_file()
        other.start_channels()
        other.wait_for_ready(timeout=60)
        assert _value(other, "6 * 7") == "42"
        assert other.is_alive()
        other.stop_channels()
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_a_client_may_answer_what_a_cell_asks() -> None:
    manager, client = start_new_kernel(kernel_name="course-warm")
    try:
        client.execute("print('hello ' + input('name? '))", allow_stdin=True)
        assert client.get_stdin_msg(timeout=60)["content"]["prompt"] == "name? "
        client.input("Ada")
        assert _until_idle(client)[-1]["text"] == "hello Ada\n"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_an_asynchronous_manager_restarts_too() -> None:
    async def twice() -> str:
        manager: Any = AsyncKernelManager(kernel_name="course-warm")
        await manager.start_kernel()
        client = manager.client()
        client.start_channels()
        await client.wait_for_ready(timeout=60)
        await manager.restart_kernel(now=True)
        await client.wait_for_ready(timeout=60)
        reply = await client.execute("1", reply=True, timeout=60)
        client.stop_channels()
        await manager.shutdown_kernel(now=True)
        return str(reply["content"]["status"])

    assert asyncio.run(twice()) == "ok"


@pytest.mark.parametrize("settings", [Settings(), Settings(minimum_tier="T4", tier="T4")], ids=["warm", "cold"])
@pytest.mark.parametrize("left", ["breakpoint()", "import pdb; pdb.set_trace()", "from pdb import set_trace as s; s()",
    "import IPython.core.debugger as d; d.set_trace()", "exit()"])  # fmt: skip
def test_what_is_left_in_an_answer_does_no_harm(settings: Settings, left: str) -> None:
    """Neither in the cell that defines it, nor when it is called by a check."""
    cells = [f"{left}\ndef double(x):\n    {left}\n    return 2 * x\ndouble(4)", "after = 1"]
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    with NotebookSession(notebook, LIMITS, 20, settings) as session:
        session.start()
        session.begin_check()
        student = Student(session)
        assert student.after == 1
        assert student.double(21) == 42


@pytest.mark.parametrize("settings", [Settings(), Settings(minimum_tier="T4", tier="T4")], ids=["warm", "cold"])
def test_who_grades_by_hand_sees_the_figures(settings: Settings) -> None:
    plot = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"
    cells = [
        new_code_cell(text) for text in (plot, "plt.plot([2, 1])\nplt.show()", "%matplotlib inline\nplt.figure();")
    ]
    notebook = new_notebook(cells=cells)
    with NotebookSession(notebook, LIMITS, 20, settings) as session:
        session.start()
    assert session.run.notes == []
    assert ["image/png" in cell.outputs[0].data for cell in notebook.cells[:2]] == [True, True]
    assert [one.output_type for one in notebook.cells[2].outputs] == ["display_data"]


def _value(client: Any, code: str) -> str:
    client.execute(code)
    return str(_until_idle(client)[-1]["data"]["text/plain"])


def _until_idle(client: Any) -> list[dict[str, Any]]:
    """Return the contents of what a cell has published."""
    found: list[dict[str, Any]] = []
    while True:
        message = client.get_iopub_msg(timeout=60)
        if message["msg_type"] in ("stream", "execute_result", "display_data", "error"):
            found.append(message["content"])
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle" and found:
            return found
