"""Knowing a submission's cells again, whatever the editor has kept; in time linear in what was handed in."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.engine.session.run import Cells, Ran, Run, RunPlan
from autograder.engine.submission.restore import restore
from course.syllabus import Limits
from tests.autograder.engine.submission.test_restore import cell, release, submitted


def without_ids(notebook: NotebookNode) -> NotebookNode:
    for one in notebook.cells:
        del one["id"]
        one.metadata = NotebookNode()
    return notebook


@pytest.mark.parametrize(
    "keep",
    [
        lambda name: {"id": name},
        lambda name: {"cell_id": name, "tool": {"id": "other"}},
        lambda name: {"cellId": name},
        lambda name: {"tool": {"uuid": "other", "cell_id": name}},
        lambda name: {"nbgrader": {"grade_id": name}},
        lambda name: {"nbgrader": [], "course": None, "ID": name},
    ],
    ids=["id", "cell_id", "cellId", "nested", "grade_id", "in capitals"],
)
def test_any_id_that_was_kept_will_do(keep: Callable[[str], dict[str, Any]]) -> None:
    notebook = submitted()
    for one in notebook.cells:
        one.metadata = NotebookNode(keep(one.pop("id")))
    made = restore(notebook, release())
    assert made.notebook == submitted()
    marked = any(one.metadata.get("nbgrader") for one in notebook.cells)
    assert len(made.notes) == (0 if marked else 1) and all("lost their marks" in note for note in made.notes)


def test_of_very_much_metadata_only_the_first_entries_are_looked_at() -> None:
    notebook = submitted()
    for one in notebook.cells:
        name = one.pop("id")
        one.metadata = NotebookNode({f"x{n}": n for n in range(300)}, id=name)
    with pytest.raises(Exception, match="another chapter"):
        restore(without_text(notebook), release())


def without_text(notebook: NotebookNode) -> NotebookNode:
    for one in notebook.cells:
        one.source = "1"
    return notebook


def test_without_any_id_texts_and_names_will_do_and_it_is_said_once() -> None:
    made = restore(without_ids(submitted()), release())
    assert made.notebook == submitted()
    assert len([note for note in made.notes if "lost their ids" in note]) == 1
    assert not [note for note in made.notes if "deleted" in note]


@pytest.mark.parametrize("source", ["print('demo')\nprint('mine')", "print( 'demo' )", 'print("demo")  # mine'])
def test_what_is_only_looked_at_is_never_run_for_want_of_an_id(source: str) -> None:
    notebook = submitted()
    notebook.cells[2].source = source
    made = restore(without_ids(notebook), release()).notebook
    assert [one.id for one in made.cells] == [one.id for one in release().cells]
    assert cell(made, "cell-ccc").metadata.course.demo


def test_an_answer_in_a_cell_that_is_only_looked_at_is_run() -> None:
    notebook = release()
    notebook.cells[2].source = "def double(x):\n    return 2 * x"
    made = restore(notebook, release())
    assert cell(made.notebook, "p-99-1-double").source == notebook.cells[2].source
    assert cell(made.notebook, "cell-ccc").source == "print('demo')"


def test_a_notebook_of_another_chapter_is_not_taken_for_the_names_in_it() -> None:
    notebook = without_ids(submitted())
    notebook.cells = [one for one in notebook.cells if "double" in one.source]
    assert cell(restore(notebook, release()).notebook, "p-99-1-double").source == notebook.cells[0].source
    notebook.metadata = NotebookNode(course={"chapter": "ch42_other"})
    with pytest.raises(Exception, match="another chapter"):
        restore(notebook, release())


class Counted(NotebookNode):  # type: ignore[misc]  # nbformat has no types
    """A cell that counts how often it is compared."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return super().__eq__(other)

    __hash__ = None  # type: ignore[assignment]


def work(notebook: NotebookNode) -> int:
    """Return how many calls and comparisons it takes to restore a notebook."""
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    Counted.compared = 0
    pattern = release()
    sys.setprofile(count)
    try:
        restore(notebook, pattern)
    finally:
        sys.setprofile(None)
    return calls + Counted.compared


EXTRA: dict[str, Callable[[int], NotebookNode]] = {
    "code": lambda n: new_code_cell(f"x = {n}"),
    "the same code": lambda n: new_code_cell("x = 1"),
    "texts": lambda n: new_markdown_cell(f"Words of mine, number {n}."),
    "the box's text": lambda n: new_markdown_cell("YOUR ANSWER HERE"),
    "looks": lambda n: new_code_cell(f"print('demo')\nprint({n})"),
    "answers": lambda n: new_code_cell(f"def double(x):\n    return {n}"),
    "doubles of an answer": lambda n: new_code_cell(f"def double(x):\n    return {n}", id="p-99-1-double"),
    "doubles of a box": lambda n: new_markdown_cell(f"Words, number {n}.", id="p-99-4"),
    "doubles of what is locked": lambda n: new_code_cell("run()", id="p-99-1-checks"),
}


@pytest.mark.parametrize("kind", EXTRA)
@pytest.mark.parametrize("box", ["YOUR ANSWER HERE", "Because."])
def test_four_times_the_cells_are_four_times_the_work(kind: str, box: str) -> None:
    done = []
    for number in (200, 800):
        notebook = submitted()
        notebook.cells[5].source = box
        notebook.cells += [Counted(EXTRA[kind](n)) for n in range(number)]
        done.append(work(notebook))
    assert done[1] < 4.4 * done[0]


def test_running_a_cell_compares_it_with_no_other() -> None:
    cells = [Counted(new_code_cell("1")) for _ in range(50)]
    run, quiet = Run(), Quiet()
    Counted.compared = 0
    Cells(NotebookNode(cells=cells), Limits(), run, RunPlan()).run_all(quiet)  # type: ignore[arg-type]
    assert quiet.ran == list(range(50))
    assert Counted.compared == 0 and run.notes == []


class Quiet:
    """A client that runs nothing, and notes what it was asked to."""

    def __init__(self) -> None:
        self.ran: list[int] = []

    def run(self, cell: NotebookNode, index: int, seconds: int) -> Ran:
        self.ran.append(index)
        return Ran()
