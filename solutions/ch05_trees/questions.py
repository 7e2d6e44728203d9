"""Chapter 5, how deep and how pure (p.05.1 and p.05.2): the answers."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def balanced_depth(n_rows: int) -> int:
    """Return the depth of the shallowest tree that gives each row a leaf of its own.

    Parameters
    ----------
    n_rows : 1 or more.

    Returns
    -------
    The number of splits on the way from the root to the deepest leaf; 0 for a tree that
    is a single leaf.

    Examples
    --------
    >>> balanced_depth(1)
    0
    >>> balanced_depth(4)
    2
    >>> balanced_depth(5)
    3
    """
    return (int(n_rows) - 1).bit_length()  # each level doubles the leaves


# A whole number: the depth of a balanced tree that has a leaf for each of a million
# rows.
P_05_1_DEPTH: int = 20


def depth_of(left: ArrayLike, right: ArrayLike) -> int:
    """Return the depth of a tree.

    Parameters
    ----------
    left, right : (m,) whole numbers; the nodes are numbered from 0, which is the root,
        and ``left[i]`` and ``right[i]`` are the children of node i, or -1 if it is a
        leaf. A child has a larger number than its parent.

    Returns
    -------
    The number of splits on the way from the root to the deepest leaf.

    Examples
    --------
    >>> depth_of([1, -1, -1], [2, -1, -1])
    1
    >>> depth_of([1, -1, 3, -1, -1], [2, -1, 4, -1, -1])
    2
    """
    left, right = np.asarray(left), np.asarray(right)
    depth = np.zeros(len(left), dtype=int)
    for node in np.flatnonzero(left != -1):  # a parent comes before its children, so its own depth is known
        depth[[left[node], right[node]]] = depth[node] + 1
    return int(depth.max())


def impurities(y: ArrayLike, goes_left: ArrayLike) -> tuple[float, float, float, float]:
    """Return the Gini impurities around one split.

    Parameters
    ----------
    y : (n,) classes of the rows at a node.
    goes_left : (n,) truth values, True for the rows that go to the left child;
        at least one goes to either side.

    Returns
    -------
    The impurities of the node, of its left child and of its right child, and the mean
    of the two children's, weighted by their numbers of rows: what a split is chosen to
    make small.

    Examples
    --------
    >>> impurities([0, 0, 1, 1], [True, True, False, False])
    (0.5, 0.0, 0.0, 0.0)
    >>> impurities(["a", "b", "a", "b"], [True, True, False, False])
    (0.5, 0.5, 0.5, 0.5)
    """
    y, goes_left = np.asarray(y), np.asarray(goes_left, dtype=bool)

    def gini(labels: NDArray[Any]) -> float:
        shares = np.unique(labels, return_counts=True)[1] / len(labels)
        return float(1 - (shares**2).sum())

    share = goes_left.mean()
    left, right = gini(y[goes_left]), gini(y[~goes_left])
    return gini(y), left, right, float(share * left + (1 - share) * right)


def worse_child(n_zeros: int, n_ones: int) -> list[int] | None:
    """Return labels such that the best split leaves a child that is less pure than its
    parent, or None.

    Parameters
    ----------
    n_zeros, n_ones : how many rows there are of class 0 and of class 1. Either there is
        one of each, or there are 1 or more ones and more than twice as many zeros.

    Returns
    -------
    The labels of the rows in the order of their only feature, whose values are all
    different. The best split is the one with the least weighted impurity of its
    children (Gini); it takes the first rows to the left. None if there is no such order
    of these rows.

    Examples
    --------
    >>> y = worse_child(1, 1)
    >>> y is None or sorted(y) == [0, 1]
    True
    """
    if n_zeros == n_ones == 1:  # whichever comes first, both children are pure
        return None
    # Cutting off the long tail of zeros is worth so much that the even mixture left behind does not matter.
    return [0] * n_ones + [1] * n_ones + [0] * (n_zeros - n_ones)


# For each of the two: "always", "usually", "seldom" or "never".
P_05_2_CHOICE: dict[str, str] = {"one child": "usually", "both children": "always"}
