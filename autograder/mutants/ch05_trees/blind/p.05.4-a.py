# %% right
# Intent: Node by node: leave leaves (negative feature) alone, and standardise each threshold by its own feature.
def scaled_thresholds(feature: ArrayLike, threshold: ArrayLike, mean: ArrayLike, std: ArrayLike) -> NDArray[np.float64]:
    features: NDArray[Any] = np.asarray(feature)
    means: NDArray[np.float64] = np.asarray(mean, dtype=np.float64)
    stds: NDArray[np.float64] = np.asarray(std, dtype=np.float64)
    scaled: NDArray[np.float64] = np.array(threshold, dtype=np.float64)
    for node in range(len(scaled)):
        number: int = int(features[node])
        if number >= 0:
            scaled[node] = (scaled[node] - means[number]) / stds[number]
    return scaled


P_05_4_CHOICE: list[str] = [
    "a higher max_depth",
    "a lower min_samples_leaf",
    "features made of several others",
]


# %% wrong: scaled_thresholds
# Misconception: Thinks that a threshold of -2 always marks a leaf, though a feature can also be split at the value -2.
def scaled_thresholds(feature: ArrayLike, threshold: ArrayLike, mean: ArrayLike, std: ArrayLike) -> NDArray[np.float64]:
    features: NDArray[Any] = np.asarray(feature)
    means: NDArray[np.float64] = np.asarray(mean, dtype=np.float64)
    stds: NDArray[np.float64] = np.asarray(std, dtype=np.float64)
    scaled: NDArray[np.float64] = np.array(threshold, dtype=np.float64)
    for node in range(len(scaled)):
        if scaled[node] != -2.0:
            number: int = int(features[node])
            scaled[node] = (scaled[node] - means[number]) / stds[number]
    return scaled


# %% wrong: P_05_4_CHOICE
# Misconception: Thinks that scaling helps every model, also a tree, as features with large values would otherwise
# outweigh the others.
P_05_4_CHOICE: list[str] = [
    "standardised features",
    "features scaled to 0..1",
    "a higher max_depth",
    "a lower min_samples_leaf",
    "features made of several others",
]
