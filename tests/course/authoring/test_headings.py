"""The line below an exercise's heading: what it says, and where there is no place for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.authoring.build import assemble
from course.authoring.headings import headings, with_lines
from course.project import Project
from course.syllabus import load_syllabus
from tests.support import minichapter


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return minichapter.make_project(tmp_path)


def edit(project: Project, old: str, new: str) -> None:
    path = project.source / f"{minichapter.NAME}.py"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def prose(project: Project, full_size: bool = False) -> list[str]:
    draft = assemble(project, load_syllabus(project.syllabus).find("ch99"), full_size)
    assert draft.problems == ()
    return [cell.source for cell in draft.notebook.cells if cell.cell_type == "markdown"]


def problems(project: Project) -> list[str]:
    draft = assemble(project, load_syllabus(project.syllabus).find("ch99"))
    return [str(one).rpartition("/")[2] for one in draft.problems]


def test_it_says_what_markers_and_syllabus_say(project: Project) -> None:
    text = "\n".join(prose(project))
    for heading, line in (
        ("Twice as much", "*p.99.1 · 4 points · about 20 min · easy · § Numbers*"),
        ("How many corners?", "*p.99.3 · 1 point · about 5 min · easy · extra · § Numbers*"),
    ):
        assert f"## {heading}\n\n{line}" in text


def test_points_of_text_and_checks_are_added_up(project: Project) -> None:
    edit(project, "points=2\n", "points=2 probe_points=3\n")
    edit(project, "import P_99_4", "import P_99_4, SPEED")
    solutions = project.solutions / minichapter.NAME / f"{minichapter.THEME}.py"
    solutions.write_text(solutions.read_text() + "\nSPEED = 0.25\n")
    assert "*p.99.4 · 5 points · about 20 min · hard · § Scaling*" in "\n".join(prose(project))


@pytest.mark.parametrize("full_size", [False, True])
def test_points_at_full_size_are_named_where_they_are_given(project: Project, full_size: bool) -> None:
    minichapter.add_target(project)
    more = ", 2 more at full size" * full_size
    assert f"*p.99.1 · 4 points{more} · about" in "\n".join(prose(project, full_size))


def test_the_syllabus_may_say_less(project: Project) -> None:
    lines = [line for line in minichapter.SYLLABUS.split("\n") if line.split(" ")[0] not in ("section", "difficulty")]
    project.syllabus.write_text("\n".join(lines), encoding="utf-8")
    assert "*p.99.1 · 4 points · about 20 min*" in "\n".join(prose(project))


def test_a_heading_above_further_cells_says_whose_they_are(project: Project) -> None:
    edit(project, "# The second function", "# ## Half as much\n#\n# The second function")
    text = "\n".join(prose(project))
    assert "## Half as much\n\n*p.99.1, continued*\n\nThe second function" in text


def test_the_ids_of_cells_stay(project: Project) -> None:
    """They depend on what the author typed, and so neither on points nor on minutes."""
    chapter = load_syllabus(project.syllabus).find("ch99")
    before = [cell.id for cell in assemble(project, chapter).notebook.cells]
    project.syllabus.write_text(minichapter.SYLLABUS.replace("minutes = 20", "minutes = 21"), encoding="utf-8")
    edit(project, "points=4", "points=5")
    after = assemble(project, load_syllabus(project.syllabus).find("ch99")).notebook.cells
    assert [cell.id for cell in after] == before
    assert any("about 21 min" in cell.source for cell in after)


def test_what_looks_like_a_heading_in_code_is_none(project: Project) -> None:
    edit(project, "# ## Twice as much\n", "# ## Twice as much\n#\n# ```\n# ## no heading\n# ```\n")
    assert problems(project) == []
    assert [one.title for one in headings("## A\n\n    ## B\n\n> ## C\n\n```\n## D\n```\nE\n---\n")] == ["A", "E"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# ## Twice as much", "# Twice as much", "no heading stands above the first cell of p.99.1"),
        ("# ## A scaler of your own", "# ### A scaler", "no heading stands above the first cell of p.99.2"),
        (
            "# ## A scaler",
            "# ## First\n#\n# ## A scaler",
            "2 headings stand above the first cell of p.99.2, 'First' (l",
        ),
        ("# The second", "# ## One\n#\n# ## Two\n#\n# The second", "2 headings stand above a further cell of p.99.1"),
        (
            "# ## Why scale?",
            "# ## Why?\n\n# %% [markdown]\n# ## Really?",
            "2 headings stand above the first cell of p.9",
        ),
    ],
)
def test_an_exercise_without_one_place_is_refused(project: Project, old: str, new: str, message: str) -> None:
    edit(project, old, new)
    (found,) = problems(project)
    place, _, said = found.partition(": ")
    assert said.startswith(message)
    number = int(place.rpartition(":")[2])
    marked = (project.source / f"{minichapter.NAME}.py").read_text(encoding="utf-8").split("\n")[number - 1]
    assert marked.startswith('# %% exercise="p.99.')


def test_two_exercises_have_two_headings(project: Project) -> None:
    edit(project, "# %% [markdown]\n# ## How many corners?\n\n", "")
    (found,) = problems(project)
    assert "no heading stands above the first cell of p.99.3" in found


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("## A", "## A\n\n*x*"),
        ("## A\ntext", "## A\n\n*x*\n\ntext"),
        ("## A\n\ntext", "## A\n\n*x*\n\ntext"),
        ("A\n---\ntext", "A\n---\n\n*x*\n\ntext"),
    ],
)
def test_the_line_is_a_paragraph_of_its_own(text: str, wanted: str) -> None:
    assert with_lines(text, [(headings(text)[0].last, "*x*")]) == wanted
