"""What authors of checks write with: `check`, `mutant`, `alternative`, `lookup` and `headline`.

Each decorator only marks a function; `load_chapter` gathers the marked ones of a chapter. The functions stay ordinary:
pytest collects them, and they can be called by hand.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, TypeVar

from course.errors import AuthorError, Problem
from course.project import Project

F = TypeVar("F", bound=Callable[..., Any])
Bound = Literal["at_least", "at_most"]
_MARK = "__course__"
_PARAMETERS = ("student", "rng")


@dataclass(frozen=True)
class Check:
    """One promise an answer must keep.

    Attributes
    ----------
    exercise : id in the curriculum.
    name : the function's name.
    sentence : its docstring, which the student reads; ``{threshold}`` stands for the calibrated bound.
    function : called as ``function(student, rng)``; asserts, or returns the figure to be bounded.
    core : an exercise earns nothing until one of its core checks passes, so that an answer which does
        nothing can't collect the side conditions. With no core check marked, all are.
    weight : share of the exercise's points, relative to its other checks.
    hint : shown when the check fails and no known misconception matches.
    bound : how a returned figure compares with the calibrated threshold; None for a check that asserts.
    data : the data set the figure depends on; real data and stand-in have thresholds of their own.
    """

    exercise: str
    name: str
    sentence: str
    function: Callable[..., float | None] = field(repr=False, compare=False)
    core: bool = False
    weight: float = 1.0
    hint: str = ""
    bound: Bound | None = None
    data: str = ""


@dataclass(frozen=True)
class Variant:
    """An answer of ours other than the reference: a mutant (wrong), an alternative (right) or a look-up (an attack).

    Attributes
    ----------
    exercise, name : which exercise, and the function's own name.
    sentence : for a mutant, what would help a student who has this misconception.
    answers : the reference's names it replaces, with what stands for them.
    fails : for a mutant, the check that is there to catch it. Empty for the others.
    looks_up : it knows a whole public data set, labels and all, and may earn next to nothing by that.
    """

    exercise: str
    name: str
    sentence: str
    answers: Mapping[str, Any] = field(repr=False, compare=False)
    fails: str = ""
    looks_up: bool = False


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


@dataclass(frozen=True)
class Answers:
    """Our own answers to a chapter: the reference's by name, and the wrong, right and attacking variants of them."""

    reference: Mapping[str, Any]
    mutants: tuple[Variant, ...] = ()
    alternatives: tuple[Variant, ...] = ()
    lookups: tuple[Variant, ...] = ()


@dataclass(frozen=True)
class ChapterChecks:
    """All that is known of a chapter beside its text.

    Attributes
    ----------
    checks : in the order they are written.
    load_answers : imports our own answers; called when they are first needed, since a submission that passes needs
        none of them, and their libraries take seconds to import.
    """

    chapter: str
    checks: tuple[Check, ...]
    load_answers: Callable[[], Answers] = field(repr=False, compare=False)

    @functools.cached_property
    def answers(self) -> Answers:
        """Our own answers."""
        return self.load_answers()

    @property
    def mutants(self) -> tuple[Variant, ...]:
        """Wrong answers that must fail."""
        return self.answers.mutants

    @property
    def alternatives(self) -> tuple[Variant, ...]:
        """Right answers that must pass."""
        return self.answers.alternatives

    @property
    def lookups(self) -> tuple[Variant, ...]:
        """Answers that know the public data sets by heart, which must gain next to nothing."""
        return self.answers.lookups

    @property
    def reference(self) -> Mapping[str, Any]:
        """All names of the chapter's solutions."""
        return self.answers.reference

    def of(self, exercise: str) -> tuple[Check, ...]:
        """Return the checks of one exercise, in the order they are written."""
        return tuple(check for check in self.checks if check.exercise == exercise)

    def namespace(self, variant: Variant | None = None) -> dict[str, Any]:
        """Return the reference's names, with those of `variant` in their place."""
        return {**self.reference, **(variant.answers if variant else {})}


def check(
    exercise: str,
    *,
    core: bool = False,
    weight: float = 1.0,
    hint: str = "",
    at_least: bool = False,
    at_most: bool = False,
    data: str = "",
) -> Callable[[F], F]:
    """Mark ``test_...(student, rng)`` as a hidden check of `exercise`; see `Check` for the parameters.

    With `at_least` or `at_most` the function returns a figure, which must reach or stay under the threshold that
    ``course calibrate`` has written beside the checks.

    Raises
    ------
    ValueError : `weight` is not positive, or both bounds are asked for.
    TypeError : the function's parameters are others, or it has no docstring.
    """
    if at_least and at_most:
        raise ValueError("a check has one bound: at_least or at_most")
    if not 0 < weight < math.inf:
        raise ValueError(f"a check's weight is a positive number, not {weight}")

    def mark(function: F) -> F:
        bound: Bound | None = "at_least" if at_least else "at_most" if at_most else None
        parameters = tuple(inspect.signature(function).parameters)
        if parameters != _PARAMETERS:
            raise TypeError(f"{function.__qualname__}{parameters}: a check takes exactly (student, rng)")
        if not _sentence(function):
            raise TypeError(f"{function.__qualname__}: a check needs a docstring, the sentence the student reads")
        made = Check(exercise, function.__name__, _sentence(function), function, core, weight, hint, bound, data)
        setattr(function, _MARK, made)
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
        setattr(function, _MARK, made)
        return function

    return mark


def headline(exercise: str, figure: str, *, book: str, data: str, holds: Callable[[float], bool]) -> Callable[[F], F]:
    """Mark a function without parameters that measures `figure` at full size and returns (figure, size)."""

    def mark(function: F) -> F:
        setattr(function, _MARK, Headline(exercise, figure, book, data, function, holds))
        return function

    return mark


def check_of(function: object) -> Check | None:
    """Return the `Check` a function was marked as, or None."""
    made = getattr(function, _MARK, None)
    return made if isinstance(made, Check) else None


def load_chapter(chapter: str) -> ChapterChecks:
    """Import a chapter's checks. The checkout must be importable (`Project.activate`)."""
    import autograder.checks

    found = _gather(autograder.checks, chapter, Project.check_files, "test_<theme>.py")
    checks = tuple(item for item in found if isinstance(item, Check))
    return ChapterChecks(chapter, checks, functools.partial(_load_answers, chapter))


def _load_answers(chapter: str) -> Answers:
    import autograder.mutants

    found = _gather(autograder.mutants, chapter, Project.mutant_files, "<theme>.py")
    variants = [item for item in found if isinstance(item, Variant)]
    return Answers(
        load_reference(chapter),
        mutants=tuple(item for item in variants if item.fails),
        alternatives=tuple(item for item in variants if not item.fails and not item.looks_up),
        lookups=tuple(item for item in variants if item.looks_up),
    )


def load_reference(chapter: str) -> dict[str, Any]:
    """Import a chapter's solutions, and return all names of all its themes."""
    import solutions

    names: dict[str, Any] = {}
    for module in _modules(solutions, chapter, Project.solution_files, "<theme>.py"):
        names |= {name: value for name, value in vars(module).items() if not name.startswith("__")}
    return names


def load_headlines(chapter: str) -> tuple[Headline, ...]:
    """Import a chapter's full-size figures."""
    import autograder.checks

    found = _gather(autograder.checks, chapter, Project.headline_files, "headline.py")
    return tuple(item for item in found if isinstance(item, Headline))


def _variant(
    exercise: str, replaces: str, fails: str, also: Mapping[str, Any] | None, constant: bool
) -> Callable[[F], F]:
    def mark(function: F) -> F:
        if fails and not function.__doc__:
            raise TypeError(f"{function.__qualname__}: a mutant needs a docstring, the sentence that helps the student")
        answers = {replaces: function() if constant else function, **(also or {})}
        made = Variant(exercise, function.__name__, _sentence(function), answers, fails)
        setattr(function, _MARK, made)
        return function

    return mark


_Files = Callable[[Project, str], list[Path]]


def _gather(package: ModuleType, chapter: str, files: _Files, wanted: str) -> Iterator[object]:
    """Yield what is marked in a chapter's modules of a package."""
    for module in _modules(package, chapter, files, wanted):
        yield from _marked(module)


def _modules(package: ModuleType, chapter: str, files: _Files, wanted: str) -> Iterator[ModuleType]:
    """Import a chapter's modules below `package`, in the order of their names."""
    folder = Path(package.__path__[0])  # of a checkout: solutions, autograder/checks or autograder/mutants
    root = folder.parents[package.__name__.count(".")]
    found = files(Project(root), chapter)
    if not found:
        raise AuthorError([Problem(folder / chapter, 0, f"there is no {wanted} in it.")])
    for path in found:
        yield importlib.import_module(f"{package.__name__}.{chapter}.{path.stem}")


def _marked(module: ModuleType) -> Iterator[object]:
    for value in vars(module).values():
        # A class that inherits from a marked one is not marked itself.
        if getattr(value, "__module__", None) == module.__name__ and _MARK in getattr(value, "__dict__", {}):
            yield vars(value)[_MARK]


def _sentence(function: Callable[..., Any]) -> str:
    return " ".join((inspect.getdoc(function) or "").split())
