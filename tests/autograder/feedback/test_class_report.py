"""What a teacher reads about a class: the figures, and the page."""

from __future__ import annotations

import random
import statistics
from html.parser import HTMLParser
from typing import Any

import pytest

from autograder.engine.result import CheckResult, ExerciseResult, ExerciseStatus, Outcome, Result, Status
from autograder.feedback.class_page import (
    HandIns,
    NotGraded,
    Overview,
    SideBySide,
    line_by_line,
    render_class,
    render_course,
)
from autograder.feedback.class_statistics import FEWEST, ClassFigures, correlation, figures

NAMES = {("p.99.1", "You forget the factor."): "no_factor"}
OUTCOMES = {True: Outcome.PASSED, False: Outcome.FAILED}


def part(exercise: str, *passed: bool, hint: str = "", begun: bool = True, most: float = 4.0) -> ExerciseResult:
    checks = tuple(
        CheckResult(check=f"c{at}", outcome=OUTCOMES[one], sentence=f"Promise {at}.", hint="" if one else hint)
        for at, one in enumerate(passed)
    )
    share = sum(passed) / len(passed) if begun else 0.0
    status = ExerciseStatus.FULL if share == 1 else ExerciseStatus.PARTIAL if share else ExerciseStatus.NONE
    return ExerciseResult(
        exercise=exercise, grade_id=f"{exercise.replace('.', '-')}-checks", title=f"About {exercise}",
        status=status if begun else ExerciseStatus.NOT_BEGUN, score=most * share, max_score=most, checks=checks,
    )  # fmt: skip


def text(exercise: str, given: float | None) -> ExerciseResult:
    return ExerciseResult(
        exercise=exercise, grade_id=exercise.replace(".", "-"), title="In words", status=ExerciseStatus.MANUAL,
        score=None, max_score=2.0, by_hand=given,
    )  # fmt: skip


def result(student: str, *parts: ExerciseResult, status: Status = Status.GRADED) -> Result:
    return Result(chapter="ch99_mini", student=student, status=status, exercises=parts)


def test_each_student_is_counted_where_they_belong() -> None:
    found = figures(
        [
            result("ada", part("p.99.1", True, True), text("p.99.4", 1.0)),
            result("ben", part("p.99.1", True, False, hint="You forget the factor."), text("p.99.4", None)),
            result("cy", part("p.99.1", False, False, hint="You forget the factor."), text("p.99.4", 0.0)),
            result("dee", part("p.99.1", False, False, begun=False, hint="Write it."), text("p.99.4", None)),
            result("eve", part("p.99.1", False, False, begun=False), status=Status.MISSING),
            result("fay", part("p.99.1", False, False, begun=False), status=Status.NOT_JUDGED),
        ],
        NAMES,
    )
    assert (found.handed_in, found.missing, found.not_judged) == (("ada", "ben", "cy", "dee"), ("eve",), ("fay",))
    assert (found.scores, found.most) == ((0.0, 0.0, 2.0, 5.0), 6.0)
    assert (found.median, found.mean) == (1.0, 1.75)
    assert found.bins == (2, 0, 0, 1, 0, 0, 0, 0, 1, 0)
    code, words = found.exercises
    assert (code.full, code.some, code.none, code.not_begun, code.waiting) == (1, 1, 1, 1, 0)
    assert code.reached == pytest.approx((1 + 0.5 + 0 + 0) / 4)
    assert (words.waiting, words.reached) == (2, pytest.approx(0.25))
    assert [(one.passed, one.judged) for one in code.checks] == [(2, 3), (1, 3)]
    (misconception,) = found.misconceptions
    assert (misconception.name, misconception.students) == ("no_factor", ("ben", "cy"))


def test_discrimination_is_the_correlation_with_the_rest() -> None:
    rng = random.Random(4)
    rows = []
    for number in range(60):
        good = rng.random()
        tells = [rng.random() < good for _ in range(3)]
        rows.append(
            result(f"s{number}", part("p.99.1", *tells), part("p.99.2", rng.random() < 0.5), part("p.99.3", *tells[:2]))
        )
    found = {one.exercise: one for one in figures(rows, {}).exercises}
    rest = [sum(other.score or 0.0 for other in one.exercises[1:]) for one in rows]
    wanted = statistics.correlation([one.exercises[0].score or 0.0 for one in rows], rest)
    assert found["p.99.1"].discrimination == pytest.approx(wanted)
    assert (found["p.99.1"].discrimination or 0) > 0.3 > abs(found["p.99.2"].discrimination or 1)


def test_nothing_is_said_of_few_students_or_of_what_all_have_alike() -> None:
    assert correlation([(0.0, 1.0), (1.0, 2.0)] * (FEWEST // 2 - 1)) is None
    assert correlation([(1.0, float(n)) for n in range(FEWEST)]) is None
    assert correlation([(float(n), float(n)) for n in range(FEWEST)]) == pytest.approx(1.0)


def test_a_class_of_nobody_has_figures() -> None:
    found = figures([], {})
    assert (found.median, found.mean, found.exercises) == (None, None, ())
    assert "0</b> handed in" in page(found)


class _Outline(HTMLParser):
    """Which tags are open at the end, and what would be loaded from elsewhere."""

    _VOID = ("meta", "rect")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loaded += [value or "" for name, value in attrs if name in ("src", "data", "action") or tag == "script"]
        if tag not in self._VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._VOID:
            assert self.open.pop() == tag


def page(found: ClassFigures, *alike: SideBySide, **hand_ins: Any) -> str:
    return render_class("A <mini> chapter", found, HandIns(**hand_ins), alike, "Ask first.")


def test_the_page_holds_it_all_escaped_and_loads_nothing() -> None:
    hint = "You <b>forget</b> `x < y`."
    found = figures(
        [
            result("<script>alert(1)</script>", part("p.99.1", True, False, hint=hint), text("p.99.4", None)),
            result("ben", part("p.99.1", True, True), text("p.99.4", 2.0)),
            result("cy", part("p.99.1", True, begun=False), status=Status.MISSING),
        ],
        {("p.99.1", hint): "forgets"},
    )
    rows = line_by_line("a < b\nsame\nold", "a < c\nsame")
    assert rows == (("a < b", "a < c", False), ("same", "same", True), ("old", None, False))
    alike = SideBySide(("ben", "dee"), "p.99.1", "nearly equal", 0.9, rows)
    text_ = page(found, alike, late=("ben",), tries=(("ben", 3),))
    outline = _Outline(text_)
    assert outline.open == [] and outline.loaded == []
    assert "<script>" not in text_ and "&lt;script&gt;alert(1)" in text_
    assert "You &lt;b&gt;forget&lt;/b&gt; <code>x &lt; y</code>." in text_ and "(forgets)" in text_
    for said in (
        "p.99.4 of 1 student (",
        "Nothing handed in: <bdi>cy</bdi>",
        "Late: <bdi>ben</bdi>",
        "3 times",
        "Ask first.",
        "90%",
    ):
        assert said in text_, said


def test_the_page_of_the_course_has_a_row_for_each_student() -> None:
    found = figures([result("ada", part("p.99.1", True)), result("ben", part("p.99.1", False))], {})
    chapters = [Overview("ch98", "One", found, "ch98_one.html"), Overview("ch99", "Two", found)]
    text_ = render_course(chapters, [("ada", [4.0, None]), ("ben", [0.0, 1.5])])
    assert _Outline(text_).open == []
    assert '<a href="ch98_one.html">One</a>' in text_ and "<bdi>ben</bdi>" in text_ and ">1.5<" in text_


def test_the_page_of_the_course_says_what_is_not_graded_yet_and_what_to_run() -> None:
    waiting = [
        NotGraded("One", ("ada<",), ("ben",), "course grade ch98"),
        NotGraded("Two", (), ("ben",), "course collect"),
    ]
    text_ = render_course([], [], waiting)
    assert _Outline(text_).open == []
    assert "Nothing is graded yet." in text_ and 'id="students"' not in text_ and 'id="chapters"' not in text_
    assert "<b>1</b> handed in, <b>1</b> have not. Next: <code>course grade ch98</code>" in text_
    assert "Handed in: <bdi>ada&lt;</bdi>" in text_ and "Nothing handed in: <bdi>ben</bdi>" in text_
    assert "Nobody's work is here yet. Next: <code>course collect</code>" in text_
