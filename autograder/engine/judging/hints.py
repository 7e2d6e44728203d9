"""Which misconception a failed check shows, if any: a sentence is only told where it fits, and nothing right does."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Collection, Iterable, Iterator, Sequence

from autograder.engine.judging.checks import ChapterChecks, Check, Variant
from autograder.engine.judging.replay import Likeness, behaves_like, raised_alike
from autograder.engine.wire.proxy import Call


class HintTime:
    """The time for a submission's hints. Each failed check may take half of what is left."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds

    @contextlib.contextmanager
    def share(self) -> Iterator[float]:
        """Yield the value of `time.monotonic()` until which one check may go on."""
        start = time.monotonic()
        yield start + self._left / 2
        self._left -= time.monotonic() - start


def misconception(
    check: Check, checks: ChapterChecks, transcript: Sequence[Call], hints: HintTime, passed: Collection[str] = ()
) -> str:
    """Return the sentence of the mutant that answers a failed check's requests as the submission did, if any.

    All replies have to be the mutant's, and more like its own than like those of any right answer: what a right answer
    says too is no sign of a mistake. The mutants that this check is there to catch come first; where two of them fit,
    neither is known to be meant. Of the others equal values are not enough, since they may pass this check with them.

    Parameters
    ----------
    passed : checks that the submission has passed: a mutant that has to fail one of them is not what it shows, and is
        not tried.
    """
    mine = [one for one in checks.mutants if one.exercise == check.exercise and not set(one.must_fail) & set(passed)]
    caught = [mutant for mutant in mine if check.name in mutant.must_fail]
    with hints.share() as until:
        right = _RightAnswers(check, checks, transcript, until)
        found = list(itertools.islice(right.worse(caught, Likeness.VALUES), 2))
        if not found:
            others = (mutant for mutant in mine if check.name not in mutant.must_fail)
            found = list(itertools.islice(right.worse(others, Likeness.EXACT), 1))
    return found[0] if len(found) == 1 else ""


class _RightAnswers:
    """The reference and the alternatives, put to the same requests when that is first needed."""

    def __init__(self, check: Check, checks: ChapterChecks, transcript: Sequence[Call], until: float) -> None:
        self._checks, self._transcript, self._until = checks, transcript, until
        others = (one for one in checks.alternatives if one.exercise == check.exercise)
        self._left: list[Variant | None] = [None, *others]  # None is the reference
        self._most = Likeness.NONE
        self._errors: frozenset[int] | None = None

    def worse(self, mutants: Iterable[Variant], least: Likeness) -> Iterator[str]:
        """Yield the sentences of the mutants whose replies are the submission's while those of right answers are not,
        as long as there is time."""
        for mutant in mutants:
            if time.monotonic() >= self._until:
                return
            with contextlib.suppress(Exception):  # a hint is a courtesy: no grade is lost for want of one
                alike = behaves_like(self._checks.namespace(mutant), self._transcript, self.errors())
                if alike >= least and not self.as_like(alike):
                    yield mutant.sentence

    def errors(self) -> frozenset[int]:
        """Return the numbers of the calls at which the reference raises the same kind of error."""
        if self._errors is None:
            self._errors = raised_alike(self._checks.namespace(), self._transcript)
        return self._errors

    def as_like(self, alike: Likeness) -> bool:
        """Return whether a right answer's replies are at least as much like the submission's; True too where there is
        no time to know."""
        while self._left and self._most < alike:
            if time.monotonic() >= self._until:
                return True
            found = behaves_like(self._checks.namespace(self._left.pop(0)), self._transcript)
            self._most = max(self._most, found)
        return self._most >= alike
