"""``pytest autograder``, the way a self-learner runs it."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.support.checkout import Checkout, make_checkout
from tests.support.minichapter import NAME


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return make_checkout(tmp_path_factory.mktemp("learner"))


def grade(checkout: Checkout, *options: str, ok: int = 0) -> str:
    return checkout.run("pytest", "autograder", "-p", "no:cacheprovider", *options, ok=ok).stdout


def test_a_learners_way(checkout: Checkout) -> None:
    """Not started, not begun, wrong, right: what the terminal says each time."""
    text = grade(checkout)
    assert "4 deselected" in text
    assert "Nothing has been begun: run `course start ch99` to begin." in text
    assert len(text.splitlines()) < 12

    assert "Open work/ch99_mini.ipynb" in checkout.run("course", "start", "ch99").stdout
    text = grade(checkout)
    assert "4 deselected" in text
    assert text.count("p.99.1 is not begun: fill in double, halve in ch99_mini.ipynb") == 1
    assert "SKIPPED" not in text

    mine = checkout.project.work / f"{NAME}.ipynb"
    wrong = checkout.answered(
        p_99_1_double="def double(values):\n    return values + 1",
        p_99_2_Scaler="class Scaler:\n    def fit(self, values):\n        raise KeyError('mine')",
    )
    mine.write_text(json.dumps(wrong), encoding="utf-8")
    text = grade(checkout, ok=1)
    assert "2 failed, 2 passed" in text
    assert "Every value comes back doubled." in text
    assert "KeyError: 'mine'" in text  # one's own error message may be seen on one's own machine
    assert "p.99.1    Twice as much                                      0 of 4 points" in text
    assert "Your notebook's process was not isolated: for your own work only." in text
    assert "Traceback" not in text
    assert "autograder/engine" not in text

    mine.write_text(json.dumps(checkout.notebook("source")), encoding="utf-8")
    assert "4 passed" in grade(checkout)
    assert "stays as it is" in checkout.run("course", "start", "ch99").stdout
    assert json.loads(mine.read_text(encoding="utf-8")) == checkout.notebook("source")


def test_one_exercise(checkout: Checkout) -> None:
    text = grade(checkout, "-k", "p.99.3", "--submission", "solutions")
    assert "1 passed, 3 deselected" in text


def test_the_reference_passes(checkout: Checkout) -> None:
    assert "4 passed" in grade(checkout, "--submission", "solutions")


def test_another_notebook(checkout: Checkout) -> None:
    checkout.run("course", "release", "ch99")
    path = checkout.root / "elsewhere.ipynb"
    path.write_text(json.dumps(checkout.answered(p_99_3_CORNERS="CORNERS = 7")), encoding="utf-8")
    text = grade(checkout, "--submission", str(path), ok=1)
    assert "1 failed, 3 passed" in text
    released = checkout.notebook("release")
    for cell in released["cells"]:
        if cell["id"] == "p-99-3-CORNERS":
            cell["source"] = "CORNERS = 8"
    path.write_text(json.dumps(released), encoding="utf-8")
    text = grade(checkout, "--submission", str(path))
    assert "1 passed, 3 deselected" in text
    assert text.count("p.99.1 is not begun") == text.count("p.99.2 is not begun") == 1


@pytest.mark.parametrize(
    ("content", "message"), [(None, "there is no such notebook"), ("{", "can't be read as a notebook")]
)
def test_a_notebook_that_is_no_good(checkout: Checkout, content: str | None, message: str) -> None:
    """Named in one line, and not once for each check."""
    checkout.run("course", "release", "ch99")
    path = checkout.root / "broken.ipynb"
    path.unlink(missing_ok=True)
    if content is not None:
        path.write_text(content, encoding="utf-8")
    done = checkout.run("pytest", "autograder", "-p", "no:cacheprovider", "--submission", str(path), ok=4)
    said = [line for line in (done.stdout + done.stderr).splitlines() if "ERROR" in line]
    assert len(said) == 1
    assert message in said[0]


def test_a_broken_notebook_among_ones_own_is_told_once(checkout: Checkout) -> None:
    mine = checkout.project.work / f"{NAME}.ipynb"
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("{", encoding="utf-8")
    try:
        text = grade(checkout, ok=1)
    finally:
        mine.unlink()
    assert "1 failed, 3 deselected" in text
    assert "can't be read as a notebook" in text


def test_an_exercise_that_is_not_there_is_told(checkout: Checkout) -> None:
    done = checkout.run("pytest", "autograder", "-p", "no:cacheprovider", "-k", "p.98.1", ok=4)
    assert "ERROR: -k 'p.98.1' is in no exercise's number and no check's name" in done.stdout + done.stderr


def test_a_library_that_is_not_here_is_named_to_who_begins_the_chapter(checkout: Checkout) -> None:
    mine, more = checkout.project.work / f"{NAME}.ipynb", checkout.project.checks / NAME / "test_more.py"
    mine.unlink(missing_ok=True)
    more.write_text('"""More."""\n\nimport a_library_of_another_machine  # noqa: F401\n', encoding="utf-8")
    said = f"{NAME} needs a_library_of_another_machine, which is not installed here: run `make setup`."
    try:
        assert "Nothing has been begun" in grade(checkout)
        assert said in grade(checkout, "-k", "more", ok=2)
        checkout.run("course", "start", "ch99")
        assert said in (text := grade(checkout, ok=2))
        assert "Traceback" not in text
        handed_in = checkout.hand_in("ada", checkout.notebook("source"))
        assert said in " ".join(checkout.run("course", "grade", NAME, ok=1).stderr.split())
        shutil.rmtree(handed_in)
    finally:
        more.unlink()
        mine.unlink(missing_ok=True)


def test_a_chapter_that_is_not_begun_is_left_alone_beside_one_that_is(checkout: Checkout) -> None:
    mine, other = checkout.project.work / f"{NAME}.ipynb", checkout.project.checks / "ch98_other"
    mine.unlink(missing_ok=True)
    other.mkdir()
    (other / "test_more.py").write_text('raise RuntimeError("it was imported")\n', encoding="utf-8")
    try:
        assert "it was imported" in grade(checkout, ok=2)  # none is begun: all of them are looked at
        checkout.run("course", "start", "ch99")
        assert "it was imported" not in grade(checkout)
        assert "it was imported" in grade(checkout, "-k", "imported", ok=2)  # asked for by name
    finally:
        shutil.rmtree(other)
        mine.unlink(missing_ok=True)
