"""Measures the thresholds of stochastic checks: the right answers over many seeds, at grading size.

With 95% confidence, at most one in a thousand runs of a right answer lies beyond the threshold. Where a check is cheap
that is counted: of 3,000 runs of the reference none does (the upper limit of Clopper and Pearson is then 0.000998).
Elsewhere, and for the alternatives, it is a one-sided normal tolerance limit (Hahn & Meeker, *Statistical Intervals*,
1991, §4.6). The most lenient wins; it is never stricter than the worst run that was seen.

A threshold that a naive rule or another mutant reaches in any run is no threshold: it is refused.
"""

from __future__ import annotations

import contextlib
import functools
import math
import os
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping, Set
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from multiprocessing import get_context

import numpy as np
from scipy import stats

from autograder.calibration.asked import Listening
from autograder.engine.judging.checks import ChapterChecks, Check
from autograder.engine.judging.judge import Seed
from autograder.engine.wire.proxy import LocalSession, Student
from autograder.testing.chapter import load_chapter
from course.authoring.thresholds import Calibration, Kind, Rival, calibration_path
from course.errors import AuthorError, Problem
from course.project import Project

FALSE_FAIL = 0.001
CONFIDENCE = 0.95
COUNTED = 3_000  # runs of the reference from which on none need fail to bound the share by `FALSE_FAIL`
_TIMED = 3  # runs by which the others' time is estimated; the first one may load data


@dataclass(frozen=True)
class CalibrationPlan:
    """How often each kind of answer is run.

    Attributes
    ----------
    reference, alternative, naive, mutant : runs of each.
    count_seconds : the reference is run 3,000 times where that takes no longer than this.
    """

    reference: int = 100
    alternative: int = 40
    naive: int = 40
    mutant: int = 10
    count_seconds: float = 240.0

    @classmethod
    def of(cls, runs: int, count_seconds: float) -> CalibrationPlan:
        """Return a plan with so many runs of the reference, and fewer of the others."""
        others = max(10, runs * 2 // 5)
        return cls(runs, others, others, max(5, runs // 10), count_seconds)

    def reference_runs(self, seconds: float, workers: int) -> int:
        """Return how often the reference is run, when one run takes so many seconds."""
        return max(self.reference, COUNTED) if COUNTED * seconds <= self.count_seconds * workers else self.reference


@dataclass(frozen=True)
class _Job:
    """One answer's figure for one seed; `answer` is empty for the reference."""

    chapter: str
    check: str
    answer: str
    seed: int


def calibrate(
    project: Project,
    chapter: str,
    plan: CalibrationPlan,
    source: str,
    workers: int,
    only: frozenset[str],
    known: Mapping[tuple[str, str], Calibration] | None = None,
) -> Iterator[Calibration]:
    """Yield the calibration of each check of `chapter` that returns a figure.

    Parameters
    ----------
    source : ``real`` or ``stand-in``: which data the figures are measured on.
    workers : processes to use.
    only : the names of those checks that are run.
    known : by check and data, where what the right answers get is measured already: the wrong ones alone are run.
    """
    checks = load_chapter(chapter)
    with data_from(source), ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as executor:
        for check in checks.checks:
            if check.bound is None or check.name not in only:
                continue
            run = functools.partial(_run, executor, project)
            data = source if check.data else "any"
            if known is not None:
                jobs = [_Job(chapter, check.name, name, n) for name, m in _wrong(checks, check, plan) for n in range(m)]
                yield _with_wrong(known[check.name, data], check, run(jobs).figures, _kinds(checks))
                continue
            first = [_Job(chapter, check.name, "", n) for n in range(min(_TIMED, plan.reference))]
            found = run(first)
            figures = found.figures
            runs = plan.reference_runs(found.fastest, workers)
            jobs = [_Job(chapter, check.name, "", n) for n in range(len(first), runs)]
            others = [*_right(checks, check, plan, found.names), *_wrong(checks, check, plan)]
            jobs += [_Job(chapter, check.name, name, n) for name, m in others for n in range(m)]
            for name, values in run(jobs).figures.items():
                figures.setdefault(name, []).extend(values)
            yield summarise(check, data, figures, _kinds(checks))


def summarise(check: Check, data: str, figures: dict[str, list[float]], kinds: Mapping[str, Kind]) -> Calibration:
    """Return the threshold that follows from the figures of the reference (key ``""``) and the other answers.

    Parameters
    ----------
    kinds : of those among them that are wrong; the others are alternatives.
    """
    sign = 1.0 if check.bound == "at_least" else -1.0
    right = {name: sign * np.array(values) for name, values in figures.items() if name not in kinds}
    reference = right.pop("")
    counted = len(reference) >= COUNTED
    limits = [tolerance_limit(values) for values in (*right.values(), *([] if counted else [reference]))]
    threshold = min([*limits, reference.min(), *(values.min() for values in right.values())])
    rivals = _rivals(check, {name: values for name, values in figures.items() if name}, kinds)
    return Calibration(
        check=check.name,
        data=data,
        threshold=float(sign * _outward(threshold)),
        runs=len(reference),
        mean=float(sign * reference.mean()),
        sd=float(reference.std(ddof=1)),
        worst=float(sign * reference.min()),
        best=float(sign * reference.max()),
        false_fail=FALSE_FAIL,
        method=_COUNTED.format(runs=len(reference)) if counted else _LIMIT,
        rivals=rivals,
    )


def _with_wrong(
    row: Calibration, check: Check, figures: dict[str, list[float]], kinds: Mapping[str, Kind]
) -> Calibration:
    """Return the calibration with these figures in the place of those that its wrong answers had."""
    right = tuple(rival for rival in row.rivals if rival.kind == "alternative")
    return row.model_copy(update={"rivals": right + _rivals(check, figures, kinds)})


def _rivals(check: Check, figures: dict[str, list[float]], kinds: Mapping[str, Kind]) -> tuple[Rival, ...]:
    sign = 1.0 if check.bound == "at_least" else -1.0
    return tuple(
        Rival(
            name=name,
            kind=kinds.get(name, "alternative"),
            runs=len(values),
            mean=float(np.mean(values)),
            worst=float(sign * (np.max if name in kinds else np.min)(sign * np.array(values))),
        )
        for name, values in figures.items()
    )


_LIMIT = f"normal tolerance limit, {CONFIDENCE:.0%} confidence, over reference and alternatives"
_COUNTED = (
    f"counted: 0 of {{runs}} runs of the reference, {CONFIDENCE:.0%} confidence; alternatives as by tolerance limit"
)


def refusals(project: Project, chapter: str, exercise: str, row: Calibration) -> list[Problem]:
    """Return a problem for each wrong answer that passes the threshold of `row` in any of its runs."""
    return [
        Problem(calibration_path(project.checks, chapter), 0, _refusal(row, rival), chapter, exercise)
        for rival in row.rivals
        if rival.kind != "alternative" and row.passes(rival.worst)
    ]


def _refusal(row: Calibration, rival: Rival) -> str:
    kind = "naive rule" if rival.kind == "naive" else "mutant"
    return (
        f"{row.check} ({row.data}): the {kind} `{rival.name}` reaches {rival.worst:.4g} in its best of {rival.runs} "
        f"runs, the bar is {row.threshold:.4g}: it is not written. Measure the gain over that rule on the same rows "
        "and seeds, draw more rows or more often, or ask on data where the rule is clearly worse."
    )


def tolerance_limit(values: np.ndarray) -> float:
    """Return the lower one-sided normal tolerance limit of `values`, shape (n,): mean - k sd."""
    n = len(values)
    quantile = stats.norm.ppf(1 - FALSE_FAIL)
    k = stats.nct.ppf(CONFIDENCE, n - 1, quantile * np.sqrt(n)) / np.sqrt(n)
    return float(values.mean() - k * values.std(ddof=1))


@contextlib.contextmanager
def data_from(source: str) -> Iterator[None]:
    """Let worker processes started meanwhile see real data, or only stand-ins."""
    if source == "real":
        yield
        return
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as nothing:
        os.environ.pop("COURSE_DATA_MIRROR", None)
        os.environ.update(COURSE_DATA_CACHE=nothing, COURSE_DATA_OFFLINE="1")
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def _right(checks: ChapterChecks, check: Check, plan: CalibrationPlan, asked: Set[str]) -> Iterator[tuple[str, int]]:
    """Yield the names of the alternatives that can do otherwise than the reference on `check`, and how often each is
    run: they replace something that it asks for. (What the reference's functions call is its own.)"""
    for variant in checks.alternatives:
        if variant.exercise == check.exercise and asked & variant.answers.keys():
            yield variant.name, plan.alternative


def _wrong(checks: ChapterChecks, check: Check, plan: CalibrationPlan) -> Iterator[tuple[str, int]]:
    for variant in checks.mutants:
        if check.name in variant.must_fail:
            yield variant.name, plan.naive if variant.naive else plan.mutant


def _kinds(checks: ChapterChecks) -> dict[str, Kind]:
    return {variant.name: "naive" if variant.naive else "mutant" for variant in checks.mutants}


@dataclass
class _Found:
    """What some runs have given.

    Attributes
    ----------
    figures : by answer; those that were reached.
    fastest : seconds that the fastest run took.
    names : what was asked of the reference.
    """

    figures: dict[str, list[float]] = field(default_factory=dict)
    fastest: float = math.inf
    names: set[str] = field(default_factory=set)


def _run(executor: ProcessPoolExecutor, project: Project, jobs: list[_Job]) -> _Found:
    found = _Found()
    for job, one in zip(jobs, executor.map(_figure, [project] * len(jobs), jobs), strict=True):
        found.fastest = min(found.fastest, one.seconds)
        found.names |= one.names
        if not math.isnan(one.figure):
            found.figures.setdefault(job.answer, []).append(one.figure)
    return found


@dataclass(frozen=True)
class _Figure:
    """One run's figure, NaN for a wrong answer that reaches none; its seconds; what it asked of the reference."""

    figure: float
    seconds: float
    names: frozenset[str]


@functools.cache
def _loaded(chapter: str) -> ChapterChecks:
    return load_chapter(chapter)


def _figure(project: Project, job: _Job) -> _Figure:
    project.importable()
    checks = _loaded(job.chapter)
    check = next(check for check in checks.checks if check.name == job.check)
    variants = {variant.name: variant for variant in (*checks.alternatives, *checks.mutants)}
    variant = variants.get(job.answer)
    rng = Seed("calibrate", job.answer, str(job.seed)).rng(check)
    session = LocalSession(checks.namespace(variant)) if variant else Listening(checks.namespace())
    start = time.monotonic()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            figure = check.function(Student(session), rng)
            if figure is None:
                raise TypeError("it must return the figure to be bounded")
        except Exception as error:
            if variant is None or not variant.fails:  # a mutant may fail without reaching a figure
                problem = f"{job.answer or 'the reference'} fails {job.check} on seed {job.seed}: {error}"
                raise AuthorError([Problem(project.checks, 0, problem, job.chapter, check.exercise)]) from None
            figure = math.nan
    names = frozenset(session.names) if isinstance(session, Listening) else frozenset()
    return _Figure(float(figure), time.monotonic() - start, names)


def _outward(value: float) -> float:
    """Round down to four significant digits, so that the committed figure is no stricter than the measured one."""
    if value == 0 or not np.isfinite(value):
        return value
    unit = Decimal(1).scaleb(Decimal(value).adjusted() - 3)
    return float(Decimal(value).quantize(unit, rounding=ROUND_FLOOR))
