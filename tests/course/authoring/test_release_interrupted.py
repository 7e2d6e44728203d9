"""A release that is interrupted, at any step and in any way: the earlier one stays, or the new one is whole."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import create_engine, text

from course.authoring import release_gradebook
from course.authoring.release import release
from course.errors import OperatorError
from course.project import Project
from course.syllabus import load_syllabus
from tests.support import minichapter
from tests.support.checkout import ROOT
from tests.support.minichapter import NAME, THEME

# Has a process do something at one step of a release: before or after the nth call of a function.
INTERRUPTED = """\
import os, signal, sys
from pathlib import Path
import course.authoring.build, course.files, course.authoring.release, course.authoring.release_gradebook
from course.project import Project
from course.syllabus import load_syllabus

place, name, when, count, how = sys.argv[2:]
module = sys.modules[place]
real, calls = getattr(module, name), []

def act():
    if how == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    raise OSError(5, "Input/output error")

def stepped(*args, **rest):
    calls.append(1)
    mine = len(calls) == int(count)
    if mine and when == "before":
        act()
    done = real(*args, **rest)
    if mine and when == "after":
        act()
    return done

setattr(module, name, stepped)
project = Project(Path(sys.argv[1]))
course.authoring.release.release(project, load_syllabus(project.syllabus).find("ch99"))
"""
# The function that is interrupted, and what is new by then: the gradebook, the instructor's version, the release.
STEPS = {
    "before it is built": (("course.authoring.release", "build", "before", "1"), ""),
    "before the gradebook is copied": (("course.authoring.release_gradebook", "copy", "before", "1"), ""),
    "before it is generated": (("course.authoring.release", "_generate", "before", "1"), ""),
    "before it is proven": (("course.authoring.release", "leaks", "before", "1"), ""),
    "within the gradebook's transaction": (("course.authoring.release_gradebook", "_transfer", "after", "1"), ""),
    "after the gradebook": (("course.authoring.release_gradebook", "take_over", "after", "1"), "g"),
    "before the instructor's version is swapped": (("course.files", "_put", "before", "1"), "g"),
    "after the instructor's version is swapped": (("course.files", "_put", "after", "1"), "gs"),
    "before the release is swapped": (("course.files", "_put", "before", "2"), "gs"),
    "after the release is swapped": (("course.files", "_put", "after", "2"), "gsr"),
}

# Those at which an error, too, is tried: there is something to be cleared away.
MENDED = ("before it is proven", "within the gradebook's transaction", "before the release is swapped")


@pytest.fixture(scope="module")
def released_once(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = minichapter.make_project(tmp_path_factory.mktemp("released"))
    release(project, load_syllabus(project.syllabus).find(NAME))
    return project


@pytest.fixture
def project(released_once: Project, tmp_path: Path) -> Project:
    """A released chapter that has been changed since: in its text, and an exercise's points from 3 to 5."""
    shutil.copytree(released_once.root, tmp_path / "course")
    project = Project(tmp_path / "course")
    source = project.source / f"{NAME}.py"
    source.write_text(source.read_text().replace("Every shape", "Each shape").replace("points=3", "points=5"))
    return project


def state(project: Project) -> dict[str, str]:
    """Whether each thing that a release makes is the ``old`` one, or the ``new``, whole."""
    found = {}
    for key, kind in (("s", "source"), ("r", "release")):
        folder = project.build / kind / NAME
        assert [path.name for path in folder.iterdir()] == [f"{NAME}.ipynb"]
        found[key] = "new" if "Each shape" in (folder / f"{NAME}.ipynb").read_text() else "old"
    with Gradebook(f"sqlite:///{project.build / 'gradebook.db'}") as book:
        points = {cell.name: cell.max_score for cell in book.find_notebook(NAME, NAME).grade_cells}
    assert points == {"p-99-1-checks": 4, "p-99-2-checks": points["p-99-2-checks"], "p-99-3-checks": 1, "p-99-4": 2}
    found["g"] = {3: "old", 5: "new"}[points["p-99-2-checks"]]
    return found


@pytest.mark.parametrize(
    ("step", "how"), [*((step, "killed") for step in STEPS), *((step, "failed") for step in MENDED)]
)
def test_whatever_interrupts_it_an_earlier_release_stays(project: Project, step: str, how: str) -> None:
    where, new = STEPS[step]
    command = [sys.executable, "-c", INTERRUPTED, str(project.root), *where, how]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=ROOT)
    assert done.returncode == (-signal.SIGKILL if how == "killed" else 1), done.stderr
    assert how == "killed" or "Input/output error" in done.stderr
    assert state(project) == {key: "new" if key in new else "old" for key in "gsr"}
    if how == "failed":
        assert not list(project.build.glob(".*"))
    if step == "after the gradebook" and how == "killed":  # the one moment at which not all are of one release
        release(project, load_syllabus(project.syllabus).find(NAME))
        assert set(state(project).values()) == {"new"}


def test_questions_that_go_and_come_are_taken_over_and_what_is_there_stays(project: Project, tmp_path: Path) -> None:
    chapter = load_syllabus(project.syllabus).find(NAME)
    url = f"sqlite:///{project.build / 'gradebook.db'}"
    with Gradebook(url) as book:
        book.add_student("ann")
        book.add_assignment("another", duedate="2026-11-30 12:00")
        book.update_or_create_assignment(NAME, duedate="2026-12-24 12:00")
    source = project.source / f"{NAME}.py"
    source.write_text(source.read_text().replace("import CORNERS", "import CORNERS, EDGES"))
    solutions = project.solutions / NAME / f"{THEME}.py"
    solutions.write_text(solutions.read_text() + "\n\n# The edges of a cube.\nEDGES = 12\n")
    release(project, chapter)
    with Gradebook(url) as book:
        assert "p-99-3-EDGES" in {cell.name for cell in book.find_notebook(NAME, NAME).solution_cells}
        assert book.find_student("ann") and book.find_assignment("another").duedate
        assert str(book.find_assignment(NAME).duedate) == "2026-12-24 12:00:00"
    source.write_text(source.read_text().replace("import CORNERS, EDGES", "import CORNERS"))
    release(project, chapter)
    engine = create_engine(url)
    with engine.connect() as connection:
        names = {str(row[0]) for row in connection.execute(text("select name from base_cell"))}
        left = connection.execute(
            text("select count(*) from solution_cells where id not in (select id from base_cell)")
        )
        assert "p-99-3-EDGES" not in names and left.scalar() == 0
    engine.dispose()


@pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")  # nbgrader's own way to add a row
def test_who_is_graded_while_it_is_made_keeps_the_questions(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    chapter, url = load_syllabus(project.syllabus).find(NAME), f"sqlite:///{project.build / 'gradebook.db'}"
    source = project.source / f"{NAME}.py"
    before = source.read_text()
    start = before.index('# %% exercise="p.99.3"')
    source.write_text(before.replace("import CORNERS", "import CORNERS, EDGES"))
    solutions = project.solutions / NAME / f"{THEME}.py"
    solutions.write_text(solutions.read_text() + "\n\n# The edges of a cube.\nEDGES = 12\n")
    release(project, chapter)
    source.write_text(before)
    assert start > 0
    real = release_gradebook.take_over

    def graded_meanwhile(*args: object) -> None:
        with Gradebook(url) as book:
            book.add_student("ann")
            book.add_submission(NAME, "ann")
        real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(release_gradebook, "take_over", graded_meanwhile)
    with pytest.raises(OperatorError, match="there are submissions to other questions by now"):
        release(project, chapter)
    with Gradebook(url) as book:
        assert "p-99-3-EDGES" in {cell.name for cell in book.find_notebook(NAME, NAME).solution_cells}
