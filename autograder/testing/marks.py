"""The marks of checks and answers: `check`, `mutant`, `naive`, `alternative`, `lookup` and `headline`.

Each decorator only marks a function; `chapter.load_chapter` gathers the marked ones of a chapter. The functions stay
ordinary: pytest collects them, and they can be called by hand.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from autograder.engine.judging.checks import Bound, Check, Variant

F = TypeVar("F", bound=Callable[..., Any])


MARK = "__course__"


_PARAMETERS = ("student", "rng")


@dataclass(frozen=True)
class Headline:
    """A figure of the full-size run. `function()` returns (our figure, size as text); `data` is empty where the figure
    depends on no data set."""

    exercise: str
    figure: str
    book: str
    data: str
    function: Callable[[], tuple[float, str]] = field(repr=False, compare=False)
    holds: Callable[[float], bool] = field(repr=False, compare=False)


def check(
    exercise: str,
    *,
    core: bool = False,
    weight: float = 1.0,
    hint: str = "",
    at_least: bool = False,
    at_most: bool = False,
    data: str = "",
    full: bool = False,
) -> Callable[[F], F]:
    """Mark ``test_...(student, rng)`` as a hidden check of `exercise`; see `Check` for the parameters.

    With `at_least` or `at_most` the function returns a figure, which must reach or stay under the threshold that
    ``course calibrate`` has written beside the checks.

    With `full`, it is run at full size only (`Check.full_size`): it asserts the target that the exercise itself names,
    on all of the real data set `data`, within three minutes on two cores.

    Raises
    ------
    ValueError : `weight` is not positive, both bounds are asked for, or one of them at full size.
    TypeError : the function's parameters are others, or it has no docstring.
    """
    if at_least and at_most:
        raise ValueError("a check has one bound: at_least or at_most")
    if full and (at_least or at_most):
        raise ValueError("a full-size check asserts the exercise's own target: no calibrated bound goes with full=True")
    if not 0 < weight < math.inf:
        raise ValueError(f"a check's weight is a positive number, not {weight}")

    def mark(function: F) -> F:
        bound: Bound | None = "at_least" if at_least else "at_most" if at_most else None
        parameters = tuple(inspect.signature(function).parameters)
        if parameters != _PARAMETERS:
            raise TypeError(f"{function.__qualname__}{parameters}: a check takes exactly (student, rng)")
        if not _sentence(function):
            raise TypeError(f"{function.__qualname__}: a check needs a docstring, the sentence the student reads")
        made = Check(exercise, function.__name__, _sentence(function), function, core, weight, hint, bound, data, full)
        setattr(function, MARK, made)
        return function

    return mark


def mutant(
    exercise: str, *, replaces: str, fails: str, also: Mapping[str, Any] | None = None, constant: bool = False
) -> Callable[[F], F]:
    """Mark a function or class as a wrong answer for the name it `replaces` (and those in `also`); its docstring
    is the sentence for a student with that misconception, `fails` the check that must catch it.

    With `constant`, the name is a constant, and the function (without parameters) returns the wrong value of it.

    Raises
    ------
    ValueError : `fails` is empty.
    TypeError : the function or class has no docstring.
    """
    if not fails:
        raise ValueError(f"a mutant of {replaces} has to name the check that catches it (fails=...)")
    return _variant(exercise, replaces, fails, also, constant)


def naive(
    exercise: str,
    *,
    replaces: str,
    fails: str | Sequence[str],
    also: Mapping[str, Any] | None = None,
    constant: bool = False,
) -> Callable[[F], F]:
    """Mark a mutant as a naive rule: what anybody tries first, such as default settings, the majority, the last value,
    the best single member, or the rule that the text names. No bar may be one that it reaches in any run.

    Takes what `mutant` takes; `fails` may name several checks, since one rule can be the naive one for more than one
    figure.

    Raises
    ------
    ValueError : `fails` is empty.
    TypeError : the function or class has no docstring.
    """
    first, *others = [fails] if isinstance(fails, str) else [*fails, ""]
    marked = mutant(exercise, replaces=replaces, fails=first, also=also, constant=constant)

    def mark(function: F) -> F:
        made: Variant = getattr(marked(function), MARK)
        setattr(function, MARK, replace(made, fails_too=tuple(filter(None, others)), naive=True))
        return function

    return mark


def alternative(
    exercise: str, *, replaces: str, also: Mapping[str, Any] | None = None, constant: bool = False
) -> Callable[[F], F]:
    """Mark a function or class as a right answer that differs from the reference: it must get full marks."""
    return _variant(exercise, replaces, "", also, constant)


def lookup(exercise: str, *, replaces: str, also: Mapping[str, Any] | None = None) -> Callable[[F], F]:
    """Mark a function or class as a look-up: an answer for the name it `replaces` (and those in `also`) that may load
    whole public data sets and look the answers up in them. It must earn no more than a tenth of the exercise's points
    (`autograder.redteam.lookups`); its docstring tells how it goes about it.

    Raises
    ------
    TypeError : the function or class has no docstring.
    """

    def mark(function: F) -> F:
        if not _sentence(function):
            raise TypeError(f"{function.__qualname__}: a look-up needs a docstring that tells how it works")
        answers = {replaces: function, **(also or {})}
        made = Variant(exercise, function.__name__, _sentence(function), answers, looks_up=True)
        setattr(function, MARK, made)
        return function

    return mark


def headline(exercise: str, figure: str, *, book: str, data: str, holds: Callable[[float], bool]) -> Callable[[F], F]:
    """Mark a function without parameters that measures `figure` at full size and returns (figure, size)."""

    def mark(function: F) -> F:
        setattr(function, MARK, Headline(exercise, figure, book, data, function, holds))
        return function

    return mark


def check_of(function: object) -> Check | None:
    """Return the `Check` a function was marked as, or None."""
    made = getattr(function, MARK, None)
    return made if isinstance(made, Check) else None


def _variant(
    exercise: str, replaces: str, fails: str, also: Mapping[str, Any] | None, constant: bool
) -> Callable[[F], F]:
    def mark(function: F) -> F:
        if fails and not function.__doc__:
            raise TypeError(f"{function.__qualname__}: a mutant needs a docstring, the sentence that helps the student")
        answers = {replaces: function() if constant else function, **(also or {})}
        made = Variant(exercise, function.__name__, _sentence(function), answers, fails)
        setattr(function, MARK, made)
        return function

    return mark


def _sentence(function: Callable[..., Any]) -> str:
    return " ".join((inspect.getdoc(function) or "").split())
