"""Hidden checks of chapter 9: digits (tf2.10.10)."""

from typing import Any

import numpy as np
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from autograder.checks.ch09_neural_networks.inputs import accuracy, labels_of
from autograder.testing import check
from autograder.testing.made_up import pages, script
from autograder.testing.modules import repeats, stops_early
from course.datasets import load


def _lines(rng, n: int, noise: float = 0.0) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Pictures of three sorts of patterns, (n, 784) bytes; with `noise`, so many labels are drawn by chance."""
    y = rng.permutation(np.arange(n) % 3)
    patterns = np.kron(np.random.default_rng(7).random((3, 7, 7)), np.ones((4, 4))).reshape(3, 784)
    X = np.clip(200 * patterns[y] + rng.normal(0, 40, (n, 784)), 0, 255).astype(np.uint8)
    wrong = rng.random(n) < noise
    return X, np.where(wrong, rng.integers(0, 3, n), y) * 2 + 1  # 1, 3, 5


def _loss(model: Any, X: NDArray[Any], y: NDArray[Any]) -> float:
    found = np.asarray(model.predict_proba(X), dtype=float)
    assert found.shape == (len(X), 3)
    return float(log_loss(y, found, labels=[1, 3, 5]))


@check("tf2.10.10", core=True, weight=2, hint="What does an optimizer keep from step to step, besides the weights? And "
       "what comes next from your random numbers?")  # fmt: skip
def test_an_interrupted_training_ends_the_same(student, rng):
    """A training that is interrupted after two epochs and goes on from its checkpoint ends with the same losses and
    the same model as one that is not; the checkpoint is bytes, and can be used twice."""
    rows, val = _lines(rng, 60, 0.3), _lines(rng, 30, 0.3)
    settings = {"hidden": (8,), "patience": 9, "seed": int(rng.integers(1000))}
    whole = student.train_digits(*rows, *val, 0.02, 5, **settings)
    part = student.train_digits(*rows, *val, 0.02, 2, **settings)
    assert isinstance(part["checkpoint"], bytes)
    wanted = np.asarray(whole["losses"], dtype=float)
    assert wanted.shape == (5,) and np.ptp(wanted) > 1e-3
    for _ in range(2):
        rest = student.train_digits(*rows, *val, 0.02, 5, checkpoint=part["checkpoint"], **settings)
        assert_allclose(np.asarray(rest["losses"], dtype=float), wanted, rtol=1e-5)
        said, right = (np.asarray(one["model"].predict_proba(val[0]), dtype=float) for one in (rest, whole))
        assert_allclose(said, right, atol=1e-5)


@check("tf2.10.10", core=True, weight=2, hint="Which epoch's weights does your model have in the end, and when does "
       "your loop end?")  # fmt: skip
def test_training_stops_in_time(student, rng):
    """Training ends once patience has run out, and the model is that of the epoch with the lowest loss on the
    validation rows; the losses are those of your models."""
    rows, val = _lines(rng, 40, 0.7), _lines(rng, 60, 0.7)

    def train(n_epochs: int) -> tuple[Any, Any]:
        found = student.train_digits(*rows, *val, 0.03, n_epochs, hidden=(20,), patience=4, seed=3)
        return found["model"], found["losses"]

    stops_early(train, lambda model: _loss(model, *val), n_epochs=80, patience=4)


@check("tf2.10.10", hint="Where is the patience counted that was used up before the checkpoint, and where is the "
       "best network so far?")  # fmt: skip
def test_patience_goes_on_counting(student, rng):
    """A training that has run out of patience, and is asked to go on from its checkpoint, trains no more; one that has
    a single epoch of patience left takes that one. The model is that of the best epoch, though it was before."""
    rows, val = _lines(rng, 40, 0.7), _lines(rng, 60, 0.7)
    settings = {"hidden": (20,), "patience": 2, "seed": 5}
    done = student.train_digits(*rows, *val, 0.03, 60, **settings)
    wanted = np.asarray(done["losses"], dtype=float)
    right = np.asarray(done["model"].predict_proba(val[0]), dtype=float)
    assert 3 <= len(wanted) < 60
    shorter = student.train_digits(*rows, *val, 0.03, len(wanted) - 1, **settings)
    for part in (done, shorter):
        more = student.train_digits(*rows, *val, 0.03, 80, checkpoint=part["checkpoint"], **settings)
        assert_allclose(np.asarray(more["losses"], dtype=float), wanted, rtol=1e-5)
        assert_allclose(np.asarray(more["model"].predict_proba(val[0]), dtype=float), right, atol=1e-5)


@check("tf2.10.10", hint="What does chance decide: the first weights, the order of rows?")
def test_seed_decides_the_network(student, rng):
    """The same seed trains the same network, another seed another one; and from the same seed, `fit_digits` makes the
    same model."""
    rows, val = _lines(rng, 60, 0.6), _lines(rng, 30)

    def said(seed: int) -> NDArray[np.float64]:
        found = student.train_digits(*rows, *val, 0.005, 1, hidden=(6,), seed=seed)
        return np.asarray(found["model"].predict_proba(val[0]), dtype=float)

    seeds = tuple(int(seed) for seed in rng.permutation(1000)[:2])
    repeats(said, seeds)
    X, y, X_new, _ = pages(rng, script(rng, forms=6, spot=3.0), 200, 300)  # so few that chance decides much
    first, second = (labels_of(student.fit_digits(X, y, seed=seeds[0]), X_new) for _ in range(2))
    assert np.mean(first == second) > 0.98


@check("tf2.10.10", hint="Does `predict` say the label, or at which place among the labels it stands?")
def test_models_answer_with_labels(student, rng):
    """`predict` says the labels as the training rows call them, also where some numbers are lacking: the one of which
    `predict_proba` is most sure."""
    rows, val = _lines(rng, 90), _lines(rng, 60)
    model = student.train_digits(*rows, *val, 0.02, 3, hidden=(8,), seed=int(rng.integers(1000)))["model"]
    sure = np.asarray(model.predict_proba(val[0]), dtype=float)
    np.testing.assert_array_equal(labels_of(model, val[0]), np.array([1, 3, 5])[sure.argmax(axis=1)])
    X, y, X_new, y_new = pages(rng, script(rng, forms=3, spot=3.0), 600, 300)
    some, new = (np.isin(one, [1, 3, 5]) for one in (y, y_new))
    assert accuracy(student.fit_digits(X[some], y[some]), X_new[new], y_new[new]) > 0.5


@check("tf2.10.10", core=True, weight=4, at_least=True, hint="Are the pixels scaled? Is the rate neither too low nor "
       "too high, and are there enough epochs?")  # fmt: skip
def test_reads_a_made_up_script(student, rng) -> float:
    """After learning from 900 letters of a script that nobody knows, your network reads more of others than logistic
    regression: {threshold:.1%} of all letters more, or better, on average over two scripts."""
    gains = []
    for _ in range(2):
        X, y, X_new, y_new = pages(rng, script(rng, forms=6, spot=3.0), 900, 800)
        linear = LogisticRegression(max_iter=50).fit(X / 255, y)
        gains.append(accuracy(student.fit_digits(X, y), X_new, y_new) - linear.score(X_new / 255, y_new))
    return float(np.mean(gains))


@check("tf2.10.10", full=True, data="mnist", hint="More units, and a rate just below the one that fails; when is the "
       "lowest validation loss reached?")  # fmt: skip
def test_reads_98_in_100_real_digits(student, rng):
    """Trained on all 60,000 digits of MNIST, your network reads more than 98 in 100 of the 10,000 test digits: with
    pixels and labels in another order, so that nothing can be looked up."""
    mnist, digits, pixels = load("mnist"), rng.permutation(10), rng.permutation(784)
    rows = rng.permutation(len(mnist.X_train))
    X, y = mnist.X_train[rows][:, pixels], digits[mnist.y_train[rows]]
    assert accuracy(student.fit_digits(X, y), mnist.X_test[:, pixels], digits[mnist.y_test]) > 0.98
