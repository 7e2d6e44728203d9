"""What authors of checks write with."""

from __future__ import annotations

import importlib
import math
import sys
import types
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from autograder.engine.judging.checks import Variant
from autograder.testing.chapter import _marked, load_chapter
from autograder.testing.marks import alternative, check, check_of, headline, mutant, naive
from tests.support.minichapter import NAME, THEME, make_project


def promise(student: Any, rng: np.random.Generator) -> None:
    """A promise
    on two lines.
    """


def test_a_check_keeps_what_it_was_marked_with() -> None:
    found = check_of(check("p.99.1", core=True, weight=2, hint="h", at_most=True, data="mnist")(promise))
    assert found is not None
    assert (found.exercise, found.name, found.sentence) == ("p.99.1", "promise", "A promise on two lines.")
    assert (found.core, found.weight, found.hint, found.bound, found.data) == (True, 2, "h", "at_most", "mnist")
    assert found.function is promise
    plain = check_of(check("p.99.1")(promise))
    assert plain is not None and (plain.core, plain.weight, plain.bound) == (False, 1.0, None)


def test_a_check_takes_a_student_and_a_generator() -> None:
    for wrong in (lambda: None, lambda student: None, lambda rng, student: None, lambda student, rng, more: None):
        with pytest.raises(TypeError, match="exactly \\(student, rng\\)"):
            check("p.99.1")(wrong)


def test_a_check_says_what_it_promises() -> None:
    with pytest.raises(TypeError, match="docstring"):
        check("p.99.1")(lambda student, rng: None)


@pytest.mark.parametrize("weight", [0, -1, math.inf, math.nan])
def test_a_weight_is_positive(weight: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        check("p.99.1", weight=weight)


def test_a_check_has_one_bound() -> None:
    with pytest.raises(ValueError, match="one bound"):
        check("p.99.1", at_least=True, at_most=True)


def test_what_was_not_marked_is_no_check() -> None:
    assert check_of(len) is None and check_of(None) is None

    @mutant("p.99.1", replaces="double", fails="test_doubles")
    def wrong() -> None:
        """A misconception."""

    assert check_of(wrong) is None


def test_a_mutant_names_its_check_and_its_misconception() -> None:
    with pytest.raises(ValueError, match="fails"):
        mutant("p.99.1", replaces="double", fails="")
    with pytest.raises(TypeError, match="docstring"):
        mutant("p.99.1", replaces="double", fails="test_doubles")(lambda: None)

    class Silent(dict):  # type: ignore[type-arg]
        pass

    with pytest.raises(TypeError, match="docstring"):
        mutant("p.99.1", replaces="double", fails="test_doubles")(Silent)


def test_a_naive_rule_is_a_mutant_that_may_have_to_fail_several_checks() -> None:
    def rule() -> None:
        """What anybody tries first."""

    one = vars(naive("p.99.1", replaces="double", fails="test_a")(rule))["__course__"]
    assert (one.naive, one.fails, one.must_fail) == (True, "test_a", ("test_a",))
    two = vars(naive("p.99.1", replaces="double", fails=("test_a", "test_b"))(rule))["__course__"]
    assert (two.naive, two.fails, two.must_fail) == (True, "test_a", ("test_a", "test_b"))
    plain = vars(mutant("p.99.1", replaces="double", fails="test_a")(rule))["__course__"]
    assert (plain.naive, plain.must_fail) == (False, ("test_a",))
    constant = vars(naive("p.99.1", replaces="N", fails="test_a", constant=True)(rule))["__course__"]
    assert constant.answers == {"N": None}
    for nothing in ("", (), []):
        with pytest.raises(ValueError, match="fails"):
            naive("p.99.1", replaces="double", fails=nothing)
    with pytest.raises(TypeError, match="docstring"):
        naive("p.99.1", replaces="double", fails="test_a")(lambda: None)


def test_a_variant_can_replace_several_names() -> None:
    @alternative("p.99.1", replaces="double", also={"factor": 2})
    def other() -> None: ...

    made = vars(other)["__course__"]
    assert isinstance(made, Variant) and made.answers == {"double": other, "factor": 2} and made.fails == ""


class Pair(NamedTuple):
    """A value that has no `__dict__`."""

    left: int


def test_only_what_a_module_marks_itself_is_gathered() -> None:
    module = types.ModuleType("made_up")

    @mutant("p.99.2", replaces="Model", fails="test_fits")
    class Wrong:
        """Wrong."""

    class Child(Wrong):
        """Inherits, but was not marked."""

    @mutant("p.99.2", replaces="Model", fails="test_fits")
    class Elsewhere:
        """Of another module."""

    figure = headline("p.99.1", "accuracy", book="97%", data="mnist", holds=lambda value: value > 0.97)
    pair = Pair(1)
    for thing in (Wrong, Child, Pair):
        thing.__module__ = "made_up"
    vars(module).update(Wrong=Wrong, Child=Child, Elsewhere=Elsewhere, pair=pair, number=3, plain=len, figure=figure)
    assert list(_marked(module)) == [vars(Wrong)["__course__"]]


def test_a_chapter_is_loaded_from_its_four_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_project(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    for package, folder in (("autograder.checks", project.checks), ("autograder.mutants", project.mutants)):
        monkeypatch.setattr(importlib.import_module(package), "__path__", [str(folder)])
    names = ("solutions", f"autograder.checks.{NAME}", f"autograder.mutants.{NAME}", f"solutions.{NAME}")
    for name in (*names, *(f"{one}.{THEME}" for one in names), f"autograder.checks.{NAME}.test_{THEME}"):
        monkeypatch.setitem(sys.modules, name, sys)  # so that it is put back after the test
        monkeypatch.delitem(sys.modules, name)
    chapter = load_chapter(NAME)
    assert [one.name for one in chapter.of("p.99.1")] == ["test_doubles", "test_halves"]
    assert (len(chapter.mutants), len(chapter.alternatives)) == (12, 6)
    square = next(one for one in chapter.mutants if one.name == "square")
    assert square.sentence == "squares instead of doubling." and square.fails == "test_doubles"
    values = np.arange(3)
    assert chapter.namespace()["double"](values).tolist() == [0, 2, 4]
    assert chapter.namespace(square)["double"](values).tolist() == [0, 1, 4]
    assert chapter.namespace(square)["halve"] is chapter.namespace()["halve"]


def test_a_wrong_constant_is_what_its_function_returns() -> None:
    made = mutant("p.99.3", replaces="CORNERS", fails="test_x", constant=True)(_five)
    assert vars(made)["__course__"].answers == {"CORNERS": 5}
    made = alternative("p.99.3", replaces="CORNERS", constant=True)(_five)
    assert vars(made)["__course__"].answers == {"CORNERS": 5}


def _five() -> int:
    """A pentagon has five."""
    return 5
