"""``course check``: everything that is wrong with a chapter, what only grading would show included."""

from pathlib import Path

import pytest

from course.authoring import lint
from course.project import Project
from course.syllabus import load_syllabus
from tests.support import minichapter
from tests.support.minichapter import NAME

CHECKS_HOME, MUTANTS_HOME = "autograder/checks/ch99_mini", "autograder/mutants/ch99_mini"
CHECKS, MUTANTS, SOLUTIONS = (
    f"{CHECKS_HOME}/test_numbers.py",
    f"{MUTANTS_HOME}/numbers.py",
    "solutions/ch99_mini/numbers.py",
)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return minichapter.make_project(tmp_path)


def problems_of(project: Project, quota: lint.Quota | None = None) -> list[str]:
    chapter = load_syllabus(project.syllabus).find("ch99")
    return [str(one).replace(f"{project.root}/", "") for one in lint.problems(project, chapter, quota)]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_good_chapter_has_no_problems(project):
    assert problems_of(project) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "at", "message"),
    [
        (CHECKS, '@check("p.99.2"', '@check("p.99.8"', CHECKS, '"p.99.8"', "'p.99.8' is not one of ch99_mini's"),
        (CHECKS, '@check("p.99.1")', '@check("p.99.4")', CHECKS, '"p.99.4"', "is free text, graded by hand"),
        (CHECKS, '    """Every value comes back halved."""\n', "", CHECKS, '@check("p.99.1")', "has no docstring"),
        (CHECKS, '@check("p.99.1")\n', "", CHECKS, "def test_halves", "has no @check(...), so it judges nothing"),
        (CHECKS, '@check("p.99.1")', "@check(P)", CHECKS, "@check(P)", "needs the exercise's id in quotes first"),
        (CHECKS, "def test_corners(", "def test_centres(", CHECKS, '"p.99.3"', "test_centres is defined 2 times"),
        (CHECKS, "import numpy as np", "import numpy as", CHECKS, "import numpy", "not valid Python"),
        (MUTANTS, 'replaces="halve"', 'replaces="halves"', MUTANTS, '"halves"', "Did you mean 'halve'?"),
        (MUTANTS, 'fails="test_doubles"', 'fails="test_double"', MUTANTS, '"test_double"', "which is no check"),
        (MUTANTS, '    """adds 2 instead of multiplying."""\n', "", MUTANTS, "", "plus_two has no docstring"),
        (
            MUTANTS,
            '@alternative("p.99.2", replaces="Scaler")\n',
            "",
            MUTANTS_HOME,
            "",
            "p.99.2 has 2 of 3 @alternatives",
        ),
        (
            MUTANTS,
            '@mutant("p.99.2", replaces="Scaler", fails="test_centres")\n',
            "",
            MUTANTS_HOME,
            "",
            "5 of 6 @mutants",
        ),
        (SOLUTIONS, "    [2, 4]", "    [2, 5]", SOLUTIONS, "def double", "examples don't hold for the reference"),
        (SOLUTIONS, "    [0.0]", "    [0.5]", SOLUTIONS, "class Scaler", "expected:\n    [0.5]"),
        (SOLUTIONS, "import numpy as np", "import numpy as np\n1 / 0", "solutions/ch99_mini", "", "ZeroDivisionError"),
        (SOLUTIONS, "def halve", "def halfe", "source/ch99_mini.py", "import halve", "does not define halve"),
    ],
)
def test_each_mistake_has_its_place(project, file, old, new, place, at, message):
    edit(project.root / file, old, new)
    found = problems_of(project)
    start = f"{place}:"
    if at:
        lines = (project.root / place).read_text(encoding="utf-8").split("\n")
        start += f"{next(number for number, text in enumerate(lines, 1) if at in text)}: "
    assert len([one for one in found if one.startswith(start) and message in one]) == 1, found


@pytest.mark.parametrize(
    ("folder", "name", "message"),
    [("checks", "test_numbers.py", "the checks"), ("mutants", "numbers.py", "the mutants")],
)
def test_a_missing_file_is_one_message(project, folder, name, message):
    path = project.root / "autograder" / folder / NAME / name
    path.unlink()
    assert problems_of(project) == [f"autograder/{folder}/{NAME}: it holds no file with {message} of ch99_mini."]


def test_an_exercise_without_a_check_is_named(project):
    edit(project.root / CHECKS, '@check("p.99.3", core=True)', '@check("p.99.1", core=True)')
    assert problems_of(project) == [f"{CHECKS_HOME}: exercise p.99.3 has 0 of 1 @checks: write more."]


def test_the_numbers_asked_for_can_be_set(project):
    found = problems_of(project, lint.Quota(checks=2, mutants=7, alternatives=3))
    assert [one.split(": ")[1] for one in found] == [
        "exercise p.99.2 has 1 of 2 @checks",
        "exercise p.99.3 has 1 of 2 @checks",
        "exercise p.99.1 has 6 of 7 @mutants",
        "exercise p.99.2 has 6 of 7 @mutants",
    ]


def test_examples_that_never_end_are_a_message(project):
    edit(project.root / SOLUTIONS, "    factor = _factor()", "    import time\n\n    factor = time.sleep(60)")
    found = problems_of(project, lint.Quota(example_seconds=2))
    assert found == [
        "solutions/ch99_mini: the docstring examples of this chapter took more than 2 s together: make them smaller."
    ]


def test_a_probe_beside_a_free_text_needs_a_check(project):
    edit(project.root / "source/ch99_mini.py", "points=2\n", "points=2 probe_points=3\n")
    edit(project.root / "source/ch99_mini.py", "import P_99_4", "import P_99_4, SPEED")
    solutions = project.root / SOLUTIONS
    solutions.write_text(solutions.read_text() + "\nSPEED = 0.25\n")
    assert problems_of(project) == [f"{CHECKS_HOME}: exercise p.99.4 has 0 of 1 @checks: write more."]


@pytest.mark.parametrize(
    ("stray", "near"),
    [
        ("source/ch99_mini_old.py", "ch99_mini.py"),
        ("solutions/ch99_mini_old", "ch99_mini"),
        ("autograder/checks/ch99_mini_old", "ch99_mini"),
        ("autograder/mutants/ch99_mini_old", "ch99_mini"),
    ],
)
def test_a_stray_file_or_folder_is_named(project, stray, near):
    path = project.root / stray
    path.write_text("") if path.suffix else path.mkdir()
    assert problems_of(project) == [
        f"{stray}: belongs to no chapter of the syllabus: add the chapter or remove it. Did you mean {near!r}?"
    ]


@pytest.mark.parametrize(("folder", "prefix"), [("checks", "test_"), ("mutants", "")])
def test_a_theme_has_one_name(project, folder, prefix):
    home = project.root / "autograder" / folder / NAME
    (home / f"{prefix}numbers.py").rename(home / f"{prefix}number.py")
    assert problems_of(project) == [
        f"autograder/{folder}/{NAME}/{prefix}number.py: there is no number.py in solutions/{NAME}: "
        "a theme has one name. Did you mean 'numbers'?"
    ]


def test_mistakes_of_all_files_come_at_once(project):
    edit(project.root / "source/ch99_mini.py", " points=3", "")
    edit(project.root / SOLUTIONS, "    [2, 4]", "    [2, 5]")
    edit(project.root / CHECKS, '@check("p.99.3"', '@check("p.99.8"')
    edit(project.root / MUTANTS, 'replaces="halve"', 'replaces="halves"')
    found = "\n".join(problems_of(project))
    for part in ("has no points", "examples don't hold", "'p.99.8' is not one of", "replaces halves"):
        assert part in found
