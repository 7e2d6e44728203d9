"""The target on all the data: points of its own where a release has them, run where that is asked for, and kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.checkout import Checkout, make_checkout
from tests.support.minichapter import NAME, THEME

CHECK = '''

@check("p.99.1", full=True)
def test_doubles_a_million(student, rng):
    """A million values come back doubled."""
    values = rng.integers(-50, 50, 1_000_000)
    np.testing.assert_array_equal(student.double(values), 2 * values)
'''
MARKER = '# %% exercise="p.99.1" points=4'
# Right for what the other checks ask, and wrong on much data.
SMALL = "def double(values):\n    return np.asarray(values)[:1000] * 2"
PART = "p-99-1-full-size"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    checkout = make_checkout(tmp_path_factory.mktemp("full"))
    source, checks = (
        checkout.project.source / f"{NAME}.py",
        checkout.project.checks / NAME / f"test_{THEME}.py",
    )
    source.write_text(source.read_text().replace(MARKER, f"{MARKER} full_size_points=2"))
    checks.write_text(checks.read_text() + CHECK)
    return checkout


def rows(checkout: Checkout, *options: str) -> dict[str, tuple[str, float | None]]:
    """Return the full-size part's status and points, by student."""
    graded = checkout.grade(*options)
    return {
        student: next((part["status"], part["score"]) for part in row["exercises"] if part["grade_id"] == PART)
        for student, row in graded.items()
    }


def test_a_release_without_it_has_no_such_points(course: Checkout) -> None:
    course.run("course", "release", NAME)
    assert PART not in [cell["id"] for cell in course.notebook("release")["cells"]]
    course.hand_in("ada", course.notebook("source"))
    refused = course.run("course", "grade", NAME, "--full-size", ok=1)
    assert "released without full-size parts: `course release ch99 --full-size`" in " ".join(refused.stderr.split())


def test_it_is_run_where_asked_for_and_kept(tmp_path: Path, course: Checkout) -> None:
    for name in ("gradebook.db", "submitted"):
        path = course.project.build / name
        if path.exists():
            path.rename(tmp_path / name)
    course.run("course", "release", NAME, "--full-size")
    course.hand_in("ada", course.notebook("source"))
    course.hand_in("bob", course.answered(p_99_1_double=SMALL))
    assert rows(course) == {"ada": ("not run", None), "bob": ("not run", None)}
    before = course.grade()["ada"]
    assert (before["score"], before["max_score"]) == (8.0, 12.0)  # and 2 by hand
    page = course.run("course", "feedback", NAME).stdout
    assert "ada" in page
    shown = next(course.project.build.glob(f"feedback/ada/{NAME}/*.html")).read_text(encoding="utf-8")
    assert "At full size" in shown and "not run" in shown
    wanted = {"ada": ("full marks", 2.0), "bob": ("no marks", 0.0)}
    assert rows(course, "--full-size") == wanted
    assert rows(course) == wanted  # what is known stays
    assert course.grade()["ada"]["score"] == 10.0


def test_an_author_is_told_what_is_missing(course: Checkout) -> None:
    checks = course.project.checks / NAME / f"test_{THEME}.py"
    text = checks.read_text()
    checks.write_text(text.replace(", full=True", ""))
    try:
        said = course.run("course", "check", NAME, ok=1).stdout
        assert "p.99.1 has full_size_points and no @check(..., full=True)." in " ".join(said.split())
    finally:
        checks.write_text(text)
    source = course.project.source / f"{NAME}.py"
    before = source.read_text()
    source.write_text(before.replace(" full_size_points=2", ""))
    try:
        said = course.run("course", "check", NAME, ok=1).stdout
        assert "test_doubles_a_million is at full size: give p.99.1 full_size_points=N" in " ".join(said.split())
    finally:
        source.write_text(before)


def test_a_self_learner_asks_for_it(course: Checkout) -> None:
    work = course.project.work
    work.mkdir(exist_ok=True)
    (work / f"{NAME}.ipynb").write_text(course.project.build.joinpath("source", NAME, f"{NAME}.ipynb").read_text())
    usual = course.run("pytest", "autograder", "-k", "p.99.1").stdout
    assert "A million values" not in usual and "4 of 4 points" in usual
    whole = course.run("pytest", "autograder", "-k", "p.99.1", "--full-size").stdout
    assert "passed A million values come back doubled." in whole and "4 of 4 points" in whole
