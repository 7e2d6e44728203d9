"""Hidden checks of chapter 3: digits (p.03.1)."""

from typing import Any

import numpy as np

from autograder.checks.ch03_classification import inputs
from autograder.testing import check
from autograder.testing.made_up import pages, script, usual_accuracy
from course.datasets import load


def _pages(rng, *sizes: int) -> list:
    """Draw a script of its own, and so many of its letters: X, y, X, y, …"""
    return pages(rng, script(rng), *sizes)


def _read(model: Any, X: np.ndarray) -> np.ndarray:
    labels = np.asarray(model.predict(X))
    assert labels.shape == (len(X),)
    return labels


def _accuracy(model: Any, X: np.ndarray, y: np.ndarray) -> float:
    # Text and floats are another check's business: here "3" and 3.0 are a 3.
    return float((_read(model, X).astype(float) == y).mean())


def _trained(student, X, y, X_new, y_new) -> Any:
    """Return a model that has learned: what does not read letters at all promises nothing about them."""
    model = student.fit_mnist(X, y)
    assert _accuracy(model, X_new, y_new) > 0.4
    return model


@check("p.03.1", core=True, weight=4, at_least=True, hint="Which settings work well on a part of the training set that "
       "your model has not been fitted to? Did you fit to all rows in the end?")  # fmt: skip
def test_reads_a_made_up_script(student, rng) -> float:
    """After learning from 500 letters of a script that nobody knows, your model reads more of others than k-NN with
    default settings: {threshold:.1%} of all letters more, or better, on average over six scripts."""
    gains = []
    for _ in range(6):
        X, y, X_new, y_new = _pages(rng, 500, 1_200)
        gains.append(_accuracy(student.fit_mnist(X, y), X_new, y_new) - usual_accuracy(X, y, X_new, y_new))
    return float(np.mean(gains))


@check("p.03.1", hint="If you use a part of the rows, draw it at random: the first rows of a sorted set show only the "
       "first letters.")  # fmt: skip
def test_order_of_the_rows_does_not_matter(student, rng):
    """Trained on rows sorted by letter, your model reads about as many others as after training on mixed rows."""
    X, y, X_new, y_new = _pages(rng, 800, 800)
    order = np.argsort(y, kind="stable")
    mixed = _accuracy(_trained(student, X, y, X_new, y_new), X_new, y_new)
    assert _accuracy(student.fit_mnist(X[order], y[order]), X_new, y_new) > mixed - 0.07


@check("p.03.1", hint="Look at `model.predict(X)[:5]` and its dtype.")
def test_answers_are_digits(student, rng):
    """`predict` returns one whole number per image, from 0 to 9, like the labels it was trained on."""
    X, y, X_new, y_new = _pages(rng, 400, 300)
    labels = _read(_trained(student, X, y, X_new, y_new), X_new)
    assert labels.dtype.kind in "iu"
    assert set(labels.tolist()) <= set(range(10))


@check("p.03.1", hint="All that `predict` needs to know (means, scales, ...) has to be learned in `fit`.")
def test_reads_one_image_alone(student, rng):
    """An image is read the same whether it comes alone or together with others."""
    X, y, X_new, y_new = _pages(rng, 400, 300)
    model = _trained(student, X, y, X_new, y_new)
    alone = [_read(model, X_new[row : row + 1])[0] for row in range(20)]
    together = np.vstack([X_new[:20], 255 - X_new[20:]])  # much darker, or brighter, on the whole
    # A tie between neighbours may be broken by rounding, which depends on the size of the batch: one is forgiven.
    assert np.count_nonzero(_read(model, together)[:20] != alone) <= 1


def _settings(student, rng, X: np.ndarray, y: np.ndarray, is_sorted: bool = False) -> tuple[int, str]:
    order = rng.permutation(len(y))
    if is_sorted:
        order = order[np.argsort(y[order], kind="stable")]
    found = student.tune_knn(X[order], y[order])
    assert isinstance(found, dict)
    n_neighbors, weights = found["n_neighbors"], found["weights"]
    assert isinstance(n_neighbors, int | np.integer)
    assert n_neighbors >= 1
    assert weights in ("uniform", "distance")
    return int(n_neighbors), str(weights)


@check("p.03.1", core=True, hint="Compare values of `n_neighbors` by their accuracy on rows that were held out.")
def test_n_neighbors_follows_the_data(student, rng):
    """`tune_knn` chooses few neighbours where only the nearest are alike, and many where labels are noisy."""
    few, _ = _settings(student, rng, *inputs.small_families(rng))
    many, _ = _settings(student, rng, *inputs.noisy_crowds(rng, 600, 0.5))
    assert few < many


@check("p.03.1", core=True, hint="Try both values of `weights` with every `n_neighbors`, on rows that were held out.")
def test_weights_follow_the_data(student, rng):
    """`tune_knn` chooses equal votes or votes by distance, whichever is better for the data."""
    found = [_settings(student, rng, *make(rng))[1] for make in (inputs.twins_and_crowds, inputs.false_twins)]
    assert found == ["distance", "uniform"]


@check("p.03.1", hint="How are the rows split? With sorted rows, a fold cut out in one piece is all of one class.")
def test_tuning_copes_with_sorted_rows(student, rng):
    """`tune_knn` chooses the same way of voting when the rows are sorted by class as when they are mixed."""
    for make in (inputs.twins_and_crowds, inputs.false_twins):
        X, y = make(rng)
        mixed, in_order = (_settings(student, rng, X, y, is_sorted=is_sorted)[1] for is_sorted in (False, True))
        assert mixed == in_order


@check("p.03.1", full=True, data="mnist", hint="Compare settings on a part of the training set, then fit to all of it.")
def test_reads_97_in_100_real_digits(student, rng):
    """Trained on all 60,000 digits of MNIST, your model reads more than 97 in 100 of the 10,000 test digits: with
    pixels and labels in another order, so that nothing can be looked up."""
    mnist, digits, pixels = load("mnist"), rng.permutation(10), rng.permutation(784)
    rows = rng.permutation(len(mnist.X_train))
    X, y = mnist.X_train[rows][:, pixels], digits[mnist.y_train[rows]].astype(mnist.y_train.dtype)
    model = student.fit_mnist(X, y)
    assert _accuracy(model, mnist.X_test[:, pixels], digits[mnist.y_test]) > 0.97
