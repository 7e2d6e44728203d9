"""Chapter 5, trees that overfit and underfit (p.05.3 and p.05.4): the answers."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


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
