"""Chapter 5, the questions (p.05.1 to p.05.6): the answers."""

import math
from collections.abc import Mapping
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


def predict_to_depth(tree: Mapping[str, ArrayLike], X: ArrayLike, max_depth: int) -> NDArray[Any]:
    """Return what a tree would predict if it had been grown with this `max_depth`.

    Each row walks down from the root: at each split it goes left if its value is
    at most the threshold, else right. It stops at a leaf, or after `max_depth` steps.

    Parameters
    ----------
    tree : dict of arrays, an entry for each of m nodes, the root first: ``"left"`` and
        ``"right"``, the numbers of its children, or -1 if it is a leaf; ``"feature"``
        and ``"threshold"`` of its split, or -2 if it is a leaf; and ``"shares"``,
        (m, k): which part of its training rows is of class 0, 1, …, k - 1.
    X : (n, d) numbers.
    max_depth : 0 or more.

    Returns
    -------
    (n,) the most frequent class where each row stops; of several, the smallest.

    Examples
    --------
    >>> stump = {
    ...     "left": [1, -1, -1],
    ...     "right": [2, -1, -1],
    ...     "feature": [0, -2, -2],
    ...     "threshold": [5.0, -2.0, -2.0],
    ...     "shares": [[0.6, 0.4], [0.2, 0.8], [1.0, 0.0]],
    ... }
    >>> predict_to_depth(stump, [[3.0], [5.0], [7.0]], max_depth=1).tolist()
    [1, 1, 0]
    >>> predict_to_depth(stump, [[3.0], [5.0], [7.0]], max_depth=0).tolist()
    [0, 0, 0]
    """
    left, right, feature, threshold, shares = (
        np.asarray(tree[name]) for name in ("left", "right", "feature", "threshold", "shares")
    )

    def stop(row: NDArray[Any]) -> int:
        node = 0
        for _ in range(max_depth):
            if left[node] == -1:
                break
            node = left[node] if row[feature[node]] <= threshold[node] else right[node]
        return node

    stops = [stop(row) for row in np.asarray(X)]
    return shares[stops].argmax(axis=1)


# All the changes that can help, in any order.
P_05_3_CHOICE: list[str] = ["a lower max_depth", "a lower max_leaf_nodes", "a higher min_samples_leaf"]


def scaled_thresholds(feature: ArrayLike, threshold: ArrayLike, mean: ArrayLike, std: ArrayLike) -> NDArray[np.float64]:
    """Return the thresholds a tree would have if its features had been standardised
    before training.

    Parameters
    ----------
    feature, threshold : (m,) for each node, the number of the feature it splits by and
        the threshold; -2 in both if it is a leaf, which stays as it is.
    mean, std : (d,) of each feature: standardised, a value x is (x - mean) / std.

    Examples
    --------
    >>> feature, threshold = [0, -2, -2], [7.0, -2.0, -2.0]
    >>> scaled_thresholds(feature, threshold, mean=[4.0], std=[1.5]).tolist()
    [2.0, -2.0, -2.0]
    """
    feature, scaled = np.asarray(feature), np.array(threshold, dtype=float)
    split = feature >= 0
    by = feature[split]
    scaled[split] = (scaled[split] - np.asarray(mean)[by]) / np.asarray(std)[by]
    return scaled


# All the changes that can help, in any order.
P_05_4_CHOICE: list[str] = ["a higher max_depth", "a lower min_samples_leaf", "features made of several others"]


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
