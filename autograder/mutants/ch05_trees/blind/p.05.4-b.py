# %% right
# Intent: look up mean and std of each inner node's feature by fancy indexing and standardise its threshold; leaves,
# known by their feature number -2, keep theirs.
def scaled_thresholds(feature, threshold, mean, std):
    feature, scaled = np.asarray(feature), np.array(threshold, dtype=float)
    split = feature >= 0
    scaled[split] = (scaled[split] - np.asarray(mean)[feature[split]]) / np.asarray(std)[feature[split]]
    return scaled


P_05_4_CHOICE = ["a higher max_depth", "a lower min_samples_leaf", "features made of several others"]


# %% wrong: scaled_thresholds
# Misconception: Takes a threshold of -2 as the mark of a leaf, and does not see that a real split may lie at -2, too.
def scaled_thresholds(feature, threshold, mean, std):
    feature, threshold = np.asarray(feature), np.asarray(threshold, dtype=float)
    scaled = (threshold - np.asarray(mean)[feature.clip(0)]) / np.asarray(std)[feature.clip(0)]
    return np.where(threshold == -2, threshold, scaled)


# %% wrong: P_05_4_CHOICE
# Misconception: Believes that a tree, like other models, learns better when no feature outweighs the others by its
# scale.
P_05_4_CHOICE = [
    "standardised features",
    "features scaled to 0..1",
    "a higher max_depth",
    "a lower min_samples_leaf",
    "features made of several others",
]
