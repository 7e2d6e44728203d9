"""Chapter 6, questions on boosting (p.06.6, p.06.7): the answers."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def boosted_weights(weights: ArrayLike, wrong: ArrayLike, learning_rate: float) -> NDArray[np.float64]:
    """Return the weights of the training rows after one round of AdaBoost with two
    classes.

    With r the weighted share of rows that the newest model gets wrong, its say is
    learning_rate * ln((1 - r) / r). The weight of each row it gets wrong is multiplied
    by exp(say), and then all weights are divided by their sum.

    Parameters
    ----------
    weights : (n,) positive numbers, in any scale.
    wrong : (n,) truth values: which rows the newest model gets wrong; not all of them,
        and at least one.
    learning_rate : positive.

    Examples
    --------
    >>> wrong = [True, False, False, False]
    >>> boosted_weights([1, 1, 1, 1], wrong, 1.0).round(4).tolist()
    [0.5, 0.1667, 0.1667, 0.1667]
    """
    weights, wrong = np.asarray(weights, dtype=float), np.asarray(wrong, dtype=bool)
    r = weights[wrong].sum() / weights.sum()
    say = learning_rate * np.log((1 - r) / r)
    weights = np.where(wrong, weights * np.exp(say), weights)
    return weights / weights.sum()


# All the changes that can well help, in any order.
P_06_6_CHOICE: list[str] = ["a hundred estimators", "trees of depth 3 as base models", "a learning rate of 0.5"]


def trees_needed(learning_rate: float, left: float) -> int:
    """Return how many trees gradient boosting needs to fit its training rows.

    Each tree fits what is left of the target perfectly, and the ensemble adds
    `learning_rate` times its prediction; the ensemble begins with 0.

    Parameters
    ----------
    learning_rate : between 0 (excluded) and 1.
    left : the share of the target that may be left over, between 0 and 1
        (both excluded).

    Examples
    --------
    >>> trees_needed(1.0, 0.1)
    1
    >>> trees_needed(0.5, 0.2)
    3
    >>> trees_needed(0.7, 0.027)
    3
    """
    n, rest = 0, 1.0
    while rest > left * (1 + 1e-9):  # 0.3 ** 3 is a little more than 0.027 in a computer
        rest *= 1 - learning_rate
        n += 1
    return n


def stop_early(errors: ArrayLike, patience: int) -> int:
    """Return how many trees to keep.

    Parameters
    ----------
    errors : (n,) ``errors[i]`` is the validation error of the first i + 1 trees.
    patience : adding trees is given up as soon as this many trees in a row brought no
        error lower than all before them; what would have come later is never seen.

    Returns
    -------
    The number of trees, 1 or more, that had the lowest error until then; of several,
    the smallest.

    Examples
    --------
    >>> stop_early([5.0, 4.0, 4.5, 4.4, 3.0], patience=2)
    2
    >>> stop_early([5.0, 4.0, 4.5, 4.4, 3.0], patience=3)
    5
    """
    errors = np.asarray(errors, dtype=float)
    best = 0
    for i in range(len(errors)):
        if errors[i] < errors[best]:
            best = i
        if i - best >= patience:
            break
    return best + 1


# One word.
P_06_7_CHOICE: str = "decrease"
