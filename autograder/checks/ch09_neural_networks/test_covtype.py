"""Hidden checks of chapter 9: forest cover (p.09.10)."""

import numpy as np
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from autograder.checks.ch09_neural_networks.inputs import accuracy, crowds, labels_of, land
from autograder.testing import check
from course.datasets import load


@check("p.09.10", core=True, weight=4, at_most=True, hint="Look at the means and deviations of the columns first. "
       "Then compare sizes, learning rates and numbers of epochs on the validation rows.")  # fmt: skip
def test_learns_a_made_up_land(student, rng) -> float:
    """After learning from 1,000 patches of a land that nobody knows, your model is wrong about others less often than
    k-nearest neighbours on standardised columns: it makes {threshold:.0%} of its mistakes or fewer, on two lands
    together."""
    mistakes, usual = 0.0, 0.0
    for _ in range(2):
        X, y, X_val, y_val, X_new, y_new = land(rng, 1_000, 300, 1_500)
        neighbours = make_pipeline(StandardScaler(), KNeighborsClassifier()).fit(X, y)
        usual += 1 - neighbours.score(X_new, y_new)
        mistakes += 1 - accuracy(student.fit_covertype(X, y, X_val, y_val), X_new, y_new)
    return mistakes / usual


@check("p.09.10", hint="Are scales found on the training rows, and used for all others?")
def test_units_make_no_difference(student, rng):
    """With every column in other units, some of them a thousand times as large, a model that is trained anew knows
    about as much."""
    X, y, X_val, y_val, X_new, y_new = crowds(rng, 400, 100, 300)
    factor = np.float32(10) ** rng.permutation([-3, 0, 3, 2, -2]).astype(np.float32)
    assert accuracy(student.fit_covertype(X, y, X_val, y_val), X_new, y_new) > 0.9
    assert accuracy(student.fit_covertype(X * factor, y, X_val * factor, y_val), X_new * factor, y_new) > 0.9


@check("p.09.10", hint="Does your model count classes from 0, or from 1 on without a gap? Then turn its answers back.")
def test_answers_are_types_of_cover(student, rng):
    """`predict` says the types of cover as they are called in the training rows, also where only some of them are
    there."""
    for labels in ((1, 2, 3, 4, 5, 6, 7)[: int(rng.integers(2, 5))], (2, 5, 7), (1, 4)):
        X, y, X_val, y_val, X_new, y_new = crowds(rng, 240, 80, 200, labels=labels)
        found = labels_of(student.fit_covertype(X, y, X_val, y_val), X_new)
        assert set(found.tolist()) == set(labels)
        assert np.mean(found == y_new) > 0.8


@check("p.09.10", hint="All that `predict` needs to know (means, deviations) has to be learned from the training rows.")
def test_one_patch_alone(student, rng):
    """A patch gets the same answer whether it comes alone or together with others."""
    X, y, X_val, y_val, X_new, y_new = crowds(rng, 300, 100, 200)
    model = student.fit_covertype(X, y, X_val, y_val)
    together = labels_of(model, X_new)
    assert np.mean(together == y_new) > 0.8
    alone = [labels_of(model, X_new[row : row + 1])[0] for row in range(20)]
    np.testing.assert_array_equal(alone, together[:20])


@check("p.09.10", hint="Which rows are your network's `fit` or `partial_fit` called with?")
def test_learns_from_the_training_rows(student, rng):
    """What the training rows teach is learned, even where there are few validation rows, of two types only."""
    X, y, X_val, y_val, X_new, y_new = crowds(rng, 300, 60, 200)
    some = np.isin(y_val, np.unique(y)[:2])
    assert accuracy(student.fit_covertype(X, y, X_val[some], y_val[some]), X_new, y_new) > 0.8


@check("p.09.10", hint="Weights, the order of rows, a split: is all that draws by chance given the seed?")
def test_seed_decides_the_model(student, rng):
    """The same seed gives the same answers."""
    X, y, X_val, y_val, X_new, _ = land(rng, 200, 60, 400)  # so few that chance decides much
    seed = int(rng.integers(1000))
    first, second = (labels_of(student.fit_covertype(X, y, X_val, y_val, seed=seed), X_new) for _ in range(2))
    assert np.mean(first == second) > 0.98


@check("p.09.10", hint="Work on copies: scale into a new array.")
def test_rows_are_left_alone(student, rng):
    """The arrays that are passed in are not changed."""
    given = crowds(rng, 200, 60, 100)
    X_new, y_new = given[4:]
    model, after = student.watch_("fit_covertype", *(part.copy() for part in given[:4]))
    assert accuracy(model, X_new, y_new) > 0.8
    for mine, theirs in zip(given[:4], after, strict=True):
        np.testing.assert_array_equal(mine, theirs)


@check("p.09.10", full=True, data="covtype", hint="Larger layers, larger batches, more epochs: watch the validation "
       "accuracy to see which of them is lacking.")  # fmt: skip
def test_knows_93_in_100_real_patches(student, rng):
    """Trained on 464,810 of the 581,012 patches of CoverType and with 58,101 others to choose by, your model knows the
    cover of more than 93 in 100 of the rest: with columns and types in another order, so that nothing can be looked
    up."""
    cover = load("covtype")
    rows, columns, types = rng.permutation(len(cover.X)), rng.permutation(cover.X.shape[1]), rng.permutation(7) + 1
    n = len(rows) // 10
    parts = rows[2 * n :], rows[n : 2 * n], rows[:n]
    (X, y), val, test = ((cover.X[part][:, columns], types[cover.y[part] - 1]) for part in parts)
    assert accuracy(student.fit_covertype(X, y, *val), *test) > 0.93
