# %% right
# Intent: Count gaps times features, or one threshold a feature; for the split count the classes left and right of all
# thresholds by one matrix product, and take the least weighted Gini impurity.
import pandas as pd


def splits_compared(kind: str, n_rows: int, n_features: int) -> int:
    return n_features * (n_rows - 1 if kind == "random forest" else 1)


def extra_split(X: ArrayLike, y: ArrayLike, thresholds: ArrayLike) -> int:
    onehot = pd.get_dummies(np.asarray(y), dtype=float).to_numpy()
    left = (np.asarray(X) <= np.asarray(thresholds)).astype(float)
    counts = np.stack([left.T @ onehot, (1 - left).T @ onehot])  # side, feature, class
    size = counts.sum(axis=2)
    impurity = size - (counts**2).sum(axis=2) / np.maximum(size, 1)  # rows times Gini
    return int(impurity.sum(axis=0).argmin())


P_06_5_CHOICE: list[str] = ["trains faster", "predicts about as fast", "more bias and less variance"]


# %% wrong: splits_compared, P_06_5_CHOICE
# Misconception: Thinks that an extra-tree draws the feature at random as well as the threshold, so that one split is
# left and nothing is compared, and that what is so simple also predicts faster.
def splits_compared(kind: str, n_rows: int, n_features: int) -> int:
    return n_features * (n_rows - 1) if kind == "random forest" else 1


P_06_5_CHOICE = ["trains faster", "predicts faster", "more bias and less variance"]


# %% wrong: extra_split
# Misconception: Thinks that the impurities of the two sides are simply added, however many rows each side has.
def extra_split(X: ArrayLike, y: ArrayLike, thresholds: ArrayLike) -> int:
    onehot = pd.get_dummies(np.asarray(y), dtype=float).to_numpy()
    left = (np.asarray(X) <= np.asarray(thresholds)).astype(float)
    counts = np.stack([left.T @ onehot, (1 - left).T @ onehot])
    size = np.maximum(counts.sum(axis=2, keepdims=True), 1)
    gini = counts.any(axis=2) - ((counts / size) ** 2).sum(axis=2)
    return int(gini.sum(axis=0).argmin())
