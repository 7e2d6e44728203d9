"""`%%gpu`: a cell with what it is given runs elsewhere, and shows its outputs and leaves what it brings here."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from course.errors import ExchangeRefusal
from course.gpu_jobs import load_ipython_extension, magic
from course.gpu_jobs.client import Done, GpuJobsClient

MADE = """
import torch
model = torch.nn.Linear(2, 1)
total = (X * rate).sum()
print('done')
"""
TABLE = "from IPython.display import display\ndisplay({'text/plain': 'a table', 'text/html': '<b>x</b>'}, raw=True)"


def elsewhere(text: str) -> Done:
    """Run a notebook's cells in a Python of their own, as far as this test needs it."""
    notebook, shell = json.loads(text), InteractiveShell()
    for number, cell in enumerate(notebook["cells"]):
        shown: list[dict[str, Any]] = []
        with captured(shown):
            result = shell.run_cell(cell["source"])
        cell["outputs"] = shown
        error = result.error_in_exec or result.error_before_exec
        if error:
            trace = [f"{type(error).__name__}: {error}"]
            cell["outputs"].append({"output_type": "error", "ename": type(error).__name__, "traceback": trace})
            why = f"Cell {number + 1} of 9 failed ({type(error).__name__}): those after it were not run."
            return Done(json.dumps(notebook), why)
    return Done(json.dumps(notebook), "")


@contextlib.contextmanager
def captured(shown: list[dict[str, Any]]) -> Any:
    with capture_output() as found:
        yield
    if found.stdout:
        shown.append({"output_type": "stream", "name": "stdout", "text": found.stdout.splitlines(keepends=True)})
    shown += [{"output_type": "display_data", "data": one.data, "metadata": one.metadata} for one in found.outputs]


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A notebook's kernel, whose hub runs cells here."""
    InteractiveShell.clear_instance()
    made = InteractiveShell.instance()
    monkeypatch.setattr(magic, "get_ipython", lambda: made)
    monkeypatch.setattr(GpuJobsClient, "from_environ", classmethod(lambda cls: GpuJobsClient("http://hub", "ada")))
    monkeypatch.setattr(GpuJobsClient, "run", lambda self, text, tell: elsewhere(text))
    load_ipython_extension(made)
    yield made
    InteractiveShell.clear_instance()


@pytest.fixture
def run(shell: Any) -> Callable[[str, str], None]:
    return lambda line, cell: shell.run_cell_magic("gpu", line, cell)  # type: ignore[no-any-return]


def test_a_cell_is_given_values_and_brings_some(
    shell: Any, run: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    shell.user_ns |= {"X": np.arange(4.0), "rate": 0.5}
    run("--send X,rate --bring model,total", MADE)
    assert shell.user_ns["total"] == 3.0
    assert isinstance(shell.user_ns["model"], torch.nn.Linear)
    assert "done\n" in capsys.readouterr().out
    assert "_take" not in shell.user_ns


def test_a_cell_has_nothing_else_of_the_notebook(shell: Any, run: Callable[[str, str], None], capsys: Any) -> None:
    shell.user_ns["secret"] = 1
    with pytest.raises(UsageError, match="failed"):
        run("", "print(secret)")
    assert "NameError" in capsys.readouterr().out


def test_what_a_failing_cell_has_put_out_is_shown(run: Callable[[str, str], None], capsys: Any) -> None:
    with pytest.raises(UsageError, match=r"^%%gpu: the cell failed \(ZeroDivisionError\)\.$"):
        run("", "print('before')\n1 / 0")
    assert "before" in (said := capsys.readouterr().out) and "ZeroDivisionError" in said


def test_what_a_cell_has_not_made_can_not_be_brought(shell: Any, run: Callable[[str, str], None], capsys: Any) -> None:
    with pytest.raises(UsageError):
        run("--bring model", "x = 1")
    assert "the cell has not made model" in capsys.readouterr().out and "model" not in shell.user_ns


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("--send nowhere", "there is no nowhere to send"),
        ("--send big", "1 MB travel with a cell"),
        ("--send maker", "can't be sent"),
        ("--send 3x", "'3x' is no variable's name"),
        ("--fetch x", "Write %%gpu"),
        ("--send", "Write %%gpu"),
    ],
)
def test_what_can_not_be_sent_is_explained(
    shell: Any, run: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch, line: str, told: str
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(GpuJobsClient, "run", lambda self, text, tell: sent.append(text))
    shell.user_ns |= {"big": np.zeros(10**6), "maker": (one for one in ())}
    with pytest.raises(UsageError, match=told):
        run(line, "x = 1")
    assert sent == []


def test_a_refusal_is_one_sentence(run: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: Any, text: str, tell: Any) -> Done:
        tell("In line for a GPU: place 3.")
        raise ExchangeRefusal("You have a job in line or running.")

    monkeypatch.setattr(GpuJobsClient, "run", refused)
    with pytest.raises(UsageError, match=r"^%%gpu: You have a job in line or running"):
        run("", "x = 1")


def test_an_interrupt_is_told(run: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def interrupted(self: Any, text: str, tell: Any) -> Done:
        raise KeyboardInterrupt

    monkeypatch.setattr(GpuJobsClient, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run("", "x = 1")
    assert "the job is ended" in capsys.readouterr().out


def test_pictures_and_tables_are_shown_as_they_are(run: Callable[[str, str], None]) -> None:
    with capture_output() as found:
        run("", TABLE)
    assert found.outputs[-1].data == {"text/plain": "a table", "text/html": "<b>x</b>"}
