# %% right
# Intent: A threshold is moved by the same affine map as its feature. Two neutral features (mean 0, std 1) are appended,
# so that the -2 of a leaf, as an index from the end, picks a map that leaves it alone.
def scaled_thresholds(feature: ArrayLike, threshold: ArrayLike, mean: ArrayLike, std: ArrayLike) -> NDArray[np.float64]:
    shift = np.concatenate([np.asarray(mean, dtype=np.float64), np.zeros(2)])
    stretch = np.concatenate([np.asarray(std, dtype=np.float64), np.ones(2)])
    which = np.asarray(feature, dtype=int)
    return (np.asarray(threshold, dtype=np.float64) - shift[which]) / stretch[which]


P_05_4_CHOICE: list[str] = ["features made of several others", "a lower min_samples_leaf", "a higher max_depth"]


# %% wrong: scaled_thresholds
# Misconception: Thinks that a threshold of -2 means "leaf", as if no split could have the threshold -2; so a true
# split at -2 stays where it is.
def scaled_thresholds(feature: ArrayLike, threshold: ArrayLike, mean: ArrayLike, std: ArrayLike) -> NDArray[np.float64]:
    feature, result = np.asarray(feature, dtype=int), np.array(threshold, dtype=np.float64)
    split = result != -2
    which = feature[split]
    result[split] = (result[split] - np.asarray(mean, dtype=float)[which]) / np.asarray(std, dtype=float)[which]
    return result


# %% wrong: P_05_4_CHOICE
# Misconception: Thinks that standardising helps a tree as it helps other models, as features with large values
# would otherwise push the small ones aside.
P_05_4_CHOICE: list[str] = [
    "standardised features",
    "features made of several others",
    "a lower min_samples_leaf",
    "a higher max_depth",
]
