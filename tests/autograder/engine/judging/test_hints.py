"""A misconception's sentence: shown where it fits the whole answer, and no right answer says the same."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from autograder.engine.judging.checks import Answers, ChapterChecks, Check, Variant
from autograder.engine.judging.hints import HintTime
from autograder.engine.judging.judge import Examiner, Seed, judge_exercise, run_check
from autograder.engine.result import Outcome
from autograder.engine.wire.proxy import LocalSession, StudentRaised
from course.syllabus import Exercise

SEED = Seed("key", "ada", "1")
OWN = "Think of adding a number to itself."


def hint(
    answer: Any,
    mutants: dict[str, Any],
    check: Callable[..., None],
    *,
    right: Any = lambda values: values * 2,
    others: tuple[Any, ...] = (),
    fails: str = "doubles",
    seconds: float = 40.0,
) -> str:
    """Return the hint for `answer`, judged by `check`, where each of `mutants` has its name for a sentence."""
    wrong = tuple(Variant("p.99.1", name, name, {"double": one}, fails) for name, one in mutants.items())
    alternatives = tuple(Variant("p.99.1", "other", "", {"double": one}) for one in others)
    answers = Answers({"double": right}, wrong, alternatives)
    one = Check("p.99.1", "doubles", "Doubled.", check, hint=OWN)
    examiner = Examiner(ChapterChecks("ch99_mini", (one,), lambda: answers), {}, hint_seconds=seconds)
    return run_check(one, examiner, lambda: LocalSession({"double": answer}), SEED).hint


def doubled(student: Any, rng: np.random.Generator) -> None:
    values = rng.integers(3, 9, 4)
    np.testing.assert_array_equal(student.double(values), 2 * values)


def squares(values: Any) -> Any:
    return values**2


def raising(kind: type[Exception], text: str) -> Callable[[Any], Any]:
    def answer(values: Any) -> Any:
        raise kind(text)

    return answer


def test_a_mutant_that_does_the_same_is_told() -> None:
    assert hint(lambda values: np.power(values, 2), {"You square.": squares}, doubled) == "You square."


def test_what_a_right_answer_says_too_is_no_mistake() -> None:
    """The check fails for something that is not in the replies."""

    def late(student: Any, rng: np.random.Generator) -> None:
        student.double(rng.integers(3, 9, 4))
        raise AssertionError

    def forgets(values: Any) -> Any:
        return values * 2 if values.size else None

    assert hint(lambda values: values + values, {"You forget.": forgets}, late) == OWN


def test_what_an_alternative_says_too_is_no_mistake() -> None:
    """A draw that the reference makes in another way, as an alternative may, too."""
    sums = {"You sum.": lambda values: values.sum() + 0 * values}

    def fails(student: Any, rng: np.random.Generator) -> None:
        student.double(rng.integers(3, 9, 4))
        raise AssertionError

    assert hint(sums["You sum."], sums, fails) == "You sum."
    assert hint(sums["You sum."], sums, fails, others=(sums["You sum."],)) == OWN


def test_a_list_for_an_array_is_not_the_mistake_that_values_show() -> None:
    def as_array(student: Any, rng: np.random.Generator) -> None:
        found = student.double(np.arange(1, 3))
        assert isinstance(found, np.ndarray) and student.double(np.arange(3, 6)).sum() == 24

    squares_late = {"You square.": lambda values: values**2 if values.max() > 2 else values * 2}
    assert hint(lambda values: (values * 2).tolist(), squares_late, as_array) == OWN
    assert hint(lambda values: values**2 if values.max() > 2 else values * 2, squares_late, as_array) == "You square."
    listed = {"A list is no array.": lambda values: (values * 2).tolist()}
    assert hint(lambda values: [2 * int(value) for value in values], listed, as_array) == "A list is no array."


def test_the_values_tell_whatever_type_they_come_in() -> None:
    assert hint(lambda values: (values**2).tolist(), {"You square.": squares}, doubled) == "You square."


def test_equal_values_do_not_accuse_of_what_another_check_is_for() -> None:
    """A mutant of another check may well pass this one with its array."""
    mutants = {"You square.": squares}
    assert hint(lambda values: (values**2).tolist(), mutants, doubled, fails="another") == OWN
    assert hint(squares, mutants, doubled, fails="another") == "You square."


def test_a_mutant_that_has_to_fail_what_has_passed_is_not_tried() -> None:
    def keeps_the_length(student: Any, rng: np.random.Generator) -> None:
        assert len(student.double([1, 2])) == 2

    tried = []

    def shortened(values: Any) -> Any:
        tried.append(values)
        return np.asarray(values)[:1] ** 2

    mutant = Variant("p.99.1", "shortened", "You leave some out.", {"double": shortened}, "keeps", ("doubles",))
    answers = Answers({"double": lambda values: values * 2}, (mutant,), ())
    checks = (Check("p.99.1", "keeps", "As many.", keeps_the_length), Check("p.99.1", "doubles", "Doubled.", doubled))
    examiner = Examiner(ChapterChecks("ch99_mini", checks, lambda: answers), {})
    exercise = Exercise(id="p.99.1", title="Twice", kind="code")
    for answer, of_mutant in ((np.square, False), (shortened, True)):
        tried.clear()
        session = LocalSession({"double": answer})
        found = judge_exercise(exercise, 4.0, examiner, itertools.repeat(session).__next__, SEED)
        assert found.checks[1].outcome is Outcome.FAILED
        assert bool(tried) is of_mutant


def test_where_two_misconceptions_fit_none_is_told() -> None:
    def fours(student: Any, rng: np.random.Generator) -> None:
        assert student.double(4) == 8

    both = {
        "You square.": lambda value: value * value,
        "You raise to the second power of two.": lambda value: 4 * value,
    }
    assert hint(lambda value: 16, both, fours) == OWN
    assert hint(lambda value: 16, {"You square.": both["You square."]}, fours) == "You square."


@pytest.mark.parametrize("kind", [NameError, NotImplementedError, TypeError, ValueError, AttributeError, IndexError])
def test_an_error_of_the_same_kind_is_no_evidence(kind: type[Exception]) -> None:
    mutants = {"You take text for numbers.": raising(kind, "a text among the numbers")}
    assert hint(raising(kind, "a slip"), mutants, doubled) in (OWN, "")


@pytest.mark.parametrize("kind", [AttributeError, ValueError, IndexError])
def test_the_same_error_in_the_same_place_is(kind: type[Exception]) -> None:
    mutants = {"You take text for numbers.": raising(kind, "a text among the numbers")}
    assert hint(raising(kind, "a text among the numbers"), mutants, doubled) == "You take text for numbers."


@pytest.mark.parametrize("kind", [NameError, NotImplementedError, TypeError])
def test_a_slip_is_none_even_in_the_same_words(kind: type[Exception]) -> None:
    mutants = {"You take text for numbers.": raising(kind, "a text among the numbers")}
    assert hint(raising(kind, "a text among the numbers"), mutants, doubled) in (OWN, "")


def test_an_error_that_is_wanted_may_be_said_in_other_words() -> None:
    def refuses(student: Any, rng: np.random.Generator) -> None:
        with pytest.raises(StudentRaised):
            student.double("a")
        assert student.double(3) == 6

    def made(words: str, wrong: bool) -> Callable[[Any], Any]:
        def double(value: Any) -> Any:
            if isinstance(value, str):
                raise ValueError(words)
            return value * value if wrong else value * 2

        return double

    mutants = {"You square.": made("ours", True)}
    assert hint(made("mine", True), mutants, refuses, right=made("the reference's", False)) == "You square."
    assert hint(made("mine", True), mutants, refuses, right=lambda value: value * 2) == OWN


def test_without_time_for_hints_the_checks_own_is_given() -> None:
    assert hint(squares, {"You square.": squares}, doubled, seconds=0.0) == OWN


def test_what_there_is_no_time_to_compare_with_right_answers_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0.0, 0.0, 100.0, 100.0, 100.0, 100.0])
    monkeypatch.setattr("autograder.engine.judging.hints.time", SimpleNamespace(monotonic=lambda: next(now)))
    assert hint(squares, {"You square.": squares}, doubled) == OWN


def test_an_answer_of_ours_that_stumbles_costs_no_grade() -> None:
    def ends(values: Any) -> Any:
        raise KeyboardInterrupt

    assert hint(squares, {"Never.": ends, "You square.": squares}, doubled) == "You square."


def test_each_failed_check_takes_half_of_what_is_left_for_hints(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([100.0, 104.0, 110.0, 111.0, 120.0, 120.0])
    monkeypatch.setattr("autograder.engine.judging.hints.time", SimpleNamespace(monotonic=lambda: next(now)))
    hints, until = HintTime(8.0), []
    for _ in range(3):
        with hints.share() as end:
            until.append(end)
    assert until == [104.0, 112.0, 121.5]


def test_the_time_is_a_submissions_not_each_exercises() -> None:
    wrong = Variant("p.99.1", "square", "You square.", {"double": squares}, "doubles")
    answers = Answers({"double": lambda values: values * 2}, (wrong,))
    check = Check("p.99.1", "doubles", "Doubled.", doubled, hint=OWN)
    examiner = Examiner(ChapterChecks("ch99_mini", (check,), lambda: answers), {})
    exercise = Exercise(id="p.99.1", title="Twice", kind="code")
    for left, told in ((HintTime(30.0), "You square."), (HintTime(0.0), OWN)):
        found = judge_exercise(
            exercise, 4.0, replace(examiner, hints=left), lambda: LocalSession({"double": squares}), SEED
        )
        assert [one.hint for one in found.checks] == [told]
