"""Chapter 5, what more rows and features cost (p.05.5 and p.05.6): the answers."""

import math

import numpy as np
from numpy.typing import ArrayLike


def hours_with_more_rows(hours: float, n_rows: int, new_rows: int) -> float:
    """Return how long it takes to train a tree on a set of another size.

    Parameters
    ----------
    hours : what the training took on `n_rows` rows.
    n_rows, new_rows : 2 or more; the features are the same.

    Examples
    --------
    >>> hours_with_more_rows(1.5, 100, 100)
    1.5
    >>> hours_with_more_rows(3.0, 2, 4)
    12.0
    """
    return hours * (new_rows * math.log2(new_rows)) / (n_rows * math.log2(n_rows))


# A number, to two decimals.
P_05_5_HOURS: float = 11.67


def comparisons(left: ArrayLike, sizes: ArrayLike, n_features: int) -> int:
    """Return how many comparisons were made while a tree was grown.

    At each node that is split, each row that is there takes part in one comparison for
    each feature.

    Parameters
    ----------
    left : (m,) for each node the number of its left child, or -1 if it is a leaf.
    sizes : (m,) for each node the number of training rows there.
    n_features : number of features, all of which are considered at each split.

    Examples
    --------
    >>> comparisons([1, -1, -1], [8, 4, 4], n_features=3)
    24
    >>> comparisons([-1], [8], n_features=3)
    0
    """
    split = np.asarray(left) != -1
    return int(np.asarray(sizes)[split].sum() * n_features)


# A number.
P_05_6_HOURS: float = 2.0
