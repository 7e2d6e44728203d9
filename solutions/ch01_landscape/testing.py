"""Chapter 1, testing and choosing models (p.01.15 to p.01.19, tf1.01.19): the answers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
# What is wrong: one of the options above.
P_01_15_DIAGNOSIS: str = "overfitting"
# The letters of everything that may help, as a list.
P_01_15_CURES: list[str] = ["b", "c", "e", "g"]


def train_and_new_error(x: Array, y: Array, x_new: Array, y_new: Array, degree: int) -> tuple[float, float]:
    """Return the two figures that the diagnosis is made from.

    Parameters
    ----------
    x, y : (n,) the training set.
    x_new, y_new : (m,) examples that the model has not seen.
    degree : of the polynomial that is fitted to the training set by least squares.

    Returns
    -------
    Its root mean squared error on the training set, and on the new examples.

    Examples
    --------
    >>> x, y = np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.0])
    >>> [round(float(e), 6) for e in train_and_new_error(x, y, np.array([3.0, 4.0]), np.array([7.0, 9.0]), 1)]
    [0.0, 0.0]
    >>> [round(float(e), 6) for e in train_and_new_error(x, y, np.array([3.0, 4.0]), np.array([7.0, 7.0]), 0)]
    [1.632993, 4.0]
    """
    polynomial = np.polyfit(x, y, degree)
    errors = [np.polyval(polynomial, x) - y, np.polyval(polynomial, x_new) - y_new]
    train, new = (float(np.sqrt(np.mean(error**2))) for error in errors)
    return train, new


P_01_16 = """
A test set is a part of the data that is put aside before anything else, at random, so that it looks like what the
system will meet. Neither fitting nor any choice between models may use it. At the end the finished model is measured
on it once: since the model has never seen these examples, the error estimates the *generalisation error*, what users
would get, before the system is let loose on them. The training error says little about that. A test set that is used
again and again to choose by becomes one more training set.
"""
P_01_16_RUBRIC = """
- 1 point: data put aside, used for neither fitting nor choosing
- 1 point: to estimate the error on new data, before the system is used
- 1 point: representative, or used only once or rarely
"""


def hold_out(n: int, share: float, seed: int) -> tuple[Array, Array]:
    """Choose at random which rows of a table are put aside.

    Parameters
    ----------
    n : the number of rows. They may be sorted, by date or by class.
    share : of the rows that go into the test set; ``share * n`` is a whole number.
    seed : the same seed gives the same choice, another one another choice.

    Returns
    -------
    The row numbers of the training set and those of the test set, counted from 0, in any order.

    Examples
    --------
    >>> train, test = hold_out(8, 0.25, seed=1)
    >>> len(train), len(test)
    (6, 2)
    >>> sorted(int(row) for row in [*train, *test])
    [0, 1, 2, 3, 4, 5, 6, 7]
    """
    order = np.random.default_rng(seed).permutation(n)
    size = round(share * n)
    return order[size:], order[:size]


P_01_17 = """
A validation set is a part of the training data that is held back to compare models and to choose hyperparameters. Every
candidate is trained on the rest and measured on the validation set; the best one wins. It is then trained once
more on the whole training data, validation set included, and only this final model is measured on the test set. If one
chose by the test set instead, the winner would owe part of its score to luck, and no untouched data would be left to
find that out.
"""
P_01_17_RUBRIC = """
- 1 point: held back from the training data
- 1 point: to compare models or to tune hyperparameters
- 1 point: the winner is trained on all of the training data, then measured once on the test set
"""
# The six letters in the order in which the steps are taken, as a list.
P_01_17_ORDER: list[str] = ["d", "b", "f", "a", "e", "c"]


def choose_degree(
    train: tuple[Array, Array], validation: tuple[Array, Array], test: tuple[Array, Array], degrees: Sequence[int]
) -> tuple[int, float]:
    """Choose the degree of a polynomial as it should be done, and say how well the final model does.

    Polynomials are fitted by least squares; their error is the root mean squared error.

    Parameters
    ----------
    train, validation, test : pairs (x, y) of arrays of shape (m,).
    degrees : the candidates.

    Returns
    -------
    The degree that was chosen, and the error on the test set that is reported to the boss: the one of the final model,
    which has learned from all examples that it is allowed to learn from.

    Examples
    --------
    >>> x = np.arange(8.0)
    >>> degree, error = choose_degree((x[:4], x[:4] ** 2), (x[4:6], x[4:6] ** 2), (x[6:], x[6:] ** 2), [0, 1, 2])
    >>> int(degree), round(float(error), 6)
    (2, 0.0)
    >>> degree, error = choose_degree((x[:2], x[:2]), (x[2:4], x[2:4]), (x[4:], 0 * x[4:]), [0, 1])
    >>> int(degree), round(float(error), 6)
    (1, 5.612486)
    """

    def error(polynomial: Array, rows: tuple[Array, Array]) -> float:
        return float(np.sqrt(np.mean((np.polyval(polynomial, rows[0]) - rows[1]) ** 2)))

    best = min(degrees, key=lambda degree: error(np.polyfit(*train, degree), validation))
    x, y = np.concatenate([train, validation], axis=1)
    return best, error(np.polyfit(x, y, best), test)


P_01_18 = """
A train-dev set is a part of the *training* data that is held back from training. It is needed when the training data
may differ from what the system will meet, and so from the validation and test sets: photos from the web to train on,
photos from phones to work on. The model is trained without it, then measured on it. If it does badly on the train-dev
set, though well on the training set, it overfits. If it does well there but badly on the validation set, the cause is
the mismatch of the two kinds of data: make the training data more like the data at work.
"""
P_01_18_RUBRIC = """
- 1 point: a part of the training data that is held back
- 1 point: for when training data and validation (or production) data may differ
- 1 point: bad on train-dev means overfitting, good there and bad on validation means mismatch
"""


def diagnose(wanted: float, train: float, train_dev: float, validation: float, gap: float) -> list[str]:
    """Say what is wrong with a model, by its errors on the three sets.

    Parameters
    ----------
    wanted : the error that could be reached, by a person for instance.
    train, train_dev, validation : the model's errors.
    gap : an error counts as worse than another if it is larger by more than this.

    Returns
    -------
    Those of the words ``"underfitting"``, ``"overfitting"`` and ``"mismatch"`` that apply, in this order; each is
    seen in the step from one error to the next. Empty if all is well.

    Examples
    --------
    >>> list(diagnose(wanted=0.01, train=0.02, train_dev=0.021, validation=0.12, gap=0.03))
    ['mismatch']
    >>> list(diagnose(wanted=0.01, train=0.2, train_dev=0.3, validation=0.31, gap=0.03))
    ['underfitting', 'overfitting']
    """
    steps = {
        "underfitting": train - wanted,
        "overfitting": train_dev - train,
        "mismatch": validation - train_dev,
    }
    return [trouble for trouble, step in steps.items() if step > gap]


P_01_19 = """
Whoever tries many settings and keeps the one that does best on the test set picks, among other things, the one that was
luckiest on just these examples: the hyperparameters have been fitted to the test set. Its error then is too good to be
true, no longer an estimate for new data, and in production the model does worse than was promised. That is what a
validation set, or cross-validation, is for; the test set is used once, at the end.
"""
P_01_19_RUBRIC = """
- 1 point: the choice overfits the test set
- 1 point: the measured error is too optimistic, so that the model does worse in production
"""


def optimism(test_right: Array, fresh_right: Array) -> tuple[float, float]:
    """Show what becomes of the model that did best on the test set.

    Parameters
    ----------
    test_right : (m, n) truth values: whether each of m models is right about each of n test examples. Exactly one
        model is right most often.
    fresh_right : (m, k) the same for k fresh examples, which nobody has looked at while choosing.

    Returns
    -------
    The accuracy, on the test set and on the fresh examples, of the one model that one would choose by the test set.

    Examples
    --------
    >>> test = np.array([[True, True, True, False], [True, False, False, False]])
    >>> fresh = np.array([[True, False], [True, True]])
    >>> [float(value) for value in optimism(test, fresh)]
    [0.75, 0.5]
    >>> [float(value) for value in optimism(test[::-1], fresh)]
    [0.75, 1.0]
    """
    chosen = test_right.mean(axis=1).argmax()
    return float(test_right[chosen].mean()), float(fresh_right[chosen].mean())


TF1_01_19 = """
Cross-validation compares models, and chooses hyperparameters, without a validation set of its own. The training data is
cut into k parts; each part takes its turn as the validation set while the model is trained on all the others, and the k
scores are averaged. So no example is lost for training, each one is used for validation exactly once, and the spread of
the scores says how far to trust them. The price is that every candidate is trained k times.
"""
TF1_01_19_RUBRIC = """
- 1 point: compares or selects models without a separate validation set
- 1 point: saves training data, because every example takes part in both
"""


def folds(n: int, k: int) -> list[tuple[Array, Array]]:
    """Plan a k-fold cross-validation.

    Parameters
    ----------
    n : the number of examples.
    k : the number of folds, from 2 to n; n need not be a multiple of it.

    Returns
    -------
    For each fold the row numbers to train on and those to validate on, counted from 0, in any order. Over all folds
    each row is validated on once; the sizes of two validation parts differ by at most 1.

    Examples
    --------
    >>> plan = folds(7, 3)
    >>> sorted(len(validation) for train, validation in plan)
    [2, 2, 3]
    >>> sorted(int(row) for train, validation in plan for row in validation)
    [0, 1, 2, 3, 4, 5, 6]
    >>> [sorted(int(row) for row in [*train, *validation]) == list(range(7)) for train, validation in plan]
    [True, True, True]
    """
    parts = np.array_split(np.arange(n), k)
    return [(np.concatenate(parts[:i] + parts[i + 1 :]), part) for i, part in enumerate(parts)]
