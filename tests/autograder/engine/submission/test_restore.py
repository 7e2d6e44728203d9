"""Restoring a submitted notebook: whatever was done to its cells, what is graded has the released shape."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from autograder.engine.submission.restore import Restored, WrongNotebook, is_answer, is_locked, restore


def graded(kind: str, name: str, solution: bool, points: int | None = None) -> dict[str, Any]:
    nbgrader = {"cell_type": kind, "grade": points is not None, "grade_id": name, "locked": not solution,
                "schema_version": 3, "solution": solution, "task": False}  # fmt: skip
    if points is not None:
        nbgrader["points"] = points
    return {"course": {"exercise": "p.99.1"}, "nbgrader": nbgrader}


def release() -> NotebookNode:
    cells = [
        new_markdown_cell("# Chapter", id="cell-aaa"),
        new_code_cell("import numpy as np", id="cell-bbb"),
        new_code_cell("print('demo')", id="cell-ccc", metadata={"course": {"demo": True}, "tags": ["demo"]}),
        new_code_cell("def double(x):\n    raise NotImplementedError", id="p-99-1-double",
                      metadata=graded("code", "p-99-1-double", True)),
        new_code_cell("run()", id="p-99-1-checks", metadata=graded("code", "p-99-1-checks", False, 4)),
        new_markdown_cell("YOUR ANSWER HERE", id="p-99-4", metadata=graded("markdown", "p-99-4", True, 2)),
    ]  # fmt: skip
    return new_notebook(cells=cells, metadata={"course": {"chapter": "ch99_mini"}})


def submitted() -> NotebookNode:
    notebook = release()
    notebook.cells[3].source = "def double(x):\n    return 2 * x"
    notebook.cells[5].source = "Because."
    return notebook


def cell(notebook: NotebookNode, name: str) -> NotebookNode:
    return next(one for one in notebook.cells if one.id == name)


def checked(notebook: NotebookNode) -> Restored:
    """Restore, and assert what holds for every submission."""
    before, pattern = copy.deepcopy(notebook), release()
    made = restore(notebook, pattern)
    assert notebook == before and pattern == release()
    nbformat.validate(made.notebook)
    assert made.notebook.metadata == pattern.metadata
    ids = [one.id for one in made.notebook.cells]
    assert len(set(ids)) == len(ids)
    for want in pattern.cells:
        if is_answer(want) or is_locked(want):
            found = [one for one in made.notebook.cells if one.metadata.get("nbgrader", {}).get("grade_id") == want.id]
            assert len(found) == 1 and found[0].id == want.id
            assert found[0].metadata == want.metadata and found[0].cell_type == want.cell_type
            assert found[0].source == want.source or not is_locked(want)
    for one in made.notebook.cells:
        assert one.id in {c.id for c in pattern.cells} or one.metadata == {}
        assert one.cell_type != "code" or (one.outputs == [] and one.execution_count is None)
    assert all(note[0].isupper() and note.endswith(".") and len(note.split()) > 4 for note in made.notes)
    assert restore(made.notebook, pattern).notebook == made.notebook
    return made


def test_an_untouched_release_stays_as_it_is() -> None:
    made = checked(release())
    assert made.notebook == release() and made.notes == ()


def test_answers_stay() -> None:
    made = checked(submitted())
    assert made.notebook == submitted() and made.notes == ()


def _delete(*names: str) -> Callable[[NotebookNode], None]:
    def attack(notebook: NotebookNode) -> None:
        notebook.cells = [one for one in notebook.cells if one.id not in names]

    return attack


def _metadata(**changes: Any) -> Callable[[NotebookNode], None]:
    def attack(notebook: NotebookNode) -> None:
        for one in notebook.cells:
            one.metadata.update(tags=["skip-execution", "raises-exception"], collapsed=True, deletable=True)
            one.metadata.setdefault("nbgrader", NotebookNode()).update(changes)

    return attack


def _strip(notebook: NotebookNode) -> None:
    notebook.metadata = NotebookNode(kernelspec={"name": "evil"})
    for one in notebook.cells:
        one.metadata = NotebookNode()


def _new_ids(notebook: NotebookNode) -> None:
    for number, one in enumerate(notebook.cells):
        one.id = f"new-{number}"


def _no_ids(notebook: NotebookNode) -> None:
    for one in notebook.cells:
        del one["id"]


def _reverse(notebook: NotebookNode) -> None:
    notebook.cells.reverse()


def _outputs(notebook: NotebookNode) -> None:
    notebook.cells[3].outputs = [nbformat.v4.new_output("stream", name="stderr", text="x")]
    notebook.cells[3].execution_count = 7


_IDS = ("has space", "x" * 90, "", "own-0", "own-1", "own-1", "p-99-1-checks")


def _with_id(name: str) -> NotebookNode:
    made = new_code_cell("1")
    made.id = name
    return made


def _bad_ids(notebook: NotebookNode) -> None:
    notebook.cells += [_with_id(name) for name in _IDS]


def _garbage(notebook: NotebookNode) -> None:
    for one, junk in zip(notebook.cells, (1, [], "x", {"grade_id": []}, {"grade_id": 3}, None), strict=True):
        one.metadata["nbgrader"] = junk


@pytest.mark.parametrize(
    "attack",
    [_delete("p-99-1-checks"), _delete("cell-aaa", "cell-bbb"), _metadata(points=1000, grade=False),
     _metadata(locked=False), _metadata(solution=True, grade=True, points=50),
     _metadata(schema_version=1, task=True), _strip, _new_ids, _no_ids,
     _reverse, _outputs, _bad_ids, _garbage],
    ids=lambda attack: attack.__qualname__,
)  # fmt: skip
def test_no_edit_of_the_shape_has_an_effect_and_the_answer_stays(attack: Callable[[NotebookNode], None]) -> None:
    notebook = submitted()
    attack(notebook)
    made = checked(notebook)
    assert cell(made.notebook, "p-99-1-double").source == "def double(x):\n    return 2 * x"
    assert cell(made.notebook, "p-99-4").source == "Because."
    assert cell(made.notebook, "cell-bbb").source == "import numpy as np"


def test_a_deleted_cell_comes_back_in_its_place_and_is_noted() -> None:
    notebook = submitted()
    _delete("p-99-1-double", "cell-bbb")(notebook)
    made = checked(notebook)
    assert [one.id for one in made.notebook.cells] == [one.id for one in release().cells]
    assert cell(made.notebook, "p-99-1-double").source == cell(release(), "p-99-1-double").source
    assert made.notes == ("The cell p-99-1-double had been deleted; it was put back as released.",)


def test_of_a_duplicated_answer_the_last_counts() -> None:
    notebook = submitted()
    again = copy.deepcopy(notebook.cells[3])
    again.source = "def double(x):\n    return x + x"
    notebook.cells.append(again)
    made = checked(notebook)
    assert cell(made.notebook, "p-99-1-double").source == again.source
    assert [one.source for one in made.notebook.cells].count(notebook.cells[3].source) == 1
    assert made.notes == ("The cell p-99-1-double is there 2 times; the last one counts.",)


def test_a_duplicate_of_an_open_cell_does_not_take_its_place() -> None:
    notebook = submitted()
    notebook.cells.insert(0, new_markdown_cell("mine", id="cell-bbb"))
    made = checked(notebook)
    assert cell(made.notebook, "cell-bbb").source == "import numpy as np"
    assert made.notebook.cells[0].source == "mine" and made.notebook.cells[0].cell_type == "markdown"


@pytest.mark.parametrize("make", [new_markdown_cell, new_raw_cell])
def test_a_retyped_answer_is_turned_back(make: Callable[..., NotebookNode]) -> None:
    notebook = submitted()
    old = notebook.cells[3]
    notebook.cells[3] = make(old.source, id=old.id, metadata=old.metadata)
    made = checked(notebook)
    assert cell(made.notebook, "p-99-1-double").source == old.source
    assert len(made.notes) == 1 and "turned back" in made.notes[0]


def test_a_changed_locked_cell_is_put_back_and_noted() -> None:
    notebook = submitted()
    cell(notebook, "p-99-1-checks").source = "pass"
    assert checked(notebook).notes == ("The cell p-99-1-checks had been changed; it was put back as released.",)


def test_an_own_cell_can_not_pose_as_a_locked_one() -> None:
    notebook = submitted()
    notebook.cells.append(new_code_cell("evil()", id="zzz", metadata=graded("code", "p-99-1-checks", False, 99)))
    made = checked(notebook)
    assert "evil()" not in cell(made.notebook, "p-99-1-checks").source


def test_own_cells_and_open_edits_stay_where_they_are() -> None:
    notebook = submitted()
    notebook.cells[0].source = "# My chapter"
    notebook.cells.insert(3, new_code_cell("helper = 1", id="mine", metadata={"tags": ["skip-execution"]}))
    notebook.cells.insert(4, new_raw_cell("raw"))
    made = checked(notebook)
    assert [one.source for one in made.notebook.cells] == [one.source for one in notebook.cells]
    assert cell(made.notebook, "mine").metadata == {} and made.notes == ()


@pytest.mark.parametrize("place", [0, 3, 6])
@pytest.mark.parametrize("stub", [True, False])
def test_an_answer_in_an_own_cell_is_the_answer_and_the_stub_is_gone(place: int, stub: bool) -> None:
    notebook = release()
    if not stub:
        _delete("p-99-1-double")(notebook)
    mine = new_code_cell("def double(x):\n    return 2 * x", id="mine")
    notebook.cells.insert(min(place, len(notebook.cells)), mine)
    made = checked(notebook)
    assert cell(made.notebook, "p-99-1-double").source == mine.source
    assert [one.source for one in made.notebook.cells if "def double" in one.source] == [mine.source]
    assert made.notes == ()


def test_pictures_of_texts_stay_if_they_are_well_formed() -> None:
    notebook = submitted()
    picture = {"a.png": {"image/png": "aGk="}}
    notebook.cells[5].attachments = {**picture, "b.png": "no bundle", "c.png": {"image/png": 5}}
    notebook.cells.append(new_markdown_cell("![](attachment:a.png)", id="mine", attachments=picture))
    notebook.cells[0].attachments = "nonsense"
    made = checked(notebook)
    assert cell(made.notebook, "p-99-4").attachments == cell(made.notebook, "mine").attachments == picture
    assert "attachments" not in cell(made.notebook, "cell-aaa")


def test_a_thousand_extra_cells_do_no_harm() -> None:
    notebook = submitted()
    notebook.cells = [new_code_cell(str(n), id="same") for n in range(1000)] + notebook.cells
    made = checked(notebook)
    assert len(made.notebook.cells) == 1006


@pytest.mark.parametrize("cells", [[], [new_code_cell("1")], [new_markdown_cell("# Chapter", id="cell-aaa")]], ids=len)
def test_another_notebook_is_refused(cells: list[NotebookNode]) -> None:
    with pytest.raises(WrongNotebook, match="another chapter"):
        restore(new_notebook(cells=cells), release())
