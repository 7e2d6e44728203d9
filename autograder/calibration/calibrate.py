"""Measures the thresholds of stochastic checks: the right answers over many seeds, at grading size.

The threshold is a one-sided normal tolerance limit: with 95% confidence, at most one in a thousand runs of a right
answer lies beyond it (Hahn & Meeker, *Statistical Intervals*, 1991, §4.6). It is taken for the reference and for every
alternative, and the most lenient wins; it is never stricter than the worst run that was seen.
"""

from __future__ import annotations

import contextlib
import math
import os
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from multiprocessing import get_context

import numpy as np
from scipy import stats

from autograder.engine.judging.checks import ChapterChecks, Check, Variant
from autograder.engine.judging.judge import Seed
from autograder.engine.wire.proxy import LocalSession, Student
from autograder.testing.chapter import load_chapter
from autograder.testing.thresholds import Calibration, Rival
from course.errors import AuthorError, Problem
from course.project import Project

FALSE_FAIL = 0.001
CONFIDENCE = 0.95


@dataclass(frozen=True)
class CalibrationPlan:
    """How often each kind of answer is run."""

    reference: int = 100
    alternative: int = 40
    mutant: int = 10


@dataclass(frozen=True)
class _Job:
    """One answer's figure for one seed; `answer` is empty for the reference."""

    chapter: str
    check: str
    answer: str
    seed: int


def calibrate(
    project: Project, chapter: str, plan: CalibrationPlan, source: str, workers: int, only: frozenset[str] = frozenset()
) -> Iterator[Calibration]:
    """Yield the calibration of each check of `chapter` that returns a figure.

    Parameters
    ----------
    source : ``real`` or ``stand-in``: which data the figures are measured on.
    workers : processes to use.
    only : names of checks; all when empty.
    """
    checks = load_chapter(chapter)
    with data_from(source), ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as executor:
        for check in checks.checks:
            if check.bound is None or (only and check.name not in only):
                continue
            figures: dict[str, list[float]] = {}
            jobs = [
                _Job(chapter, check.name, name, n) for name, runs in _answers(checks, check, plan) for n in range(runs)
            ]
            for job, figure in zip(jobs, executor.map(_figure, [project] * len(jobs), jobs), strict=True):
                if not math.isnan(figure):
                    figures.setdefault(job.answer, []).append(figure)
            yield summarise(check, source if check.data else "any", figures, {m.name for m in checks.mutants})


def summarise(check: Check, data: str, figures: dict[str, list[float]], mutants: set[str]) -> Calibration:
    """Return the threshold that follows from the figures of the reference (key ``""``) and the other answers."""
    sign = 1.0 if check.bound == "at_least" else -1.0
    right = {name: sign * np.array(values) for name, values in figures.items() if name not in mutants}
    threshold = min(min(tolerance_limit(values), values.min()) for values in right.values())
    reference = right.pop("")
    rivals = [
        Rival(
            name=name,
            kind="mutant" if name in mutants else "alternative",
            runs=len(values),
            mean=float(np.mean(values)),
            worst=float(sign * (np.max if name in mutants else np.min)(sign * np.array(values))),
        )
        for name, values in figures.items()
        if name
    ]
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
        method=f"normal tolerance limit, {CONFIDENCE:.0%} confidence, over reference and alternatives",
        rivals=tuple(rivals),
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


def _answers(checks: ChapterChecks, check: Check, plan: CalibrationPlan) -> Iterator[tuple[str, int]]:
    yield "", plan.reference
    for variant in checks.alternatives:
        if variant.exercise == check.exercise:
            yield variant.name, plan.alternative
    for variant in checks.mutants:
        if variant.fails == check.name:
            yield variant.name, plan.mutant


def _figure(project: Project, job: _Job) -> float:
    project.importable()
    checks = load_chapter(job.chapter)
    check = next(check for check in checks.checks if check.name == job.check)
    variant = _variant([*checks.alternatives, *checks.mutants], job.answer)
    rng = Seed("calibrate", job.answer, str(job.seed)).rng(check)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            figure = check.function(Student(LocalSession(checks.namespace(variant))), rng)
            if figure is None:
                raise TypeError("it must return the figure to be bounded")
            return float(figure)
        except Exception as error:
            if variant is not None and variant.fails:
                return math.nan  # a mutant may fail without reaching a figure
            problem = f"{job.answer or 'the reference'} fails {job.check} on seed {job.seed}: {error}"
            raise AuthorError([Problem(project.checks, 0, problem, job.chapter, check.exercise)]) from None


def _variant(variants: Sequence[Variant], name: str) -> Variant | None:
    return next((variant for variant in variants if variant.name == name), None) if name else None


def _outward(value: float) -> float:
    """Round down to four significant digits, so that the committed figure is no stricter than the measured one."""
    if value == 0 or not np.isfinite(value):
        return value
    unit = Decimal(1).scaleb(Decimal(value).adjusted() - 3)
    return float(Decimal(value).quantize(unit, rounding=ROUND_FLOOR))
