"""What an audit finds of one exercise, and what it has to find."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, computed_field

from autograder.calibration.calibrate import FALSE_FAIL

KILLED = 0.95  # of an exercise's automatic mutants,
LEAST_TRIED = 20  # of which so many have to be tried, where there are
CAUGHT = 0.95  # of the wrong answers that were written blind
LAZY = 0.1  # of an exercise's points


class Survivor(BaseModel):
    """An automatic mutant that passes all checks.

    Attributes
    ----------
    checks : those that ask for what is changed.
    """

    model_config = ConfigDict(frozen=True)

    mutant: str
    checks: tuple[str, ...]


class AuditRow(BaseModel):
    """One exercise's figures.

    Attributes
    ----------
    broken : checks that the reference fails; nothing else is tried then.
    unasked : answers that no check asks for.
    handwritten, handwritten_killed : mutants that a person wrote, and those that fail all checks there for them.
    automatic, automatic_killed, automatic_all : automatic mutants that were tried, that were found out, and that there
        are; those of the alternatives and crossings among them. A habit that had no occasion is none.
    equivalent : automatic mutants that a person has found to be right.
    free : automatic mutants of what the statement leaves open, such as the settings of a model that has to reach a bar.
    alternatives, alternatives_passed, restylings, restylings_passed : right answers, and those that pass all checks.
    blind_right, blind_right_passed, blind_wrong, blind_wrong_caught : answers written from the notebook alone, and the
        wrong ones that fail a check of what is wrong in them.
    false_fail_rate : share of draws in which the reference fails a check without a bar, of `false_fail_runs`; for those
        with one it is what they were calibrated for.
    false_fail_bound : what the rate is below, as far as these draws can tell, with 95% confidence: the upper end of
        Clopper and Pearson's exact interval.
    flake_rate : share of runs with one and the same seed in which the reference fails, of `flake_runs`.
    lazy_score : the largest share of points that an answer without work earns.
    hint_accuracy : share of the handwritten mutants that are told what they have got wrong.
    confusions : mutants that are told something else: the sentence of which other mutant, or ("") none.
    leaks : checks that repeat an answer's own words to the student.
    survivors, troubles, wronged, blind_lost, blind_kept, unsteady : which.
    """

    model_config = ConfigDict(frozen=True)

    exercise: str
    broken: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()
    handwritten: int = 0
    handwritten_killed: int = 0
    automatic: int = 0
    automatic_killed: int = 0
    automatic_all: int = 0
    equivalent: int = 0
    free: int = 0
    alternatives: int = 0
    alternatives_passed: int = 0
    restylings: int = 0
    restylings_passed: int = 0
    blind_right: int = 0
    blind_right_passed: int = 0
    blind_wrong: int = 0
    blind_wrong_caught: int = 0
    false_fail_runs: int = 0
    false_fail_rate: float | None = None
    flake_runs: int = 0
    flake_rate: float | None = None
    lazy_score: float = 0.0
    hint_accuracy: float | None = None
    leaks: int = 0
    seconds: float = 0.0
    survivors: tuple[Survivor, ...] = ()
    troubles: tuple[str, ...] = ()
    confusions: tuple[tuple[str, str], ...] = ()
    wronged: tuple[str, ...] = ()
    blind_lost: tuple[str, ...] = ()
    blind_kept: tuple[str, ...] = ()
    unsteady: tuple[str, ...] = ()

    @computed_field  # type: ignore[prop-decorator]
    @property
    def false_fail_bound(self) -> float | None:
        """Upper bound of the rate of false fails; None where nothing was drawn."""
        if not self.false_fail_runs:
            return None
        from scipy.stats import binomtest

        failed = round((self.false_fail_rate or 0.0) * self.false_fail_runs)
        found = binomtest(failed, self.false_fail_runs, alternative="less").proportion_ci(0.95, method="exact")
        return round(float(found.high), 6)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def holds(self) -> bool:
        """Whether the exercise's checks are as good as they have to be."""
        return not self.shortcomings

    @property
    def shortcomings(self) -> tuple[str, ...]:
        """What is not as it has to be, in words."""
        short = [f"the reference fails {name}" for name in self.broken]
        short += [f"no check asks for {name}" for name in self.unasked]
        if self.handwritten_killed < self.handwritten:
            short.append(f"{self.handwritten - self.handwritten_killed} written mutants pass")
        if self.automatic_killed < KILLED * self.automatic:
            short.append(f"{self.automatic - self.automatic_killed} of {self.automatic} automatic mutants pass")
        if self.automatic < min(LEAST_TRIED, self.automatic_all):
            short.append(f"only {self.automatic} of {self.automatic_all} automatic mutants were tried")
        if self.alternatives_passed < self.alternatives or self.restylings_passed < self.restylings:
            short.append("right answers fail: " + "; ".join(self.wronged))
        if self.blind_right_passed < self.blind_right:
            short.append("blind right answers fail: " + "; ".join(self.blind_lost))
        if self.blind_wrong_caught < CAUGHT * self.blind_wrong:
            short.append("blind wrong answers keep their points: " + "; ".join(self.blind_kept))
        if (self.false_fail_rate or 0) > FALSE_FAIL or self.flake_rate:
            short.append("the draw decides: " + ", ".join(self.unsteady))
        if self.lazy_score > LAZY:
            short.append(f"a lazy answer earns {self.lazy_score:.0%}")
        if self.leaks:
            short.append(f"{self.leaks} checks tell what they asked")
        return (*short, *(f"not judged: {one}" for one in self.troubles))
