"""Hidden checks of chapter 7: which reduction in front of which model (p.07.9)."""

import numpy as np
from sklearn.metrics import accuracy_score

from autograder.testing import check
from autograder.testing.workflow import (
    Comparison,
    Workflow,
    asks_the_best_alone,
    keeps_apart,
    learns_from_the_rest,
    reports_held_out,
    sayings,
)


def _one_is_best(rng, y: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
    """What each pair says; the clearly best one is neither the first nor the last, by order and by alphabet."""
    while True:
        said = sayings(rng, y, ["few", "many"], ["forest", "line"])
        second, best = sorted((float(np.mean(one == y)), pair) for pair, one in said.items())[-2:]
        if best[1] in (("few", "line"), ("many", "forest")) and best[0] - second[0] > 0.06:
            return said


def _compared(student, rng) -> Comparison:
    """Return what was done with reductions and classifiers that keep a record, and rows with a number in their first
    column."""
    n = 5 * int(rng.integers(24, 36))
    y = rng.permutation(np.arange(n) % 2)
    X = np.column_stack([np.arange(n), rng.normal(size=(n, 6)) * [9, 4, 2, 1, 1, 1]])
    said = _one_is_best(rng, y)
    return Workflow(student, y, said, n_test=n // 5).compare(student.compare_reductions, X)


@check("p.07.9", core=True, hint="PCA learns, too: from which rows has it its components?")
def test_test_rows_are_kept_apart(student, rng):
    """A fifth of the rows is kept for the test: neither a reduction nor a classifier of `compare_reductions` is ever
    fitted to one of them."""
    keeps_apart(_compared(student, rng))


@check("p.07.9", core=True, hint="Which rows has a pair seen, reduction and classifier, before you judge it on others?")
def test_pairs_are_judged_on_rows_held_out(student, rng):
    """The score that `compare_reductions` reports for each pair is its accuracy on rows held out in cross-validation,
    to which neither reduction nor classifier was fitted, and not the same rows each time."""
    done = _compared(student, rng)
    reports_held_out(done, accuracy_score)
    assert all(len({frozenset(fold.rows) for fold in done.record.held_out(pair)}) >= 3 for pair in done.scores)


@check("p.07.9", hint="In cross-validation each classifier sees a part of the rows. Which ones has the last one seen?")
def test_last_pair_learns_from_all_training_rows(student, rng):
    """The model that `compare_reductions` returns is the pair that it names, reduction and classifier fitted to all
    training rows."""
    learns_from_the_rest(_compared(student, rng))


@check("p.07.9", hint="What may you still choose once you have seen a figure for the test rows?")
def test_only_the_best_pair_is_tested(student, rng):
    """`compare_reductions` chooses the pair with the highest score in cross-validation, asks it alone about the test
    rows, after all comparisons, and reports its accuracy on them."""
    asks_the_best_alone(_compared(student, rng), accuracy_score)
