"""`course report`: one page about a class, from what is stored and what the gradebook has."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.classroom import live_report
from course.nbgrader_plugins.gradebook import gradebook_url
from course.project import Project
from tests.support.checkout import Checkout, make_checkout
from tests.support.live_command import serving
from tests.support.minichapter import NAME

COPIED = """def halve(values):
    result, seen, largest = [], 0, float("-inf")
    for position, value in enumerate(list(values)):
        assert position >= 0, "positions begin with nought, as everybody knows"
        quotient, remainder = divmod(float(value), 2.0)
        seen = seen + 1 if remainder else seen
        largest = max(largest, quotient, -quotient)
        result.append(quotient + remainder / 2.0 + 1.0)
    if seen > len(result) or largest == float("inf"):
        raise OverflowError("this can't be, unless a value was no number")
    return np.asarray(result, dtype=float) - 0.5
"""


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    course = make_checkout(tmp_path_factory.mktemp("report"))
    course.hand_in_mixed_class(2)
    course.hand_in("copy-1", course.answered(p_99_1_halve=COPIED))
    course.hand_in("copy-2", course.answered(p_99_1_halve=COPIED.replace("quotient", "whole")))
    course.run("course", "grade", NAME)
    with Gradebook(gradebook_url(course.project)) as book:
        book.update_or_create_student("nobody")
        book.find_assignment(NAME).duedate = datetime.datetime(2020, 1, 1)
        book.find_submission(NAME, "half").timestamp = datetime.datetime(2020, 1, 2)
        grade = book.find_grade("p-99-4", NAME, NAME, "right-0")
        grade.manual_score = 1.5
        book.db.commit()
    return course


def test_the_page_of_a_chapter(graded: Checkout) -> None:
    graded.hand_in("too-late-to-be-graded", graded.notebook("source"))
    done = graded.run("course", "report", "ch99")
    assert f"Wrote build/report/{NAME}.html" in done.stdout
    page = (graded.project.build / "report" / f"{NAME}.html").read_text()
    assert "Nothing handed in: <bdi>nobody</bdi>" in page
    assert "Late: <bdi>half</bdi>" in page
    assert "Not judged, through no fault of theirs: <bdi>too-late-to-be-graded</bdi>" in page
    assert "To be graded by hand: p.99.4" in page
    assert "<bdi>copy-1</bdi>, <bdi>copy-2</bdi>: p.99.1, " in page and "as everybody knows" in page
    assert "Every value comes back doubled." in page


def test_the_page_of_the_course(graded: Checkout) -> None:
    assert "Wrote build/report/course.html" in graded.run("course", "report").stdout
    page = (graded.project.build / "report" / "course.html").read_text()
    assert f'<a href="{NAME}.html">' in page and "<bdi>right-1</bdi>" in page
    assert (graded.project.build / "report" / f"{NAME}.html").is_file()


def test_before_anything_is_graded_it_says_what_there_is_and_what_to_run(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    course = make_checkout(tmp_path_factory.mktemp("nothing"))
    said = " ".join(course.run("course", "report", ok=1).stderr.split())
    assert "no chapter has been released: run `course release ch03`, say" in said
    course.run("course", "release", NAME)
    assert "run `course grade ch99` first" in " ".join(course.run("course", "report", "ch99", ok=1).stderr.split())

    def page() -> str:
        assert "Wrote build/report/course.html" in course.run("course", "report").stdout
        return (course.project.build / "report" / "course.html").read_text()

    assert "Nothing is graded yet." in page() and "<code>course collect ch99</code>" in page()
    course.hand_in("ada", course.notebook("source"))
    with Gradebook(gradebook_url(course.project)) as book:
        book.update_or_create_student("ben")
    shown = page()
    assert "A miniature chapter" in shown and "<code>course grade ch99</code>" in shown
    assert shown.index("<bdi>ada</bdi>") < shown.index("<bdi>ben</bdi>")  # who has handed in, who has not
    assert 'id="students"' not in shown


def test_a_page_that_takes_long_is_not_made_all_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now, times = [100.0], [0]

    def make(project: Project, name: str) -> Path:
        times[0] += 1
        now[0] += 3
        (tmp_path / "page.html").write_text(f"made {times[0]} times")
        return tmp_path / "page.html"

    monkeypatch.setattr(live_report, "chapter_report", make)
    shown = live_report.LiveReport(Project(tmp_path), NAME, lambda text: None, clock=lambda: now[0])
    assert shown.look() and shown.version == 1
    result = tmp_path / "build" / "results" / NAME / "ada" / "result.json"
    result.parent.mkdir(parents=True)
    result.write_text("{}")
    assert not shown.look()
    now[0] += 13
    assert shown.look() and shown.version == 2
    now[0] += 13
    assert not shown.look(), "nothing is new"
    now[0] += 10
    assert shown.look(), "a gradebook on a server says nothing"


def test_it_keeps_up(graded: Checkout) -> None:
    with serving(graded, "report", "ch99", "--live") as shown:
        before, version = shown.page(""), shown.page("version")
        assert "To be graded by hand: p.99.4" in before and "location.reload()" in before
        with Gradebook(gradebook_url(graded.project)) as book:
            for submission in book.assignment_submissions(NAME):
                book.find_grade("p-99-4", NAME, NAME, submission.student.id).manual_score = 1.0
            book.db.commit()
        shown.says("Made at")
        assert shown.page("version") != version
        assert "To be graded by hand: p.99.4" not in shown.page("")
