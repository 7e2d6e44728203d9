"""`check`, `hint` and `solution` in a notebook of one's own checkout, asked as JupyterLab asks a kernel."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from autograder.learner.hints import sketch, steps
from course.authoring.inline import Theme
from course.authoring.script import Findings
from tests.support.checkout import Checkout, make_checkout
from tests.support.minichapter import NAME

SECONDS = 300
IMPORTS = "import numpy as np\nfrom course.examples import check, hint, solution"
CHECK = 'check("p.99.1", "double", "halve")'
WRONG = 'def double(values):\n    """Twice.\n\n    >>> double(2)\n    4\n    """\n    return values + 2'
RIGHT = WRONG.replace("values + 2", "2 * np.asarray(values)")
HALVE = 'def halve(values):\n    """Half.\n\n    >>> halve(2)\n    1.0\n    """\n    return np.asarray(values) / 2'


@dataclass
class Notebook:
    """A notebook that is open: its file, and its kernel."""

    course: Checkout
    path: Path
    client: BlockingKernelClient
    error: list[str] = field(default_factory=list)

    def run(self, source: str, **metadata: str) -> str:
        """Run a cell; return the plain text of the last that it showed, `error` what its error shows."""
        shown: list[str] = []
        self.error.clear()

        def heard(message: dict[str, Any]) -> None:
            content = message["content"]
            if message["msg_type"] in ("display_data", "update_display_data"):
                assert content["data"]["text/html"].startswith("<section")
                shown.append(content["data"]["text/plain"])
            elif message["msg_type"] == "stream":
                shown.append(content["text"])
            elif message["msg_type"] == "error":
                self.error.extend(content["traceback"])

        message = self.client.session.msg(
            "execute_request",
            {"code": source, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False},
            metadata=metadata,
        )
        self.client.shell_channel.send(message)
        asked = message["header"]["msg_id"]
        idle = False
        while not idle:
            said = self.client.get_iopub_msg(timeout=SECONDS)
            if said["parent_header"].get("msg_id") == asked:
                heard(said)
                idle = said["msg_type"] == "status" and said["content"]["execution_state"] == "idle"
        self.client.get_shell_msg(timeout=SECONDS)
        return shown[-1] if shown else ""

    def read(self, source: str) -> str:
        """Run a cell as Lab does."""
        return self.run(source, cellId="a")

    def save(self, **answers: str) -> None:
        """Write answers into the file, and nowhere else."""
        cells = json.loads(self.path.read_text())
        for cell in cells["cells"]:
            cell["source"] = answers.get(cell["id"].replace("-", "_"), cell["source"])
        self.path.write_text(json.dumps(cells))


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    course = make_checkout(tmp_path_factory.mktemp("card"))
    course.run("course", "start", "ch99")
    return course


@pytest.fixture
def notebook(course: Checkout) -> Iterator[Notebook]:
    path = course.project.work / f"{NAME}.ipynb"
    path.write_text(json.dumps(course.notebook("release")))
    manager = KernelManager(kernel_name="python3")
    kept = {name: value for name, value in os.environ.items() if name not in ("COURSE_ROOT", "COURSE_BUILD")}
    manager.start_kernel(
        cwd=str(path.parent),
        env={**kept, "PYTHONPATH": str(course.root), "JPY_SESSION_NAME": str(path), "HOME": str(course.root / "home")},
    )
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=SECONDS)
    try:
        opened = Notebook(course, path, client)
        assert opened.run(IMPORTS) == "" and not opened.error
        yield opened
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_from_a_wrong_answer_to_a_right_one(notebook: Notebook) -> None:
    notebook.run(WRONG)
    notebook.run(HALVE)
    assert "What you have run is not what is saved" in notebook.read(CHECK)

    notebook.save(p_99_1_double=WRONG, p_99_1_halve=HALVE)
    card = notebook.read(CHECK)
    assert card.startswith("p.99.1: 2 of 2 examples agree. 1 of 2 promises kept.\n")  # for 2, both do
    assert "Promises: 1 of 2 kept" in card
    assert "- not kept (2 points): Every value comes back doubled." in card
    assert "Hint: adds 2 instead of multiplying" in card
    assert "- kept (2 points): Every value comes back halved." in card
    assert 'Stuck? `hint("p.99.1")`' in card
    assert notebook.error == []

    asked = [notebook.read('hint("p.99.1")') for _ in range(3)]
    assert "Every value comes back doubled." in asked[0] and "adds 2" not in asked[0]
    assert "adds 2 instead of multiplying" in asked[1] and "A sketch" not in asked[1]
    assert "calls `np.asarray`" in asked[2]
    assert "np.asarray(values) * factor" in notebook.read('solution("p.99.1")')

    notebook.run(RIGHT)
    notebook.save(p_99_1_double=RIGHT)
    card = notebook.read(CHECK)
    assert "Promises: 2 of 2 kept, 4 of 4 points" in card
    assert "- kept (2 points): Every value comes back doubled. (new since the last time)" in card
    assert "Stuck?" not in card

    # Run by a program, it is the examples and nothing else.
    assert "Promises" not in notebook.run(CHECK)
    for name in ("NBGRADER_EXECUTION", "JUPYTERHUB_USER"):
        notebook.run(f"import os; os.environ['{name}'] = 'ada'")
        assert "Promises" not in notebook.read(CHECK)
        notebook.run(f"del os.environ['{name}']")


def test_vs_code_names_the_file_in_its_own_way(notebook: Notebook) -> None:
    notebook.run("import os; del os.environ['JPY_SESSION_NAME']")
    notebook.run(RIGHT)
    notebook.run(HALVE)
    notebook.save(p_99_1_double=RIGHT, p_99_1_halve=HALVE)
    assert "Promises" not in notebook.run(CHECK)
    notebook.run(f"__vsc_ipynb_file__ = {str(notebook.path)!r}")
    assert "Promises: 2 of 2 kept" in notebook.run(CHECK)  # whatever else its messages say
    assert notebook.error == []


def test_what_can_not_be_told_is_said(notebook: Notebook) -> None:
    assert "is not begun in ch99_mini.ipynb: try it first" in notebook.read('solution("p.99.1")')
    assert "There is no exercise 'p.99.11'. Did you mean 'p.99.1'?" in notebook.read('hint("p.99.11")')
    assert "answered in words" in notebook.read('hint("p.99.4")')
    notebook.run(WRONG.replace("values + 2", "0"))
    assert notebook.read('check("p.99.1", "double")').startswith("p.99.1: 0 of 1 examples agree.")
    assert notebook.error == ["p.99.1: 0 of 1 examples agree."]  # the card has said the rest
    notebook.run('check("p.99.1", "double")')
    assert "expected:" in "\n".join(notebook.error)  # and to a program, all of it
    notebook.path.write_text("{")
    notebook.run(RIGHT)
    assert "can't be read as a notebook" in notebook.read('check("p.99.1", "double")')
    notebook.path.unlink()
    assert "Where this notebook is saved can't be told here" in notebook.read('check("p.99.1", "double")')


def test_a_sketch_says_what_an_answer_is_made_of(tmp_path: Path) -> None:
    path = tmp_path / "numbers.py"
    path.write_text(
        'def total(values):\n    """Add.\n\n    >>> total([1])\n    1\n    """\n    found = []\n'
        "    for one in values:\n        found.append(np.abs(one) if one else len(values))\n    return np.sum(found)\n"
    )
    answer = Theme(path, Findings("ch99")).get("total", path, 1, "p.99.1")
    assert answer is not None
    assert (
        sketch(answer)
        == "`total` is 4 lines of code: it calls `np.sum`, `found.append`, `np.abs`, and has a loop and a branch."
    )
    titles = [title for title, _ in steps("p.99.1", "It adds.", "", [answer])]
    assert titles == ["p.99.1: a question", "The idea", "A sketch of our answer"]
