"""Hidden checks of chapter 6: which ensemble, and how good (p.06.8)."""

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


def _compared(student, rng) -> Comparison:
    """Return what was done with ensembles that keep a record, and rows with a number in their first column."""
    n = 5 * int(rng.integers(24, 36))
    y = rng.permutation(np.arange(n) % 2)
    X = np.column_stack([np.arange(n), rng.normal(size=(n, 4))])
    said = sayings(rng, y, [""], ["bagging", "boosting", "vote", "stack"])
    return Workflow(student, y, said, n_test=n // 5).compare(student.choose_ensemble, X)


@check("p.06.8", core=True, hint="Into how many parts do you cut the rows, and what is each of them for?")
def test_test_rows_are_kept_apart(student, rng):
    """A fifth of the rows is kept for the test, and no ensemble of `choose_ensemble` is ever fitted to one of them."""
    keeps_apart(_compared(student, rng))


@check("p.06.8", core=True, hint="Which rows has an ensemble seen before you judge it?")
def test_ensembles_are_judged_on_validation_rows(student, rng):
    """The score that `choose_ensemble` reports for each ensemble is its accuracy on validation rows, to which it was
    not fitted."""
    reports_held_out(_compared(student, rng), accuracy_score, fewest=1)


@check("p.06.8", hint="Once the choice is made, what are the validation rows still good for?")
def test_last_ensemble_learns_from_all_but_the_test(student, rng):
    """The model that `choose_ensemble` returns is the ensemble that it names, fitted to all rows that are not for the
    test."""
    learns_from_the_rest(_compared(student, rng))


@check("p.06.8", hint="What may you still choose once you have seen a figure for the test rows?")
def test_only_the_best_ensemble_is_tested(student, rng):
    """`choose_ensemble` chooses the ensemble with the highest score on validation rows, asks it alone about the test
    rows, after all comparisons, and reports its accuracy on them."""
    asks_the_best_alone(_compared(student, rng), accuracy_score)
