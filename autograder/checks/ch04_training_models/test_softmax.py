"""Hidden checks of chapter 4: softmax regression (p.04.12)."""

import itertools
from functools import cache
from typing import Any

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import log_softmax
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from autograder.checks.ch04_training_models import inputs
from autograder.testing import check

# Many add 1e-5 or so to a probability before they take its logarithm. Whether they should, `test_survives_large_scores`
# asks alone; the other checks ask about probabilities that are not small, and forgive what that does to them.
EPSILON = 2e-3
CORNERS = np.array([[-0.5, -0.5], [0.5, -0.5], [-0.5, 0.5], [0.5, 0.5]])
iris = cache(lambda: load_iris(return_X_y=True))


def _fitted(student, settings: tuple[float, int, float, int], *data: np.ndarray) -> Any:
    """The fitted model; settings are rate, epochs, alpha, patience."""
    model = student.SoftmaxRegression(*settings)
    model.fit(*data)
    return model


@check("p.04.12", core=True, hint="Which axis holds the classes? Each row is shared out by itself.")
def test_log_softmax(student, rng):
    """`log_softmax` is the logarithm of the softmax, row by row."""
    for _ in range(3):
        scores = rng.uniform(-1.5, 1.5, rng.integers(2, 7, 2))
        assert_allclose(student.log_softmax(scores), log_softmax(scores, axis=1), atol=EPSILON)


@check("p.04.12", hint="Take the largest score away from its row first: that changes nothing but the size of the "
       "numbers. Then take the logarithm on paper: log(exp(a) / b) is a - log(b).")  # fmt: skip
def test_survives_large_scores(student, rng):
    """Scores in the thousands give exact logarithms: no infinity, no nan."""
    scores = np.round(rng.uniform(-10_000, 10_000, (5, 4)))
    assert_allclose(student.log_softmax(scores), log_softmax(scores, axis=1), rtol=1e-6, atol=1e-9)


def _problem(rng, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Parameters (4, k), rows (9, 3) and classes (9,)."""
    X, y = inputs.clouds(rng, 9, k, 3)
    return rng.normal(0, 0.3, (4, k)), X, y


@check("p.04.12", core=True, hint="The mean over the rows, of -log of the probability of the right class only; then "
       "the penalty, without the biases in row 0 of theta.")  # fmt: skip
def test_cost(student, rng):
    """`loss_and_gradient` gives the cost, with and without a penalty."""
    for k in (2, 3, 5):
        for alpha in (0.0, float(rng.uniform(0.1, 2))):
            theta, X, y = _problem(rng, k)
            cost, _ = student.loss_and_gradient(theta, X, y, alpha)
            assert_allclose(cost, inputs.softmax_cost(theta, X, y, alpha), atol=EPSILON)


@check("p.04.12", core=True, weight=2, hint="Check it yourself: move one parameter by a tiny step, and see by how much "
       "the cost changes. Don't forget the mean over the rows.")  # fmt: skip
def test_gradient(student, rng):
    """The gradient is how the cost changes with each parameter, the penalty included."""
    for k, alpha in itertools.product((2, 3, 5), (0.0, 0.7)):
        theta, X, y = _problem(rng, k)
        _, gradient = student.loss_and_gradient(theta, X, y, alpha)
        slope = inputs.slope(lambda point: inputs.softmax_cost(point, X, y, alpha), theta)  # noqa: B023
        assert_allclose(gradient, slope, rtol=1e-3, atol=1e-4)


@check("p.04.12", hint="`theta -= ...` and `X += ...` change the caller's array: make a new one.")
def test_arguments_are_left_alone(student, rng):
    """`loss_and_gradient` and `log_softmax` change none of the arrays they are given."""
    theta, X, y = _problem(rng, 3)
    _, after = student.watch_("loss_and_gradient", theta, X, y, 0.5)
    for before, now in zip((theta, X, y), after, strict=False):
        assert_array_equal(now, before)
    _, (scores,) = student.watch_("log_softmax", X)
    assert_array_equal(scores, X)


def _short_path(rng, k: int, alpha: float, epochs: int) -> tuple[list[np.ndarray], tuple[np.ndarray, ...]]:
    """Parameters after each epoch, and data on which the validation loss falls all the time: the last are the best."""
    while True:
        X, y = inputs.clouds(rng, 15, k)
        X_valid, y_valid = inputs.clouds(rng, 9, k)
        path = list(itertools.islice(inputs.softmax_path(X, y, k, 0.1, alpha), epochs))
        watched = [[inputs.softmax_cost(theta, X_valid, y_valid, a) for theta in path] for a in (0.0, alpha)]
        if (np.diff(watched) < 0).all():
            return path, (X, y, X_valid, y_valid)


@check("p.04.12", core=True, hint="Begin at zeros. One epoch is one step, on all rows of the training set and no "
       "others; then comes the look at the validation set.")  # fmt: skip
def test_every_epoch_is_one_step(student, rng):
    """After a few epochs the parameters are where as many gradient steps from zeros lead, and each epoch has a loss."""
    for k, alpha, epochs in ((2, 0.0, 1), (3, 0.3, 3)):
        path, data = _short_path(rng, k, alpha, epochs)
        model = _fitted(student, (0.1, epochs, alpha, 99), *data)
        assert len(model.losses_) == epochs
        assert_allclose(model.theta_, path[-1], atol=1e-4)


@check("p.04.12", hint="`losses_` are of the validation set, and the penalty is no part of them.")
def test_losses_are_of_the_validation_set(student, rng):
    """The lowest entry of `losses_` is the validation loss of the parameters that you keep."""
    y, y_valid = rng.permutation(np.arange(15) % 3), rng.permutation(np.arange(12) % 3)
    # Well apart, so that the weights are worth their penalty.
    X, X_valid = (3 * CORNERS[labels] + rng.normal(0, 0.5, (len(labels), 2)) for labels in (y, y_valid))
    _keeps_its_lowest_loss(_fitted(student, (0.1, 40, 0.3, 99), X, y, X_valid, y_valid), X_valid, y_valid)


def _keeps_its_lowest_loss(model: Any, X_valid: np.ndarray, y_valid: np.ndarray) -> None:
    loss = inputs.softmax_cost(np.asarray(model.theta_, dtype=float), X_valid, y_valid, 0.0)
    assert_allclose(np.min(model.losses_), loss, atol=EPSILON)


def _overfit(student, rng, patience: int, rate: float = 0.2) -> tuple[Any, np.ndarray, np.ndarray, np.ndarray]:
    """A model of few rows with many columns of noise: its validation loss falls first and rises later. With a rate of
    several units it trembles, too."""
    X, y = rng.normal(size=(30, 20)), rng.permutation(np.arange(30) % 2)
    X_valid, y_valid = rng.normal(size=(60, 20)), rng.permutation(np.arange(60) % 2)
    X[:, 0] += 1.5 * y
    X_valid[:, 0] += 1.5 * y_valid
    model = _fitted(student, (rate, 1000, 0.0, patience), X, y, X_valid, y_valid)
    return model, np.asarray(model.losses_, dtype=float), X_valid, y_valid


@check("p.04.12", hint="Compare the number of the epoch with that of the best epoch so far.")
def test_stops_early(student, rng):
    """When the validation loss has not fallen for `patience` epochs, training stops; not before, and not later."""
    for patience, rate in ((5, 0.2), (30, 0.2), (12, 6.0), (12, 15.0)):
        _, losses, _, _ = _overfit(student, rng, patience, rate)
        waited = len(losses) - 1 - losses.argmin()
        # With the largest rate the loss may get stuck, and fall a little in each epoch to the last one.
        assert waited == patience or (rate > 10 and len(losses) == 1000 and waited < patience)


@check("p.04.12", hint="Keep the parameters of the best epoch: as a copy, if they are changed in place later.")
def test_keeps_the_best_parameters(student, rng):
    """`theta_` are the parameters with the lowest validation loss, not the last ones."""
    model, _, X_valid, y_valid = _overfit(student, rng, 100)
    _keeps_its_lowest_loss(model, X_valid, y_valid)


@check("p.04.12", hint="Turn labels into 0 to k - 1 by the sorted labels of the training set, and back by the same.")
def test_labels_are_what_they_were(student, rng):
    """Any whole numbers or texts can be labels: `predict` answers with them, and the columns are in sorted order."""
    for labels in (np.array([-7, 3, 40, 41]), np.array(["dog", "cat", "owl"])):
        labels = rng.permutation(labels)
        k = len(labels)
        y = rng.permutation(np.arange(15 * k) % k)
        X = 6 * CORNERS[y] + rng.normal(size=(15 * k, 2))
        model = _fitted(student, (0.05, 300, 0.0, 300), X, labels[y], X, labels[y])
        assert_array_equal(model.classes_, np.sort(labels))
        proba, said = np.asarray(model.predict_proba(X)), np.asarray(model.predict(X))
        assert_allclose(proba.sum(axis=1), 1)
        assert_array_equal(said, np.sort(labels)[proba.argmax(axis=1)])
        assert np.mean(said == labels[y]) > 0.9


@check("p.04.12", hint="The codes of the validation labels have to be those of the training set: `np.searchsorted` "
       "finds them in `classes_`.")  # fmt: skip
def test_validation_set_may_lack_a_class(student, rng):
    """Early stopping works as well when the validation set has no example of some class, whichever it is."""
    for missing in (0, 2):
        X, y = inputs.clouds(rng, 30, 3)
        rows = y[:15] != missing
        X_valid, y_valid = X[:15][rows], y[:15][rows]
        _keeps_its_lowest_loss(_fitted(student, (0.1, 20, 0.0, 99), X, y, X_valid, y_valid), X_valid, y_valid)


@check("p.04.12", hint="What does `fit` find that an earlier `fit` has left? And what does its last line return?")
def test_fit_begins_anew(student, rng):
    """A second `fit` begins anew, whatever the first one has left in the model, and `fit` returns the model itself."""
    y = rng.permutation(np.arange(24) % 3)
    X = 3 * CORNERS[y] + rng.normal(0, 0.5, (24, 2))  # well apart: the loss falls far
    model = student.SoftmaxRegression(0.2, 40, 0.0, 99)
    first = list(model.fit(X, y, X, y).losses_)
    other = (y + 1) % 3  # what was right is wrong
    again = model.fit(X, other, X, other)
    assert len(again.losses_) == len(first) == 40
    assert abs(again.losses_[0] - first[0]) < 0.3
    _keeps_its_lowest_loss(again, X, other)


@check("p.04.12", hint="Let the weights be 0: what can the biases still learn?")
def test_biases_are_free(student, rng):
    """Under a very strong penalty what remains are the biases: every row gets the shares of the classes."""
    y = rng.permutation(np.repeat([0, 1, 2], [20, 8, 4]))
    X = rng.normal(size=(32, 2))
    X -= X.mean(axis=0)
    model = _fitted(student, (0.1, 400, 10.0, 400), X, y, X, y)
    assert_allclose(model.predict_proba(X), np.tile([20 / 32, 8 / 32, 4 / 32], (32, 1)), atol=0.05)


@check("p.04.12", hint="Does your training converge, and is the penalty what the docstring says?")
def test_agrees_with_scikit_learn(student, rng):
    """With time enough, new points get the probabilities that scikit-learn's model gives them."""
    for k in (2, 4):
        (X, y), alpha = inputs.clouds(rng, 60, k), 0.1
        X -= X.mean(axis=0)  # columns around 0, or descent would take thousands of steps
        model = _fitted(student, (0.2, 400, alpha, 400), X, y, X, y)
        theirs = LogisticRegression(C=1 / (alpha * len(X)), tol=1e-8)
        if k == 2:  # scikit-learn has one weight for two classes, that is, the difference: the penalty halves
            theirs.C *= 2
        new = rng.normal(0, 2, (50, 2))
        assert_allclose(model.predict_proba(new), theirs.fit(X, y).predict_proba(new), atol=0.02)


@check(
    "p.04.12",
    core=True,
    weight=2,
    at_least=True,
    hint="Plot `losses_`: does it fall? And are the labels those of their rows?",
)
def test_knows_irises(student, rng) -> float:
    """Trained on 80 irises, and validated on 30 others, your model names at least {threshold:.1%} of the other 40
    correctly."""
    scores = []
    for _ in range(5):
        X, y = iris()
        X = X + rng.normal(0, 0.03, X.shape)  # measured a little differently each time
        seed = int(rng.integers(2**31))
        X_train, X_rest, y_train, y_rest = train_test_split(X, y, train_size=80, stratify=y, random_state=seed)
        scaler = StandardScaler().fit(X_train)
        X_valid, X_test = scaler.transform(X_rest[:30]), scaler.transform(X_rest[30:])
        model = _fitted(student, (0.5, 200, 0.001, 50), scaler.transform(X_train), y_train, X_valid, y_rest[:30])
        scores.append(np.mean(np.asarray(model.predict(X_test)) == y_rest[30:]))
    return float(np.mean(scores))
