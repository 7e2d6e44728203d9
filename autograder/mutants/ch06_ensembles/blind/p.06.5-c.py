# %% right
# Intent: n times the weighted Gini impurity is n - ||P Y||^2 with Y the one-hot classes and P the projection onto the
# indicators of the two sides, so the purest split has the longest projection.
import numpy as np


def splits_compared(kind: str, n_rows: int, n_features: int) -> int:
    thresholds_per_feature = {"random forest": n_rows - 1, "extra-trees": 1}
    return n_features * thresholds_per_feature[kind]


def extra_split(X, y, thresholds) -> int:
    left = np.asarray(X) <= np.asarray(thresholds)
    sides = np.stack([left, ~left]).astype(float)
    Y = np.equal.outer(np.asarray(y), np.unique(y)).astype(float)
    counts = np.einsum("snd,nk->dsk", sides, Y)
    rows = np.maximum(counts.sum(axis=2), 1)
    return int(np.argmax(np.einsum("dsk,dsk,ds->d", counts, counts, 1 / rows)))


P_06_5_CHOICE: list[str] = ["trains faster", "predicts about as fast", "more bias and less variance"]


# %% wrong: extra_split
# Misconception: Thinks that a split is as pure as the plain mean of the impurities of its two sides, however many rows
# they hold.
def extra_split(X, y, thresholds) -> int:
    left = np.asarray(X) <= np.asarray(thresholds)
    sides = np.stack([left, ~left]).astype(float)
    Y = np.equal.outer(np.asarray(y), np.unique(y)).astype(float)
    counts = np.einsum("snd,nk->dsk", sides, Y)
    shares = counts / np.maximum(counts.sum(axis=2, keepdims=True), 1)
    gini = np.where(counts.sum(axis=2) > 0, 1 - np.einsum("dsk,dsk->ds", shares, shares), 0)
    return int(np.argmin(gini.sum(axis=1)))


# %% wrong: splits_compared, P_06_5_CHOICE
# Misconception: Thinks that an extra-tree takes the first random split that comes, so nothing is compared with it, and
# that so much chance must give a forest with more variance.
def splits_compared(kind: str, n_rows: int, n_features: int) -> int:
    return 1 if kind == "extra-trees" else n_features * (n_rows - 1)


P_06_5_CHOICE: list[str] = ["trains faster", "predicts about as fast", "less bias and more variance"]
