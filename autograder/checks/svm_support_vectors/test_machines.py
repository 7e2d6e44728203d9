"""Hidden checks of the chapter on support vector machines: which one, and how good (tf2.05.10)."""

import numpy as np
from sklearn.metrics import r2_score

from autograder.testing import check
from autograder.testing.workflow import (
    FEWEST_FOLDS,
    Comparison,
    Workflow,
    asks_the_best_alone,
    keeps_apart,
    learns_from_the_rest,
    reports_held_out,
    sayings,
)


def _compared(student, rng) -> Comparison:
    """Return what was done with scalers and machines that keep a record, and rows with a number in their first
    column."""
    m = 5 * int(rng.integers(24, 36))
    y = rng.uniform(0.2, 5, m)
    X = np.column_stack([np.arange(m), rng.normal(size=(m, 4)) * [1, 30, 0.01, 5]])
    said = sayings(rng, y, ["standard", "range"], ["linear", "curved"], classes=False)
    while max(said, key=lambda pair: r2_score(y, said[pair])) in (max(said), min(said)):
        said = sayings(rng, y, ["standard", "range"], ["linear", "curved"], classes=False)  # its name does not tell it
    return Workflow(student, y, said, n_test=m // 5, classes=False).compare(student.compare_machines, X)


@check("tf2.05.10", core=True, hint="A scaler learns, too: from which rows has it its means?")
def test_test_rows_are_kept_apart(student, rng):
    """A fifth of the rows is kept for the test: neither a scaler nor a machine of `compare_machines` is ever fitted to
    one of them."""
    keeps_apart(_compared(student, rng))


@check("tf2.05.10", core=True, hint="Which rows has a pair seen, scaler and machine, before you judge it on others?")
def test_machines_are_judged_on_rows_held_out(student, rng):
    """The score that `compare_machines` reports for each pair is its R² on rows held out in cross-validation, to which
    neither scaler nor machine was fitted."""
    done = _compared(student, rng)
    reports_held_out(done, r2_score)
    for pair in done.scores:  # the same rows again and again are one fold
        assert len({frozenset(one.rows) for one in done.record.held_out(pair)}) >= FEWEST_FOLDS


@check("tf2.05.10", hint="In cross-validation each machine sees a part of the rows. Which ones has the last one seen?")
def test_last_machine_learns_from_all_training_rows(student, rng):
    """The model that `compare_machines` returns is the pair that it names, scaler and machine fitted to all training
    rows."""
    learns_from_the_rest(_compared(student, rng))


@check("tf2.05.10", hint="What may you still choose once you have seen a figure for the test rows?")
def test_only_the_best_machine_is_tested(student, rng):
    """`compare_machines` chooses the pair with the highest score in cross-validation, asks it alone about the test
    rows, after all comparisons, and reports its R² on them."""
    asks_the_best_alone(_compared(student, rng), r2_score)
