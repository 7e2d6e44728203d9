"""The judge: passed, failed or not judged, whose fault it was, and what the student reads."""

from __future__ import annotations

import math
import random
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from autograder.engine.judging.checks import Answers, ChapterChecks, Check, Variant
from autograder.engine.judging.judge import (
    NOT_BEGUN,
    UNUSABLE,
    Examiner,
    Seed,
    judge_exercise,
    run_check,
)
from autograder.engine.result import CheckResult, ExerciseStatus, Outcome
from autograder.engine.wire.proxy import CallTimeout, LocalSession, Session, SessionDied, Student, StudentRaised
from autograder.testing.marks import alternative, check, check_of, mutant
from course.authoring.thresholds import Calibration
from course.errors import DataError, EngineError
from course.syllabus import Exercise

SEED = Seed("key", "ada", "1")
EXERCISE = Exercise(id="p.99.1", kind="code", title="Twice as much")
SECRET = 987_654_321


def made(function: Callable[..., Any], **options: Any) -> Check:
    found = check_of(check("p.99.1", **options)(function))
    assert found is not None
    return found


def examiner(*checks: Check, reveal: bool = False, threshold: float | None = None, **reference: Any) -> Examiner:
    module = types.ModuleType("reference")
    vars(module).update(reference or {"double": lambda values: values * 2})
    rows = {} if threshold is None else {(one.name, "any"): calibration(one.name, threshold) for one in checks}
    return Examiner(ChapterChecks("ch99_mini", checks, lambda: Answers(vars(module), mutants())), rows, reveal=reveal)


def calibration(name: str, threshold: float) -> Calibration:
    figures = dict.fromkeys(("mean", "sd", "worst", "best"), 1.0)
    return Calibration(check=name, data="any", threshold=threshold, runs=1, false_fail=0.001, method="m", **figures)


def mutants() -> tuple[Variant, ...]:
    @mutant("p.99.1", replaces="double", fails="test_doubles")
    def squares(values: Any) -> Any:
        """You square instead of doubling."""
        return values**2

    @mutant("p.99.1", replaces="double", fails="test_doubles")
    def trips(values: Any) -> Any:
        """Never shown."""
        raise KeyboardInterrupt

    return tuple(vars(function)["__course__"] for function in (trips, squares))


def session(**names: Any) -> Callable[[], Session]:
    return lambda: LocalSession(names)


def test_doubles(student: Any, rng: np.random.Generator) -> None:
    """Every value comes back doubled."""
    values = rng.integers(10, 90, 5)
    np.testing.assert_array_equal(student.double(values), values + values)


def _raiser(kind: type[BaseException], text: str = "") -> Callable[[Any], Any]:
    def answer(values: Any) -> Any:
        raise kind(text)

    return answer


DOUBLES = made(test_doubles, core=True, hint="Think of adding a number to itself.")
del test_doubles  # a check, not a test of ours


def judged(answer: Any, one: Check = DOUBLES, **options: Any) -> CheckResult:
    return run_check(one, examiner(one, **options), session(double=answer), SEED)


def test_a_right_answer_passes_without_words() -> None:
    result = judged(lambda values: values + values)
    assert result.outcome is Outcome.PASSED and result.core
    assert result.sentence == "Every value comes back doubled."
    assert (result.detail, result.hint, result.trouble) == ("", "", "")


def test_a_wrong_answer_fails_with_the_checks_hint() -> None:
    result = judged(lambda values: values)
    assert (result.outcome, result.detail) == (Outcome.FAILED, "")
    assert result.hint == "Think of adding a number to itself."


def test_a_known_misconception_gives_its_sentence_instead() -> None:
    assert judged(lambda values: np.power(values, 2)).hint == "You square instead of doubling."


def test_a_missing_name_fails_and_is_named() -> None:
    result = run_check(DOUBLES, examiner(DOUBLES), session(), SEED)
    assert result.outcome is Outcome.FAILED and "`double` is not defined" in result.detail and not result.hint


@pytest.mark.parametrize(
    "value",
    [None, "text", {}, object(), [[1], [2, 3]], range(10**9), {1: 2}, b"x"],
    ids=lambda value: type(value).__name__,
)
def test_a_value_that_trips_the_check_is_the_submissions_fault(value: object) -> None:
    def adds(student: Any, rng: np.random.Generator) -> None:
        """Adds up."""
        assert sum(student.double(rng.integers(1, 5, 3)).tolist()) > 0

    result = judged(lambda values: value, made(adds))
    assert result.outcome is Outcome.FAILED and not result.trouble
    assert result.detail == UNUSABLE or "can't be read" in result.detail or "has no attribute" in result.detail


def test_a_check_that_trips_over_the_reference_too_is_broken() -> None:
    def broken(student: Any, rng: np.random.Generator) -> None:
        """Broken."""
        student.double(rng.integers(1, 5, 3))
        raise KeyError("typo")

    result = judged(lambda values: values * 2, made(broken))
    assert result.outcome is Outcome.NOT_JUDGED and "broken" in result.trouble and "KeyError" in result.trouble
    assert not result.detail and not result.hint


def test_a_check_whose_reference_fails_is_not_held_against_the_submission() -> None:
    def wrong(student: Any, rng: np.random.Generator) -> None:
        """Wrong."""
        assert student.double(2).upper() == "4"

    assert judged(lambda values: 5, made(wrong)).outcome is Outcome.NOT_JUDGED


@pytest.mark.parametrize("trouble", [DataError("mnist is missing"), EngineError("no socket")], ids=repr)
def test_the_graders_trouble_is_not_judged(trouble: Exception) -> None:
    def needs_data(student: Any, rng: np.random.Generator) -> None:
        """Needs data."""
        raise trouble

    result = judged(lambda values: values, made(needs_data))
    assert result.outcome is Outcome.NOT_JUDGED and str(trouble) in result.trouble


@pytest.mark.parametrize("trouble", [OSError("too many open files"), EngineError("no kernel"), MemoryError()], ids=repr)
def test_a_session_the_grader_can_not_open_is_not_judged(trouble: Exception) -> None:
    def fails() -> Session:
        raise trouble

    result = run_check(DOUBLES, examiner(DOUBLES), fails, SEED)
    assert result.outcome is Outcome.NOT_JUDGED and str(trouble) in result.trouble


def test_a_submission_that_has_died_fails() -> None:
    def dead() -> Session:
        raise SessionDied("Your notebook's process ended.")

    result = run_check(DOUBLES, examiner(DOUBLES), dead, SEED)
    assert (result.outcome, result.detail) == (Outcome.FAILED, "Your notebook's process ended.")


class _Late(LocalSession):
    def request(self, frame: bytes) -> bytes:
        reply = super().request(frame)
        if b"call" in frame:
            raise CallTimeout("Too slow.")
        return reply


def test_an_answer_that_is_late_gets_no_hint() -> None:
    def twice(student: Any, rng: np.random.Generator) -> None:
        """Twice."""
        student.double(2)

    late = run_check(
        made(twice, hint="Think of adding."), examiner(), lambda: _Late({"double": lambda values: values}), SEED
    )
    assert (late.outcome, late.detail, late.hint) == (Outcome.FAILED, "Too slow.", "")


def test_pytest_raises_in_a_check_fails_it() -> None:
    def refuses(student: Any, rng: np.random.Generator) -> None:
        """Text is refused."""
        with pytest.raises(StudentRaised):
            student.double("text")

    def reference(values: Any) -> Any:
        raise ValueError

    assert judged(reference, made(refuses), double=reference).outcome is Outcome.PASSED
    assert judged(lambda values: 0, made(refuses), double=reference).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("answer", "says"),
    [(lambda values: np.zeros(1, "i4,i4"), "can't be handed over"), (lambda values: object(), "plain value"),
     (lambda values: [[np.zeros(300 << 20, np.int8)] * 2], "can't be handed over"),
     (lambda values: range(10**9), "can't be read"),
     (_raiser(MemoryError), "more memory than there is"),
     (_raiser(ValueError, "Found unknown categories ['x'] in column 0 during transform"), "An encoder met a category"),
     (_raiser(ValueError, "could not convert string to float: 'x'"), "Text reached a step"),
     (_raiser(ValueError, "Input X contains NaN."), "Missing or infinite values"),
     (_raiser(ValueError, "X has 3 features, but Ridge is expecting 4 features"), "other columns"),
     (_raiser(ValueError, "This Ridge instance is not fitted yet."), "before it was fitted")],
)  # fmt: skip
def test_where_it_is_known_what_happened_no_hint_guesses(answer: Any, says: str) -> None:
    result = judged(answer)
    assert result.outcome is Outcome.FAILED and says in result.detail and not result.hint


def test_another_error_leaves_the_checks_hint() -> None:
    assert judged(_raiser(ValueError, "something else")).hint == "Think of adding a number to itself."


def test_a_skipped_check_is_not_judged() -> None:
    def skips(student: Any, rng: np.random.Generator) -> None:
        """Skips."""
        pytest.skip("no data")

    assert judged(lambda values: 0, made(skips)).outcome is Outcome.NOT_JUDGED


# ---------------------------------------------------------------- thresholds


def reaches(student: Any, rng: np.random.Generator) -> Any:
    """Your model is right in {threshold:.1%} of {all} cases."""
    return student.double(rng.random())


@pytest.mark.parametrize(
    ("bound", "figure", "outcome"),
    [("at_least", 0.9, Outcome.PASSED), ("at_least", 0.91, Outcome.PASSED), ("at_least", 0.89, Outcome.FAILED),
     ("at_most", 0.9, Outcome.PASSED), ("at_most", 0.89, Outcome.PASSED), ("at_most", 0.91, Outcome.FAILED),
     ("at_least", math.nan, Outcome.FAILED), ("at_most", math.nan, Outcome.FAILED), ("at_least", "1", Outcome.FAILED),
     ("at_least", np.array([1, 2]), Outcome.FAILED), ("at_least", object(), Outcome.FAILED)],
)  # fmt: skip
def test_a_figure_is_compared_with_its_threshold(bound: str, figure: object, outcome: Outcome) -> None:
    result = judged(lambda _: figure, made(reaches, **{bound: True}), threshold=0.9, double=lambda _: 0.9)
    assert result.outcome is outcome
    assert result.sentence == "Your model is right in 90.0% of {all} cases."


def test_a_missing_threshold_is_the_operators_to_mend() -> None:
    result = judged(lambda _: 0.95, made(reaches, at_least=True))
    assert result.outcome is Outcome.NOT_JUDGED and "course calibrate ch99_mini" in result.trouble
    assert result.sentence == "Your model is right in the threshold of {all} cases."


def test_thresholds_belong_to_the_data_they_were_measured_on() -> None:
    one = made(reaches, at_least=True, data="mnist")
    rows = {(one.name, "real"): calibration(one.name, 0.9), (one.name, "stand-in"): calibration(one.name, 0.5)}
    checks = examiner(one).checks
    for source, outcome in (("real", Outcome.FAILED), ("stand-in", Outcome.PASSED), ("none", Outcome.NOT_JUDGED)):
        found = Examiner(checks, rows, source_of={"mnist": source}.__getitem__)
        assert run_check(one, found, session(double=lambda _: 0.7), SEED).outcome is outcome


def test_a_bounded_check_without_a_figure_is_not_judged() -> None:
    def forgets(student: Any, rng: np.random.Generator) -> None:
        """Forgets."""

    assert judged(lambda _: 1, made(forgets, at_least=True), threshold=0.5).outcome is Outcome.NOT_JUDGED


# ---------------------------------------------------------------- what must not be read


def leak(values: Any) -> Any:
    raise ValueError(f"inputs were {values}")


def test_feedback_never_repeats_hidden_inputs() -> None:
    def secret(student: Any, rng: np.random.Generator) -> None:
        """Keeps a secret."""
        assert student.double(SECRET) == 2 * SECRET

    one = made(secret, hint="A hint.")
    for answer in (leak, lambda values: str(values), lambda values: values, lambda values: {values: [values]}):
        result = judged(answer, one)
        assert result.outcome is Outcome.FAILED and str(SECRET) not in result.model_dump_json()
    shown = judged(leak, one, reveal=True)
    assert f"inputs were {SECRET}" in shown.detail


# ---------------------------------------------------------------- exercises


def test_an_untouched_exercise_has_not_been_begun() -> None:
    def unwritten(values: Any) -> Any:
        raise NotImplementedError

    result = judge_exercise(EXERCISE, 4, examiner(DOUBLES), session(double=unwritten), SEED)
    assert (result.status, result.score, result.max_score) == (ExerciseStatus.NOT_BEGUN, 0.0, 4)
    assert result.checks[0].detail == NOT_BEGUN
    begun = judge_exercise(EXERCISE, 4, examiner(DOUBLES), session(double=leak), SEED)
    assert (begun.status, begun.score) == (ExerciseStatus.NONE, 0.0)


def test_only_the_exercises_own_checks_are_run() -> None:
    @check("p.99.2")
    def other(student: Any, rng: np.random.Generator) -> None:
        """Other."""
        raise AssertionError

    stranger = check_of(other)
    assert stranger is not None
    result = judge_exercise(EXERCISE, 4, examiner(DOUBLES, stranger), session(double=lambda v: v * 2), SEED)
    assert result.status is ExerciseStatus.FULL and [one.check for one in result.checks] == ["test_doubles"]


# ---------------------------------------------------------------- seeds


def test_the_same_seed_gives_the_same_inputs_and_every_part_counts() -> None:
    def other(student: Any, rng: np.random.Generator) -> None:
        """Other."""

    def draw(seed: Seed, one: Check = DOUBLES) -> int:
        return int(seed.rng(one).integers(2**62))

    seeds = [
        SEED,
        Seed("other", "ada", "1"),
        Seed("key", "bob", "1"),
        Seed("key", "ada", "2"),
        Seed("key", "\udce4", "1"),
    ]
    renamed = check_of(check("p.99.2")(other))
    assert renamed is not None
    draws = [*map(draw, seeds), draw(SEED, made(other)), draw(SEED, renamed)]
    assert len(set(draws)) == len(draws) and draws[:5] == [draw(seed) for seed in seeds]


def test_an_alternative_is_no_mutant() -> None:
    @alternative("p.99.1", replaces="double")
    def other_way(values: Any) -> Any:
        return values + values

    assert vars(other_way)["__course__"].fails == "" and Student(LocalSession({"f": other_way})).f(2) == 4


def test_what_an_answer_draws_can_be_drawn_again_so_that_it_is_recognised() -> None:
    """A misconception that draws from all three global generators, and a submission that has it."""

    def noisy(values: Any) -> Any:
        return values + random.random() + np.random.rand() + float(torch.rand(1))

    known = Variant("p.99.1", "adds_noise", "You add noise.", {"double": noisy}, fails="test_doubles")
    answers = Answers({}, (known,))
    found = run_check(
        DOUBLES, Examiner(ChapterChecks("ch99_mini", (DOUBLES,), lambda: answers), {}), session(double=noisy), SEED
    )
    assert (found.outcome, found.hint) == (Outcome.FAILED, "You add noise.")


def test_a_submission_that_has_broken_its_random_numbers_is_judged_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(number: int) -> None:
        raise RuntimeError("no seeds here")

    monkeypatch.setattr(torch, "manual_seed", broken)
    monkeypatch.setattr(np.random, "seed", broken)
    monkeypatch.setattr(random, "seed", broken)
    assert judged(lambda values: values + values).outcome is Outcome.PASSED
