# %% right
# Intent: A forest tries n - 1 gaps for each feature, an extra-tree one drawn threshold for each. The impurities are
# added up exactly, as fractions, so that rounding can't decide between features; of equal ones the first is taken.
from fractions import Fraction

import numpy as np


def splits_compared(kind: str, n_rows: int, n_features: int) -> int:
    if kind == "random forest":
        return (n_rows - 1) * n_features
    if kind == "extra-trees":
        return n_features
    raise ValueError(f"unknown kind of forest: {kind!r}")


def _weighted_gini(labels: list[Any]) -> Fraction:
    n = len(labels)
    if n == 0:
        return Fraction(0)
    counts: dict[Any, int] = {}
    for label in labels:
        counts[label] = counts.get(label, 0) + 1
    squares = sum(count * count for count in counts.values())
    return n - Fraction(squares, n)


def _sides(column: NDArray[Any], labels: list[Any], threshold: float) -> tuple[list[Any], list[Any]]:
    left: list[Any] = []
    right: list[Any] = []
    for value, label in zip(column, labels):
        if value <= threshold:
            left.append(label)
        else:
            right.append(label)
    return left, right


def extra_split(X: ArrayLike, y: ArrayLike, thresholds: ArrayLike) -> int:
    rows = np.asarray(X)
    labels = np.asarray(y).tolist()
    cuts = np.asarray(thresholds)
    best_feature, best_impurity = 0, None
    for j in range(rows.shape[1]):
        left, right = _sides(rows[:, j], labels, cuts[j])
        impurity = _weighted_gini(left) + _weighted_gini(right)
        if best_impurity is None or impurity < best_impurity:
            best_feature, best_impurity = j, impurity
    return best_feature


P_06_5_CHOICE: list[str] = ["trains faster", "predicts about as fast", "more bias and less variance"]


# %% wrong: extra_split
# Misconception: Thinks that the purest pair of sides is the one whose two Gini impurities have the smallest sum, and
# that it doesn't matter how many rows lie on either side.
def extra_split(X: ArrayLike, y: ArrayLike, thresholds: ArrayLike) -> int:
    rows = np.asarray(X)
    labels = np.asarray(y).tolist()
    cuts = np.asarray(thresholds)
    best_feature, best_impurity = 0, None
    for j in range(rows.shape[1]):
        impurity = Fraction(0)
        for side in _sides(rows[:, j], labels, cuts[j]):
            if side:
                impurity += _weighted_gini(side) / len(side)
        if best_impurity is None or impurity < best_impurity:
            best_feature, best_impurity = j, impurity
    return best_feature


# %% wrong: splits_compared, P_06_5_CHOICE
# Misconception: Thinks that an extra-tree draws the feature as well as the threshold, so that there is nothing left to
# compare, and that so much chance must give the forest a higher variance.
def splits_compared(kind: str, n_rows: int, n_features: int) -> int:
    if kind == "random forest":
        return (n_rows - 1) * n_features
    return 1


P_06_5_CHOICE: list[str] = ["trains faster", "predicts about as fast", "less bias and more variance"]
