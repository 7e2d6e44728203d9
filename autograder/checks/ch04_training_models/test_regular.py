"""Hidden checks of chapter 4: fit, penalties and labels (p.04.8 to p.04.11)."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit, softmax

from autograder.checks.ch04_training_models import inputs
from autograder.testing import check
from autograder.testing.closed import agrees, chosen, chosen_words

LETTERS = ("a", "b", "c", "d")
MODELS = ("ridge", "lasso", "elastic net")


def _points(rng, m: int) -> tuple[np.ndarray, np.ndarray]:
    x = rng.uniform(-1.5, 2, m)
    return x, np.sin(3 * x) + x + rng.normal(0, 0.5, m) + 2


@check("p.04.8", core=True, weight=2, hint="Fit a pipeline of `PolynomialFeatures(degree, include_bias=False)`, "
       "`StandardScaler()` and `Ridge(alpha=alpha)`, once, to the training set.")  # fmt: skip
def test_both_errors(student, rng):
    """`train_and_validation_error` gives both errors, for any degree and penalty."""
    cases = [
        (*_points(rng, 15), *_points(rng, 9), degree, float(10 ** rng.uniform(-3, 2)))
        for degree in rng.permutation([1, 2, 3, 4, 5, 6, 7, 8]).tolist()
    ]
    agrees(student.train_and_validation_error, inputs.polynomial_errors, cases)


@check("p.04.8", hint="Play with your function: which changes bring the two errors together?")
def test_diagnosis_and_cures(student, rng):
    """You found what is wrong, and all ways to mend it."""
    x, y = _points(rng, 5)
    found = inputs.choice(student, "P_04_8_CHOICE", lambda: student.train_and_validation_error(x, y, x, y, 1, 1.0))
    right = ["overfitting", "a lower degree", "a larger penalty", "more training data"]
    wrong = ["underfitting", "powers up to the 20th as well", "every training row twice", "another validation set",
             "no penalty at all"]  # fmt: skip
    chosen(found, right + wrong, right=right)


@check("p.04.9", core=True, weight=2, hint="With H as above, the mean prediction is H @ X @ w, since the noise has "
       "mean 0. A prediction is a sum of noises, each with a factor: how do variances add up?")  # fmt: skip
def test_bias_and_variance(student, rng):
    """`bias_and_variance` is right for any data, noise and penalty."""
    cases = []
    for alpha in (0.0, *(10 ** rng.uniform(-1, 2, 8)).tolist()):
        m, n = int(rng.integers(6, 12)), int(rng.integers(1, 5))
        cases.append((rng.normal(size=(m, n)), rng.normal(size=n), float(rng.uniform(0.5, 3)), float(alpha)))
    agrees(student.bias_and_variance, inputs.bias_and_variance_by_svd, cases)


@check("p.04.9", hint="Which of the two shows as an error on the training set, too? And how does it change with alpha?")
def test_what_to_change(student, rng):
    """You chose what is too high, and which way to move alpha."""
    X = np.eye(2)
    found = inputs.choice(student, "P_04_9_CHOICE", lambda: student.bias_and_variance(X, np.ones(2), 1.0, 1.0))
    chosen(found, ["bias", "variance", "raise", "reduce"], right=["bias", "reduce"])


@check("p.04.10", core=True, weight=2, hint="Set the derivative to 0 for v > 0 and for v < 0. If neither gives a v on "
       "its own side, the lowest point is at the kink, v = 0.")  # fmt: skip
def test_shrinks_weights(student, rng):
    """`shrunk` finds what each penalty makes of a weight, for lasso, ridge and everything in between."""
    cases = []
    for l1_ratio in (*rng.uniform(0.1, 0.9, 6).tolist(), 0.0, 1.0):
        alpha = float(rng.uniform(0.3, 1.5))
        small = alpha * max(l1_ratio, 0.1) * rng.uniform(0.2, 0.9, 2)
        cases.append((np.array([*rng.normal(0, 3, 4), small[0], -small[1], 0.0]), alpha, float(l1_ratio)))
    cases.append((rng.normal(0, 3, 5), 0.0, 0.5))
    # Iterative solvers end near the minimum; a weight that should be 0 has to be 0.
    for case in cases:
        found, right = np.asarray(student.shrunk(*case), dtype=float), inputs.shrunk_by_fitting(*case)
        assert_allclose(found, right, rtol=1e-4, atol=1e-6)
        assert np.count_nonzero(found) == np.count_nonzero(right)


@check("p.04.10", hint="`w -= ...` and `w[...] = ...` change the array that they work on: make a new one.")
def test_weights_are_left_alone(student, rng):
    """The weights that were given are as before."""
    w = rng.normal(0, 3, 6)
    found, (after, *_) = student.watch_("shrunk", w, 0.8, 0.5)
    assert_array_equal(after, w)
    assert not np.allclose(found, w)


@check("p.04.10", hint="Few features that matter: lasso. Groups of correlated ones, or more columns than rows: what "
       "does lasso do there?")  # fmt: skip
def test_a_model_for_each_case(student, rng):
    """You matched the four cases with the models that suit them."""
    found = inputs.choice(student, "P_04_10_CHOICE", lambda: student.shrunk(np.array([2.0, -0.1]), 0.5, 0.5))
    assert not isinstance(found, str), "a list of words"
    chosen(found, MODELS, right=MODELS)
    assert [word.strip().lower() for word in chosen_words(found)] == ["lasso", "elastic net", "ridge", "elastic net"]


@check("p.04.11", core=True, weight=2, hint="Exclusive labels share one probability of 1: softmax, along each row. "
       "Labels that are questions of their own get a sigmoid each.")  # fmt: skip
def test_probabilities_of_labels(student, rng):
    """`label_probabilities` shares one probability among exclusive labels, and treats each of the others by itself."""
    shapes = rng.integers(2, 6, (5, 2)).tolist()
    cases = [(rng.normal(0, 2, shape), exclusive) for shape in shapes for exclusive in (True, False)]
    agrees(student.label_probabilities, _probabilities, cases)


@check("p.04.11", hint="`np.exp(1000)` is infinite. The softmax of a row stays the same when a number is taken away "
       "from the whole row; the sigmoid of -z is 1 minus that of z.")  # fmt: skip
def test_probabilities_of_large_scores(student, rng):
    """Large scores give probabilities, too, not gaps."""
    scores = np.round(rng.uniform(-1000, 1000, (6, 3)))
    scores[:2] = [1000, 999, -1000], [-1000, -999, -999]  # powers that overflow, and powers that all vanish
    for exclusive in (True, False):
        found = np.asarray(student.label_probabilities(scores, exclusive))
        assert_allclose(found, _probabilities(scores, exclusive), atol=1e-9)


def _probabilities(scores: np.ndarray, exclusive: bool) -> np.ndarray:
    return softmax(scores, axis=1) if exclusive else expit(scores)


@check("p.04.11", hint="`scores -= ...` changes the array that it works on: make a new one.")
def test_scores_are_left_alone(student, rng):
    """The scores that were given are as before."""
    scores = rng.normal(0, 2, (3, 4))
    for exclusive in (True, False):
        found, (after, _) = student.watch_("label_probabilities", scores, exclusive)
        assert_array_equal(after, scores)
        assert not np.allclose(found, scores)


@check("p.04.11", hint="How many of the combinations of the two answers can one picture have? Can one label be right "
       "without the other becoming less likely?")  # fmt: skip
def test_one_model_or_two(student, rng):
    """Your letter says which classifiers to train."""
    found = inputs.choice(student, "P_04_11_CHOICE", lambda: student.label_probabilities(np.zeros((1, 2)), True))
    chosen(found, LETTERS, right=["b"])
