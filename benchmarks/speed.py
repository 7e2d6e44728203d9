"""How long: a class, a growing class, a changed check, a kernel's start."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.checkout import Scores
from benchmarks.lab import Lab
from benchmarks.row import BenchmarkRow, row

FLOOR, AIM = 10.0, 20.0  # times faster than nbgrader
BEND = 0.2  # by how much the last submissions may be slower than the first
SWELL = 0.15  # by how much memory may grow with the class
REGRADE = 0.1  # of a full run
_GLANCES = 4.0  # looks at memory per second while time counts as well: few enough not to weigh


def class_of_30(lab: Lab) -> Iterator[BenchmarkRow]:
    """The whole command on one class, ours and nbgrader's in turn; the grades have to be the same."""
    ours, stock = [], []
    for turn in range(max(lab.sizes.repeats, lab.sizes.stock_repeats)):
        if turn < lab.sizes.repeats:
            ours.append(lab.ours(lab.sizes.many))
        if turn < lab.sizes.stock_repeats:
            stock.append(lab.nbgrader(lab.sizes.many))
    scores = [run.scores for run in (*ours, *stock)]
    differ = sorted({student for other in scores[1:] for student in _differing(scores[0], other)})
    said = "the grades differ for " + ", ".join(differ) if differ else f"the same {len(scores[0])} grades in every run"
    made = row(
        f"class_of_{lab.sizes.many}",
        "s",
        [run.took.wall for run in ours],
        [run.took.wall for run in stock],
        f">= {FLOOR:g}x as fast, the same grades (aim: {AIM:g}x)",
        holds=False,
        detail=said,
    )
    yield made.model_copy(update={"holds": not differ and (made.ratio or 0) >= FLOOR})


def growth(lab: Lab) -> Iterator[BenchmarkRow]:
    """Classes of growing size: time is linear, and memory does not grow."""
    counts, walls, totals = list(lab.sizes.growth), [], []
    for count in counts:
        took = lab.ours(count, hertz=_GLANCES).took
        assert took.memory is not None
        walls.append(took.wall)
        totals.append(took.memory.total)
    slope, start, linear = line(counts, walls)
    first, last = line(counts[:-1], walls[:-1])[0], (walls[-1] - walls[-2]) / (counts[-1] - counts[-2])
    few, many = lab.sizes.few, lab.sizes.many
    each = [(b.took.wall - a.took.wall) / (many - few) for a in lab.nbgrader_runs(few) for b in lab.nbgrader_runs(many)]
    seconds = ", ".join(f"{count}: {wall:.1f} s" for count, wall in zip(counts, walls, strict=True))
    yield row(
        "growth: time per further submission",
        "s",
        [slope],
        each,
        f"linear: the slope at the end is within {BEND:.0%} of that at the start",
        holds=abs(last / first - 1) <= BEND,
        detail=f"{seconds}; R2 {linear:.4f}, start-up {start:.1f} s, slope {first:.3f} then {last:.3f} s",
    )
    base = totals[counts.index(many)] if many in counts[:-1] else totals[0]
    sizes = ", ".join(f"{count}: {total:.0f} MB" for count, total in zip(counts, totals, strict=True))
    yield row(
        "growth: peak memory of all processes",
        "MB",
        [totals[-1]],
        [],
        f"at the largest class within {SWELL:.0%} of a class of {many}",
        holds=totals[-1] <= base * (1 + SWELL),
        detail=sizes,
    )


def regrade(lab: Lab) -> Iterator[BenchmarkRow]:
    """One check is changed and the class graded again, as a share of grading it from nothing."""
    lab.nbgrader(lab.sizes.regrade[0])
    # nbgrader keeps nothing by check, so that what changed makes no difference to it.
    full = lab.nbgrader_runs(lab.sizes.regrade[0])[-1].took.wall
    again = lab.stock.grade("--force")[0].wall
    for count in lab.sizes.regrade:
        first = lab.ours(count)
        repeats = []
        for step in range(lab.sizes.repeats):
            lab.checkout.change_check(step + 1)
            repeats.append(lab.ours_again())
        shares = [run.took.wall / first.took.wall for run in repeats]
        same = all(run.scores == first.scores for run in repeats)
        judged = count == lab.sizes.regrade[-1]
        said = f"{first.took.wall:.1f} s from nothing, then {', '.join(f'{run.took.wall:.1f} s' for run in repeats)}"
        yield row(
            f"regrade of {count} after one changed check",
            "of a full run",
            shares,
            [again / full] if count == lab.sizes.regrade[0] else [],
            f"<= {REGRADE:.0%}, the same grades" if judged else "the same grades; nearly all of it is start-up",
            holds=same and (not judged or float(np.median(shares)) <= REGRADE),
            detail=said if same else f"{said}; the grades changed",
        )


def start(lab: Lab) -> Iterator[BenchmarkRow]:
    """From starting a kernel to the end of a first cell that imports numpy, pandas, scikit-learn and torch."""
    found = json.loads(lab.checkout.run("benchmarks.kernel_start", "--repeats", str(lab.sizes.starts)).output)
    yield row(
        "start: kernel to first cell done",
        "s",
        found["ours"],
        found["cold"],
        "sooner than a cold kernel",
        holds=float(np.median(found["ours"])) < float(np.median(found["cold"])),
        detail=f"our very first, which warms the others, took {found['first'][0]:.2f} s",
    )


def line(counts: Sequence[int], figures: Sequence[float]) -> tuple[float, float, float]:
    """Fit a straight line by least squares; return its slope, its intercept and R2."""
    slope, intercept = np.polyfit(counts, figures, 1)
    residuals = np.asarray(figures) - (slope * np.asarray(counts) + intercept)
    spread = float(np.sum((np.asarray(figures) - np.mean(figures)) ** 2))
    return float(slope), float(intercept), 1 - float(np.sum(residuals**2)) / spread if spread else 1.0


def _differing(left: Scores, right: Scores) -> set[str]:
    return {student for student in left.keys() | right.keys() if left.get(student) != right.get(student)}
