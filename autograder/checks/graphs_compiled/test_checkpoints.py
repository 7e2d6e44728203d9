"""Hidden checks of graphs and compiled functions: logistic regression with checkpoints (tf1.09.12)."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import approx_fprime
from scipy.special import expit
from sklearn.datasets import make_moons
from sklearn.metrics import log_loss

from autograder.testing import StudentRaised, check
from autograder.testing.modules import repeats

SETTINGS = {"lr": 0.3, "batch_size": 20, "epochs": 60}


def _rows(rng, n=30, d=3):
    """Rows of two classes that overlap."""
    y = rng.permutation(np.arange(n) % 2)
    return rng.normal(size=(n, d)) + y[:, None] * rng.uniform(0.3, 1, d), y


def _cost(theta, X, y):
    return log_loss(y, expit(theta[0] + X @ theta[1:]), labels=[0, 1])


def _trained(student, X, y, **settings):
    theta, history = student.logistic_regression(X, y, **settings)
    return np.asarray(theta, dtype=float), [float(loss) for loss in history]


def _new_path():
    """Probe: a file that is not there yet. A path is no plain value and stays where it is: its name is another each
    time, and no known misconception would be recognised."""
    import tempfile
    from pathlib import Path

    return Path(tempfile.mkdtemp()) / "training.checkpoint"


@check("tf1.09.12", core=True, hint="1 / (1 + exp(-score)), with the bias first.")
def test_probabilities(student, rng):
    """`predict_proba` is the logistic function of bias and weighted sum."""
    for d in (1, 4):
        theta, X = rng.normal(size=1 + d), rng.normal(size=(7, d))
        assert_allclose(student.predict_proba(theta, X), expit(theta[0] + X @ theta[1:]), rtol=1e-6)


@check(
    "tf1.09.12",
    core=True,
    weight=2,
    hint="Move one parameter by a tiny step, and see what it does to the loss. It is a mean.",
)
def test_loss_and_gradient(student, rng):
    """The loss is the mean log-loss, and the gradient is how it changes with each parameter, bias included."""
    for n, d in ((5, 1), (30, 3)):
        X, y = _rows(rng, n, d)
        theta = rng.normal(0, 0.7, 1 + d)
        loss, gradient = student.log_loss_and_gradient(theta, X, y)
        assert_allclose(loss, _cost(theta, X, y), rtol=1e-6)
        assert_allclose(gradient, approx_fprime(theta, _cost, 1e-6, X, y), atol=1e-4)


@check("tf1.09.12", hint="log(1 + exp(score)) for a large score is the score: `np.logaddexp`, or work it out on paper.")
def test_stands_large_scores(student, rng):
    """With scores in the thousands the probabilities are 0 and 1, and the loss is finite and right."""
    size = float(rng.uniform(2_000, 9_000))
    X, theta = np.array([[1.0], [-1.0]]), [0.0, size]
    assert_allclose(student.predict_proba(theta, X), [1, 0], atol=1e-9)
    for y, wanted in (([0, 1], size), ([1, 0], 0.0), ([0, 0], size / 2)):
        loss, gradient = student.log_loss_and_gradient(theta, X, np.array(y))
        assert_allclose(loss, wanted, rtol=1e-6, atol=1e-9)
        assert np.isfinite(np.asarray(gradient, dtype=float)).all()


def _warnings_of(predict_proba, theta, X):
    """Probe: how many warnings there are."""
    import warnings

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        predict_proba(theta, X)
    return sum(issubclass(one.category, RuntimeWarning) for one in caught)


@check("tf1.09.12", hint="exp(9000) is too large for a float: work with the exponential of a negative number only.")
def test_large_scores_make_no_warning(student, rng):
    """Scores in the thousands, of either sign, raise no warning of an overflow."""
    size = float(rng.uniform(2_000, 9_000))
    assert student.probe_(_warnings_of)(student.predict_proba, [0.0, size], np.array([[1.0], [-1.0], [0.1]])) == 0


@check("tf1.09.12", core=True, hint="Begin at zeros; a batch as large as the table makes an epoch one step.")
def test_full_batches_are_gradient_descent(student, rng):
    """With batches that hold all rows, parameters and history are those of gradient descent from zeros."""
    X, y = _rows(rng)
    A, theta, losses = np.insert(X, 0, 1.0, axis=1), np.zeros(4), []
    for _ in range(6):
        theta = theta - 0.4 * A.T @ (expit(A @ theta) - y) / len(X)
        losses.append(_cost(theta, X, y))
    for size in (30, 100):
        found, history = _trained(student, X, y, lr=0.4, batch_size=size, epochs=6)
        assert_allclose(found, theta, rtol=1e-6, atol=1e-9)
        assert_allclose(history, losses, rtol=1e-6)


@check(
    "tf1.09.12",
    core=True,
    hint="With tiny steps the parameters hardly change, and the steps of an epoch add up. Count them.",
)
def test_an_epoch_takes_each_row_once(student, rng):
    """In an epoch each row is in one batch, each batch is one step along the mean of its rows, and the last batch has
    what is left."""
    X, y = _rows(rng, 24)
    A = np.insert(X, 0, 1.0, axis=1)
    slope = A.T @ (0.5 - y) / len(X)
    for size in (1, 4, 12):
        theta, _ = _trained(student, X, y, lr=1e-7, batch_size=size, epochs=1, seed=int(rng.integers(99)))
        assert_allclose(theta / -1e-7, 24 / size * slope, rtol=1e-3, atol=1e-4)
    alike = np.tile(X[:1], (24, 1))  # so that it does not matter which rows are in the last batch
    for size, steps in ((5, 5), (9, 3), (23, 2)):
        theta, _ = _trained(student, alike, np.ones(24, dtype=int), lr=1e-7, batch_size=size, epochs=1)
        assert_allclose(theta / 1e-7, steps * 0.5 * np.append(1.0, X[0]), rtol=1e-3)


def _order(before, after):
    """The order in which rows of the identity matrix, all of class 1, were visited one by one: the bias grows, so that
    a later row moves its weight less."""
    moved = np.asarray(after)[1:] - np.asarray(before)[1:]
    return list(np.argsort(-moved))


@check("tf1.09.12", hint="Draw the order anew in each epoch, by one generator that is made once.")
def test_order_is_drawn_for_each_epoch(student, rng):
    """Rows come in another order in each epoch and for each seed, and in the same for the same seed."""
    X, y, start = np.eye(12), np.ones(12, dtype=int), np.zeros(13)

    def after(epochs, seed):
        return _trained(student, X, y, lr=0.05, batch_size=1, epochs=epochs, seed=seed)[0]

    one, two = (int(seed) for seed in rng.choice(10_000, 2, replace=False))
    first, second = after(1, one), after(2, one)
    orders = [_order(start, first), _order(first, second), _order(start, after(1, two))]
    orders.append(list(range(12)))
    for n, order in enumerate(orders):
        assert order not in orders[:n]
    repeats(lambda seed: after(2, seed), (one, two))


@check("tf1.09.12", hint="One number for each epoch, once its last batch is done, over all rows.")
def test_history_is_of_all_rows(student, rng):
    """The history has the loss of all rows after each epoch, also where the batches are small."""
    X, y = _rows(rng)
    for epochs in (1, 4):
        theta, history = _trained(student, X, y, lr=0.2, batch_size=7, epochs=epochs)
        assert len(history) == epochs
        assert_allclose(history[-1], _cost(theta, X, y), rtol=1e-6)


@check("tf1.09.12", core=True, weight=2, hint="Parameters, number of epochs, history: and what else decides the next "
       "batch?")  # fmt: skip
def test_resumed_is_as_if_in_one_go(student, rng):
    """A training in two or three parts ends with the parameters and the history of one in one go."""
    X, y = _rows(rng)
    for parts in ((3, 8), (1, 2, 7)):
        settings = {"lr": 0.3, "batch_size": 7, "seed": int(rng.integers(1, 10_000))}
        path = student.probe_(_new_path)()
        for epochs in parts:
            found, history = _trained(student, X, y, epochs=epochs, path=path, **settings)
            wanted, losses = _trained(student, X, y, epochs=epochs, **settings)
            assert_allclose(found, wanted, rtol=1e-9)
            assert len(history) == epochs
            assert_allclose(history, losses, rtol=1e-9)


def _interrupted(train, at, *args, **kwargs):
    """Probe: a training that is interrupted after an epoch; returns what it has told until then."""
    told = []

    def after_epoch(epoch, loss):
        told.append((epoch, float(loss)))
        if epoch == at:
            raise RuntimeError("the power is gone")

    try:
        train(*args, after_epoch=after_epoch, **kwargs)
    except RuntimeError as error:
        return told, str(error)
    return told, ""


@check("tf1.09.12", core=True, hint="Write the file in each epoch, before `after_epoch` is called.")
def test_interrupted_it_goes_on(student, rng):
    """Interrupted after some epoch it has written that epoch's checkpoint, and goes on from there."""
    X, y = _rows(rng)
    settings = {"lr": 0.3, "batch_size": 8, "seed": int(rng.integers(1, 10_000)), "epochs": 9}
    wanted, losses = _trained(student, X, y, **settings)
    path, at = student.probe_(_new_path)(), int(rng.integers(2, 6))
    interrupted = student.probe_(_interrupted)
    told, error = interrupted(student.logistic_regression, at, X, y, path=path, **settings)
    assert error == "the power is gone"
    assert [epoch for epoch, _ in told] == list(range(1, at + 1))
    told, error = interrupted(student.logistic_regression, 0, X, y, path=path, **settings)
    assert error == ""
    assert [epoch for epoch, _ in told] == list(range(at + 1, 10))
    assert_allclose([loss for _, loss in told], losses[at:], rtol=1e-9)
    found, history = _trained(student, X, y, path=path, **settings)  # nothing is left to do
    assert_allclose(found, wanted, rtol=1e-9)
    assert_allclose(history, losses, rtol=1e-9)


def _by_text(train, path, X, y, **settings):
    """Probe: a training that is given the name of its file as text."""
    return train(X, y, path=str(path), **settings)


@check("tf1.09.12", hint="`Path(path)` makes a path of either.")
def test_path_may_be_text(student, rng):
    """A file that is named by text is written and resumed from as well."""
    X, y = _rows(rng)
    path, settings = student.probe_(_new_path)(), {"lr": 0.3, "batch_size": 8}
    wanted, losses = _trained(student, X, y, epochs=5, **settings)
    for epochs in (2, 5):
        found, history = student.probe_(_by_text)(student.logistic_regression, path, X, y, epochs=epochs, **settings)
    assert_allclose(np.asarray(found, dtype=float), wanted, rtol=1e-9)
    assert_allclose(history, losses, rtol=1e-9)


@check("tf1.09.12", hint="What is `resume` for?")
def test_begins_anew_if_told_to(student, rng):
    """With `resume=False` an old file counts for nothing and is written over."""
    (X, y), (other, labels) = _rows(rng), _rows(rng, 26)
    path, settings = student.probe_(_new_path)(), {"lr": 0.3, "batch_size": 8, "epochs": 4}
    wanted, losses = _trained(student, X, y, **settings)
    _trained(student, other, labels, path=path, **settings)
    for resume in (False, True):
        found, history = _trained(student, X, y, path=path, resume=resume, **settings)
        assert_allclose(found, wanted, rtol=1e-9)
        assert_allclose(history, losses, rtol=1e-9)


def _spoil(path, number):
    """Probe: write something into a file that is no checkpoint."""
    with open(path, "wb") as file:
        file.write([b"", b"these are no parameters", bytes(range(256)) * 9][number])


@check("tf1.09.12", hint="An exception that is caught is a training that silently begins anew.")
def test_a_spoiled_file_is_an_error(student, rng):
    """A file that is there and no checkpoint raises an exception; one that is not there doesn't."""
    X, y = _rows(rng)
    for number in range(3):
        path = student.probe_(_new_path)()
        _trained(student, X, y, epochs=1, path=path)
        student.probe_(_spoil)(path, number)
        with pytest.raises(StudentRaised):
            _trained(student, X, y, epochs=2, path=path)


@check("tf1.09.12", hint="`theta -= …` or `rng.shuffle(X)` on an array that was passed in changes it.")
def test_tables_are_left_alone(student, rng):
    """Neither the rows nor the parameters that are passed in are changed."""
    X, y = _rows(rng)
    theta = rng.normal(size=4)
    _, after = student.watch_("log_loss_and_gradient", theta, X, y)
    for given, left in zip((theta, X, y), after, strict=True):
        assert_array_equal(left, given)
    _, after = student.watch_("logistic_regression", X, y)
    for given, left in zip((X, y), after, strict=True):
        assert_array_equal(left, given)
    _, (left,) = student.watch_("more_features", X[:, :2].copy())
    assert_array_equal(left, X[:, :2])


def _moons(rng, n):
    """Moons as they are, mirrored or turned by half a turn."""
    X, y = make_moons(n, noise=0.1, random_state=int(rng.integers(2**31)))
    return X, y


@check(
    "tf1.09.12",
    hint="What does a row's features have to do with the other rows? Nothing: no mean, no scale.",
)
def test_features_are_of_each_row_alone(student, rng):
    """A row has the same finite features whichever rows it stands among."""
    X = rng.uniform(-2, 2, (9, 2))
    whole = np.asarray(student.more_features(X), dtype=float)
    assert whole.ndim == 2 and len(whole) == 9 and np.isfinite(whole).all()
    assert_allclose(student.more_features(X[2:5]), whole[2:5], rtol=1e-5, atol=1e-6)
    assert_allclose(student.more_features(X[::-1].copy()), whole[::-1], rtol=1e-5, atol=1e-6)


@check("tf1.09.12", weight=2, at_least=True, hint="A line in the space of more columns is bent in the plane: how often "
       "does the boundary between the moons turn?")  # fmt: skip
def test_bent_boundary(student, rng) -> float:
    """Trained on your features, the model names {threshold:.1%} of new moons' classes or more."""
    right = []
    for _ in range(3):
        sides = rng.choice([-1.0, 1.0], 2)
        (X, y), (new, wanted) = _moons(rng, 400), _moons(rng, 1_000)
        theta, _ = student.logistic_regression(student.more_features(sides * X), y, **SETTINGS)
        proba = np.asarray(student.predict_proba(theta, student.more_features(sides * new)), dtype=float)
        right.append(np.mean((proba > 0.5) == wanted))
    return float(np.mean(right))
