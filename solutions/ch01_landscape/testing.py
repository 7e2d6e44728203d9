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
    >>> new = np.array([3.0, 4.0])
    >>> errors = train_and_new_error(x, y, new, np.array([7.0, 9.0]), 1)
    >>> [round(float(error), 6) for error in errors]
    [0.0, 0.0]
    >>> errors = train_and_new_error(x, y, new, np.array([7.0, 7.0]), 0)
    >>> [round(float(error), 6) for error in errors]
    [1.632993, 4.0]
    """
    polynomial = np.polyfit(x, y, degree)
    errors = [np.polyval(polynomial, x) - y, np.polyval(polynomial, x_new) - y_new]
    train, new = (float(np.sqrt(np.mean(error**2))) for error in errors)
    return train, new


P_01_16 = """
Before anything else, some of the rows should have been drawn by lot and locked away, so that they are a fair sample of
what the model will meet. That is a *test set*: nothing is fitted to it, and nothing is decided by it.

When all is done, the model answers for these rows. They are as new to it as those of the customers will be, so its
mistakes there tell what to expect in use (the *generalisation error*), which the mistakes on rows that it knows don't.
He may look once. If he looks, changes something and looks again, the rows have begun to teach him.
"""
P_01_16_RUBRIC = """
- 1 point: rows that are put aside before fitting, and take part in neither fitting nor choosing
- 1 point: they tell how it will do on new data; and one of: drawn at random or representative, looked at once
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
    The row numbers of the training set and those of the test set, counted from 0, in
    any order.

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
Some of the rows to train on are held back, at random: they are the *validation set*. Each of the five is fitted to the
others and judged by these. The rows of the fit can't decide, because the degree that bends most always comes closest to
them; nor can the test set, or nothing would be left that has had no say.

Once degree 3, for instance, has won, the rows that were held back are still good for learning: a polynomial of degree 3
is fitted to all of them together. That is the model, and the test set tells how good it is.
"""
P_01_17_RUBRIC = """
- 1 point: rows held back from the training data (validation set) decide; on those of the fit the most flexible wins
- 1 point: afterwards the winner is fitted again to all the training data, those rows included
"""
# The six letters in the order in which the steps are taken, as a list.
P_01_17_ORDER: list[str] = ["d", "b", "f", "a", "e", "c"]


def choose_degree(
    train: tuple[Array, Array], validation: tuple[Array, Array], test: tuple[Array, Array], degrees: Sequence[int]
) -> tuple[int, float]:
    """Choose the degree of a polynomial as it should be done,
    and say how well the final model does.

    Polynomials are fitted by least squares; their error is the root mean squared error.

    Parameters
    ----------
    train, validation, test : pairs (x, y) of arrays of shape (m,).
    degrees : the candidates.

    Returns
    -------
    The degree that was chosen, and the error on the test set that is reported to the
    boss: the one of the final model, which has learned from all examples that it is
    allowed to learn from.

    Examples
    --------
    >>> x = np.arange(8.0)
    >>> degree, error = choose_degree(
    ...     (x[:4], x[:4] ** 2), (x[4:6], x[4:6] ** 2), (x[6:], x[6:] ** 2), [0, 1, 2]
    ... )
    >>> int(degree), round(float(error), 6)
    (2, 0.0)
    >>> degree, error = choose_degree(
    ...     (x[:2], x[:2]), (x[2:4], x[2:4]), (x[4:], 0 * x[4:]), [0, 1]
    ... )
    >>> int(degree), round(float(error), 6)
    (1, 5.612486)
    """

    def error(polynomial: Array, rows: tuple[Array, Array]) -> float:
        return float(np.sqrt(np.mean((np.polyval(polynomial, rows[0]) - rows[1]) ** 2)))

    best = min(degrees, key=lambda degree: error(np.polyfit(*train, degree), validation))
    x, y = np.concatenate([train, validation], axis=1)
    return best, error(np.polyfit(x, y, best), test)


P_01_18 = """
Some thousand of the *drawings*, kept out of training. One engineer believes that the robot has learned its drawings by
heart; the other one, that it knows plants from drawings very well, and that fields just look otherwise. The validation
set can't tell, since both would make it fail there.

Drawings that it has not seen can. If it fails on these as well, the first is right: it *overfits*, and needs a simpler
model, a penalty, or more drawings. If it does well on them, the second is right: the data don't *match*, and the
drawings need mud, shadows and blur until they look like fields. Where training data and validation data are of one kind
there is no quarrel, and no need for such a set.
"""
P_01_18_RUBRIC = """
- 1 point: drawings (training data), held back from training; needed because training and validation data differ in kind
- 1 point: bad on it means overfitting; good on it and bad on the validation set means that the data don't match
"""


def diagnose(wanted: float, train: float, train_dev: float, validation: float, gap: float) -> list[str]:
    """Say what is wrong with a model, by its errors on the three sets.

    Parameters
    ----------
    wanted : the error that could be reached, by a person for instance.
    train, train_dev, validation : the model's errors.
    gap : an error counts as worse than another if it is larger by more than this. One
        that is smaller is no trouble.

    Returns
    -------
    Those of the words ``"underfitting"``, ``"overfitting"`` and ``"mismatch"`` that
    apply, in this order; each is seen in the step from one error to the next. Empty if
    all is well.

    Examples
    --------
    >>> errors = {"train": 0.02, "train_dev": 0.021, "validation": 0.12}
    >>> list(diagnose(wanted=0.01, **errors, gap=0.03))
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
Of forty settings that are about equally good, one has the most luck with just these examples, and it is that one which
was kept. The 3% are its luck as well as its skill, and only the skill goes along to the customers, so that they will
see more mistakes.

The choice should have been left to a validation set, or to cross-validation. Then the test set has had no say in it,
and what it measures of the one that was chosen may be promised.
"""
P_01_19_RUBRIC = """
- 1 point: the best of forty owes a part of its score to luck with these examples: it was fitted to the test set
- 1 point: so the figure for new data is worse; an honest one needs data that took no part in the choice
"""


def optimism(test_right: Array, fresh_right: Array) -> tuple[float, float]:
    """Show what becomes of the model that did best on the test set.

    Parameters
    ----------
    test_right : (m, n) truth values: whether each of m models is right about each of n
        test examples. Exactly one model is right most often.
    fresh_right : (m, k) the same for k fresh examples, which nobody has looked at while
        choosing.

    Returns
    -------
    The accuracy, on the test set and on the fresh examples, of the one model that one
    would choose by the test set.

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
All 200 stay together, dealt into five heaps, for example. In each round another heap is left out while a model is
trained on the other four, and the heap that was left out judges it. After five rounds every patient has been asked
about once, by a model that had not seen him, and has taught four times; the mean of the five scores is what candidates
are compared by, and their spread tells how far to trust it. The price is time: five models instead of one, for each
candidate.
"""
TF1_01_19_RUBRIC = """
- 1 point: each part is left out once and judges what was trained on the others; the scores are averaged
- 1 point: no row is lost to training, or each one serves for both; the price is to train k times
"""


def folds(n: int, k: int) -> list[tuple[Array, Array]]:
    """Plan a k-fold cross-validation.

    Parameters
    ----------
    n : the number of examples.
    k : the number of folds, from 2 to n; n need not be a multiple of it.

    Returns
    -------
    For each fold the row numbers to train on and those to validate on, counted from 0,
    in any order. Over all folds each row is validated on once; the sizes of two
    validation parts differ by at most 1.

    Examples
    --------
    >>> plan = folds(7, 3)
    >>> sorted(len(validation) for train, validation in plan)
    [2, 2, 3]
    >>> sorted(int(row) for train, validation in plan for row in validation)
    [0, 1, 2, 3, 4, 5, 6]
    >>> [
    ...     sorted(int(row) for row in [*train, *validation]) == list(range(7))
    ...     for train, validation in plan
    ... ]
    [True, True, True]
    """
    parts = np.array_split(np.arange(n), k)
    return [(np.concatenate(parts[:i] + parts[i + 1 :]), part) for i, part in enumerate(parts)]
