"""A chapter's opening and closing, and the minutes that are added up for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.authoring.build import assemble
from course.authoring.lint import problems
from course.project import Project
from course.syllabus import load_syllabus
from tests.support import minichapter

LAST = "\n\n# %% [markdown]\n# ## Further\n#\n# - Double something twice.\n# - Halve it again.\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return minichapter.make_project(tmp_path)


def edited(project: Project, old: str, new: str) -> list[str]:
    """Change the script, and return what is wrong with the chapter then."""
    path = project.source / f"{minichapter.NAME}.py"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return [str(one) for one in problems(project, load_syllabus(project.syllabus).find("ch99"))]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# ### Afterwards you can\n", "", "it lacks '### Afterwards you can'"),
        ("# ### Before you start\n", "", "it lacks '### Before you start'"),
        ("# ### Afterwards you can\n", "# **Afterwards you can**\n", "it lacks '### Afterwards you can'"),
        ("# - write a scaler;\n", "", "lists 2 points ('- …'): three to five are wanted"),
        ("# - write a scaler;\n", "# - a\n# - b\n# - c\n# - d\n", "lists 6 points"),
        ("{minutes} minutes in all, {minutes:core}", "a while", "has to say the minutes in all: write {minutes} there"),
        ("{minutes:core}", "{minutes:hard}", "write {minutes}, {minutes:core} or {minutes:extra}"),
        ("# %% [markdown]\n# # A mini", "# %%\nimport math\n\n# %% [markdown]\n# # A mini", "the first cell has to be"),
        (LAST, "\n", "the last cell has to be prose under '## Further'"),
        ("# ## Further", "# ## The end", "the last cell has to be prose under '## Further'"),
        ("# ## Further", "# ### Further\n#\n# ## Further", "the last cell has to be prose under '## Further'"),
        ("# - Halve it again.\n", "", "lists 1 experiments ('- …'): two or three are wanted"),
        ("# - Halve it again.\n", "# - a\n# - b\n# - c\n", "lists 4 experiments"),
        ("# - Halve it again.\n", "# - Halve it again.\n\n# %%\nx = 1\n", "the last cell has to be prose"),
    ],
)
def test_what_is_missing_is_told(project: Project, old: str, new: str, message: str) -> None:
    found = edited(project, old, new)
    assert [message in one for one in found] == [True], found


def test_an_open_experiment_has_no_bar(project: Project) -> None:
    found = edited(project, "Halve it again.", "Reach {bar:test_halves}.")
    assert any("it has no bar" in one for one in found)


def test_where_cells_need_answers_the_opening_says_what_that_means(project: Project) -> None:
    look = "# %% demo\nprint(double(np.ones(2)))\n\n"
    (found,) = edited(project, "# %% [markdown]\n# ## A scaler", f"{look}# %% [markdown]\n# ## A scaler")
    assert "say in a line of the opening what `needs(…)` does" in found
    assert edited(project, "# You need to", "# `needs(…)` names answers.\n#\n# You need to") == []


def test_the_minutes_are_added_up(project: Project) -> None:
    draft = assemble(project, load_syllabus(project.syllabus).find("ch99"))
    assert "It takes 60 minutes in all, 55 without what is extra." in draft.notebook.cells[0].source


def test_minutes_that_nobody_has_guessed_are_named(project: Project) -> None:
    project.syllabus.write_text(minichapter.SYLLABUS.replace("minutes = 5\n", ""), encoding="utf-8")
    draft = assemble(project, load_syllabus(project.syllabus).find("ch99"))
    assert ["p.99.3 of the syllabus needs 'minutes = N'" in str(one) for one in draft.problems] == [True]


def test_what_the_syllabus_lacks_is_told(project: Project) -> None:
    text = minichapter.SYLLABUS.replace('section = "Scaling"\n', "", 1).replace('difficulty = "medium"\n', "")
    project.syllabus.write_text(text, encoding="utf-8")
    (found,) = problems(project, load_syllabus(project.syllabus).find("ch99"))
    assert found.message == "p.99.2 has no section and no difficulty: add it here."
    assert text.split("\n")[found.line - 1] == 'id = "p.99.2"'
