"""Each exercise that is checked has a reference that was compared with something else, or a reason why it can't be."""

from __future__ import annotations

from autograder.testing.chapter import load_chapter
from tests.support.checkout import ROOT
from tests.support.oracle import PAGE, modules, oracles, page


def test_every_reference_is_compared_or_says_why_not() -> None:
    for chapter, module in modules():
        found, without = oracles(module), module.WITHOUT
        checks = load_chapter(chapter.name)
        checked = {one.id for one in chapter.exercise if checks.of(one.id)}
        assert found.keys() | without.keys() == checked, f"{chapter.name}: of each exercise, one or the other"
        assert not found.keys() & without.keys() and all(len(reason) > 15 for reason in without.values())


def test_the_list_is_what_the_tests_say() -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    assert text == page(), "run `python -m tests.support.oracle`"
