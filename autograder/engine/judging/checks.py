"""What is known of a chapter beside its text: its checks, and our own answers, wrong and right ones."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Bound = Literal["at_least", "at_most"]


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
    hint : shown when the check fails and no known misconception matches; it is about what an answer does, so not where
        one did not answer in time, or what it ended in is known.
    bound : how a returned figure compares with the calibrated threshold; None for a check that asserts.
    data : the data set the figure depends on; real data and stand-in have thresholds of their own.
    full_size : asks for the exercise's own target on all the real data, which takes minutes: it is run where that is
        asked for, and has points of its own.
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
    full_size: bool = False


class Threshold(Protocol):
    """A calibrated bound. Who implements it: `course.authoring.thresholds.Calibration`."""

    @property
    def threshold(self) -> float:
        """The figure that an answer must reach, or stay under."""
        ...


@dataclass(frozen=True)
class Variant:
    """An answer of ours other than the reference: a mutant (wrong), an alternative (right) or a look-up (an attack).

    Attributes
    ----------
    exercise, name : which exercise, and the function's own name.
    sentence : for a mutant, what would help a student who has this misconception.
    answers : the reference's names it replaces, with what stands for them.
    fails : for a mutant, the check that is there to catch it. Empty for the others.
    fails_too : for a naive rule, the other checks that it must fail.
    naive : a mutant that is what anybody tries first: no bar may be one that it reaches.
    looks_up : it knows a whole public data set, labels and all, and may earn next to nothing by that.
    """

    exercise: str
    name: str
    sentence: str
    answers: Mapping[str, Any] = field(repr=False, compare=False)
    fails: str = ""
    fails_too: tuple[str, ...] = ()
    naive: bool = False
    looks_up: bool = False

    @property
    def must_fail(self) -> tuple[str, ...]:
        """The names of all checks that are there to catch it."""
        return (self.fails, *self.fails_too) if self.fails else ()


@dataclass(frozen=True)
class Answers:
    """Our own answers to a chapter: the reference's by name, and the wrong, right and attacking variants of them."""

    reference: Mapping[str, Any]
    mutants: tuple[Variant, ...] = ()  # naive rules among them
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

    def of(self, exercise: str, full_size: bool = False) -> tuple[Check, ...]:
        """Return the checks of one exercise, in the order they are written: those at full size, or the others."""
        return tuple(one for one in self.checks if one.exercise == exercise and one.full_size == full_size)

    def namespace(self, variant: Variant | None = None) -> dict[str, Any]:
        """Return the reference's names, with those of `variant` in their place."""
        return {**self.reference, **(variant.answers if variant else {})}
