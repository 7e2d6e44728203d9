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


def _workflow(student, rng, *, ordered: bool = False) -> tuple[Workflow, np.ndarray]:
    """Return ensembles that keep a record, and rows with a number in their first column, in any order or by class."""
    n = 5 * int(rng.integers(24, 36))
    y = np.arange(n) * 2 // n if ordered else rng.permutation(np.arange(n) % 2)
    said = sayings(rng, y, [""], ["bagging", "boosting", "vote", "stack"])
    return Workflow(student, y, said, n_test=n // 5), np.column_stack([np.arange(n), rng.normal(size=(n, 4))])


def _compared(student, rng) -> Comparison:
    """Return what was done with the ensembles."""
    workflow, X = _workflow(student, rng)
    return workflow.compare(student.choose_ensemble, X)


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


@check("p.06.8", hint="What is in the last fifth of the rows if they are sorted by class?")
def test_rows_are_cut_at_random(student, rng):
    """`choose_ensemble` has rows of both classes for the test, and for validation, even if they come sorted by
    class."""
    workflow, X = _workflow(student, rng, ordered=True)
    done = workflow.compare(student.choose_ensemble, X)
    validated = [[row for one in done.record.held_out(pair) for row in one.rows] for pair in done.scores]
    for rows in (list(done.record.test_rows), *validated):
        assert set(done.record.truth[rows].tolist()) == {0, 1}


@check("p.06.8", hint="What does `clone` do?")
def test_ensembles_are_left_unfitted(student, rng):
    """`choose_ensemble` fits copies: the ensembles that it gets are not fitted afterwards, either."""
    workflow, X = _workflow(student, rng)
    done = workflow.compare(student.choose_ensemble, X)
    assert done.record.learned  # else nothing is promised
    assert not any(hasattr(ensemble, "classes_") for ensemble in workflow.models.values())
