"""How long a command takes that a resident runs, beside the same command by itself; and that both say the same."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import numpy as np

from benchmarks.lab import Lab
from benchmarks.measured_chapter import EXERCISES, NAME
from benchmarks.row import BenchmarkRow, row

AGAIN, ONE_CHECK = 2.0, 0.7  # seconds
FASTER = 20.0  # than nbgrader, for the whole class
REGRADE = {30: 0.15, 300: 0.05}  # of a full run
_PYTEST = ("pytest", "autograder", "-q", "-p", "no:cacheprovider", "-k", EXERCISES[0].id)


def warm(lab: Lab) -> Iterator[BenchmarkRow]:
    """What a resident serves: a class, the same class again, a changed check, one check of a learner's."""
    yield _one_check(lab)
    yield from _class(lab)
    for count in lab.sizes.regrade:
        yield _regrade(lab, count)


def _one_check(lab: Lab) -> BenchmarkRow:
    lab.checkout.hand_in(1)
    work = lab.checkout.project.work
    work.mkdir(exist_ok=True)
    (given,) = (lab.checkout.project.build / "submitted").glob(f"*/{NAME}/{NAME}.ipynb")
    shutil.copy(given, work)
    cold = [lab.checkout.run(*_PYTEST) for _ in range(lab.sizes.repeats)]
    with lab.checkout.resident():
        ours = [lab.checkout.run(*_PYTEST, warm=True) for _ in range(lab.sizes.starts)]
    said = {re.sub(r"in [\d.]+s", "", one.output) for one in (*cold, *ours)}
    took = [one.wall for one in ours]
    return row(
        "warm: pytest autograder -k, one exercise of two cheap checks",
        "s",
        took,
        [],
        f"<= {ONE_CHECK} s, the same words",
        holds=len(said) == 1 and float(np.median(took)) <= ONE_CHECK,
        detail=f"by itself {_seconds([one.wall for one in cold])}" + "; the words differ" * (len(said) > 1),
    )


def _class(lab: Lab) -> Iterator[BenchmarkRow]:
    count = lab.sizes.many
    cold = lab.ours(count)
    with lab.checkout.resident():
        first = [lab.ours(count, warm=True) for _ in range(lab.sizes.repeats)]
        again = [lab.ours_again(warm=True) for _ in range(lab.sizes.starts)]
    stock = lab.nbgrader_runs(count)
    same = all(run.scores == cold.scores for run in (*first, *again, *stock))
    made = row(
        f"warm: class_of_{count}",
        "s",
        [run.took.wall for run in first],
        [run.took.wall for run in stock],
        f">= {FASTER:g}x as fast as nbgrader, the same grades",
        holds=False,
        detail=f"by itself {cold.took.wall:.1f} s" + "; the grades differ" * (not same),
    )
    yield made.model_copy(update={"holds": same and (made.ratio or 0) >= FASTER})
    took = [run.took.wall for run in again]
    yield row(
        f"warm: the class of {count} again, nothing changed",
        "s",
        took,
        [],
        f"<= {AGAIN:g} s, the same grades",
        holds=same and float(np.median(took)) <= AGAIN,
        detail="the grades differ" if not same else "",
    )


def _regrade(lab: Lab, count: int) -> BenchmarkRow:
    first = lab.ours(count)
    repeats = []
    with lab.checkout.resident():
        for step in range(lab.sizes.repeats):
            lab.checkout.change_check(step + 1)
            repeats.append(lab.ours_again(warm=True))
    shares = [run.took.wall / first.took.wall for run in repeats]
    same, target = all(run.scores == first.scores for run in repeats), REGRADE.get(count, 1.0)
    return row(
        f"warm: regrade of {count} after one changed check",
        "of a full run by itself",
        shares,
        [],
        f"<= {target:.0%}, the same grades",
        holds=same and float(np.median(shares)) <= target,
        detail=f"{first.took.wall:.1f} s from nothing, then {_seconds([run.took.wall for run in repeats])}"
        + "; the grades changed" * (not same),
    )


def _seconds(figures: list[float]) -> str:
    return ", ".join(f"{figure:.2f} s" for figure in figures)
