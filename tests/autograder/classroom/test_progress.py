"""What an instructor sees while a class is graded."""

from __future__ import annotations

import io

from rich.console import Console

from autograder.classroom.progress import ClassProgress, reason, trouble_table
from autograder.engine.result import CheckResult, ExerciseResult, ExerciseStatus, Outcome, Result, Status

GOOD = Result(chapter="ch99_mini", student="ada", status=Status.GRADED)
BAD = Result(chapter="ch99_mini", student="ben", status=Status.NOT_JUDGED, notes=("The disk is full: make room.",))
LATE = Result(chapter="ch99_mini", student="[bold]cleo", status=Status.TIMED_OUT, notes=("Cell 3 did not end.",))


def console(terminal: bool) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=100, color_system=None)


def shown(screen: Console) -> str:
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def test_without_a_terminal_there_is_a_line_per_trouble_and_no_bar() -> None:
    screen = console(terminal=False)
    progress = ClassProgress(screen, "Grading ch99", 3)
    assert list(progress.follow(iter([GOOD, BAD, LATE]))) == [GOOD, BAD, LATE]
    progress.tell("Waiting for the [gradebook].")
    assert shown(screen).split("\n") == [
        "ben: not judged: The disk is full: make room.",
        "[bold]cleo: timed out: Cell 3 did not end.",
        "Waiting for the [gradebook].",
        "",
    ]


def test_on_a_terminal_the_trouble_stands_under_the_bar() -> None:
    screen = console(terminal=True)
    progress = ClassProgress(screen, "Grading ch99", 3)
    run = progress.follow(iter([GOOD, BAD, LATE]))
    next(run)
    next(run)
    progress.tell("Waiting for the gradebook.")
    with screen.capture() as capture:
        screen.print(progress._view())
    view = capture.get()
    assert "Grading ch99" in view
    assert "2/3" in view
    assert "/min" in view
    assert "Waiting for the gradebook." in view
    assert view.index("2/3") < view.index("Trouble: 1") < view.index("The disk is full: make room.")
    assert list(run) == [LATE]


def test_the_reason_holds_what_checks_tripped_over_once() -> None:
    checks = tuple(
        CheckResult(check=name, outcome=Outcome.NOT_JUDGED, sentence="", trouble="No threshold: calibrate.")
        for name in "ab"
    )
    row = ExerciseResult(
        exercise="p.99.1",
        grade_id="p-99-1-checks",
        title="",
        status=ExerciseStatus.NOT_JUDGED,
        score=None,
        max_score=1.0,
        checks=checks,
    )
    assert reason(BAD.model_copy(update={"exercises": (row,)})) == (
        "The disk is full: make room. No threshold: calibrate."
    )


def test_the_table_has_a_row_per_submission() -> None:
    screen = console(terminal=False)
    screen.print(trouble_table([BAD, LATE], "Not judged: 2"))
    assert "[bold]cleo" in shown(screen)
    assert shown(screen).count("│ ben") == 1
