"""No answer that knows the public data sets by heart gains more than a tenth of an exercise's points."""

from __future__ import annotations

import contextlib
import sys
import types
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest

import course.datasets
from autograder.calibration.asked import answer_names
from autograder.engine.judging.checks import Check, Variant
from autograder.engine.judging.judge import Seed, run_check
from autograder.engine.wire.proxy import LocalSession
from autograder.redteam.lookups import LIMIT, SEEDS, lookups, tried
from course.syllabus import Chapter, load_syllabus
from tests.support.chapters import PROJECT, checks_of, each, examiner_of, row, skip_unless_due, spread

SEED = Seed("look-up", "test", "1")

# Exercises with a core check that draws on a public data set, but where no label can be looked up: why not.
NOTHING_TO_LOOK_UP: dict[str, str] = {
    "p.02.4": "Asked for are means over the nearest of 300 districts that are drawn and moved for each submission, to a"
    " millionth; no label has a part in it, and the public districts' incomes, medians or scales give other figures.",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    spread(metafunc, {"chapter, found": each("lookups"), "chapter, exercise, core": core_checks})


@pytest.mark.parametrize("seeds", [SEEDS[:1], pytest.param(SEEDS[1:], marks=pytest.mark.full)], ids=["once", "often"])
def test_a_lookup_gains_next_to_nothing(
    chapter: Chapter, found: Variant, seeds: tuple[str, ...], pytestconfig: pytest.Config
) -> None:
    if seeds == SEEDS[:1]:
        skip_unless_due(pytestconfig, found.exercise)
    gained = tried(PROJECT, chapter, found, seeds)
    assert gained.holds, f"{gained.gain:.0%} of the points, by {', '.join(gained.passed)}"


def core_checks(chapter: Chapter) -> Iterator[Any]:
    """The core checks of each code exercise."""
    for exercise in chapter.exercise:
        checks = checks_of(chapter).of(exercise.id) if exercise.kind == "code" else ()
        core = tuple(check for check in checks if check.core) or checks
        if core:
            yield row(chapter, exercise.id, core, id=exercise.id)


def modules_of(chapter: str) -> list[types.ModuleType]:
    return [module for name, module in sys.modules.items() if name.startswith("autograder.checks.") and chapter in name]


@contextlib.contextmanager
def recorded(chapter: str) -> Iterator[set[str]]:
    """Note which data sets the chapter's checks load, as if for the first time."""
    seen: set[str] = set()
    load = course.datasets.load

    def noted(name: str) -> Any:
        seen.add(name)
        return load(name)

    with contextlib.ExitStack() as stack:
        for module in modules_of(chapter):
            for value in list(vars(module).values()):
                if str(getattr(value, "__module__", "")).startswith("autograder.checks"):
                    getattr(value, "cache_clear", lambda: None)()
            if vars(module).get("load") is load:
                stack.enter_context(mock.patch.object(module, "load", noted))
        yield seen


def data_of(chapter: Chapter, checks: tuple[Check, ...]) -> set[str]:
    """The public data sets that some checks draw on, or the first of them that are met."""
    found = {check.data for check in checks if check.data}
    if found or not any(vars(module).get("load") is course.datasets.load for module in modules_of(chapter.name)):
        return found  # running the checks takes a while
    with recorded(chapter.name) as seen:
        for check in checks:
            if not seen:
                session = LocalSession(checks_of(chapter).namespace())
                run_check(check, examiner_of(chapter), lambda s=session: s, SEED)  # type: ignore[misc]
    return seen


def test_public_labels_are_looked_up_or_there_is_a_reason(
    chapter: Chapter, exercise: str, core: tuple[Check, ...]
) -> None:
    has = any(found.exercise == exercise for found in checks_of(chapter).lookups)
    data = set() if has else data_of(chapter, core)  # which takes a while, and what has a look-up needs no reason
    if data:
        assert exercise in NOTHING_TO_LOOK_UP, f"its core checks draw on {sorted(data)}: add a look-up, or a reason"
    else:
        assert exercise not in NOTHING_TO_LOOK_UP, "it needs no reason"


def chapter_of(short: str) -> Chapter:
    return load_syllabus(PROJECT.syllabus).find(short)


def test_what_an_answer_gains_is_measured() -> None:
    """A right answer in the place of a look-up gains what its name is worth, alone and beside the others."""
    chapter = chapter_of("ch03")
    right = checks_of(chapter).namespace()
    row = tried(PROJECT, chapter, Variant("p.03.2", "right", "", {"shift_image": right["shift_image"]}), ["1"])
    assert row.gain > 0.3 and not row.holds
    assert "test_moves_the_way_asked" in row.passed and "test_five_rows_for_each_image" not in row.passed
    nothing = tried(PROJECT, chapter, Variant("p.03.2", "empty", "", {"shift_image": None}), ["1"])
    assert nothing.gain == 0 and nothing.holds
    assert LIMIT == 0.1


def test_the_names_that_an_exercise_asks_for() -> None:
    chapter = chapter_of("ch03")
    exercise = next(one for one in chapter.exercise if one.id == "p.03.4")
    asked = {"prepare", "WordCounter", "spam_parts", "compare_filters", "fit_spam"}
    assert answer_names(PROJECT, chapter, exercise) == asked


def test_only_the_chapters_asked_for_are_tried() -> None:
    assert list(lookups(PROJECT, frozenset({"ch01"}))) == []
