# %% right
# Intent: two partitions are equal exactly when the adjusted Rand index is 1, and without floats: the contingency
# table of the two has a single non-zero entry in each line and in each column.
from sklearn.metrics.cluster import contingency_matrix


def same_grouping(a, b):
    shared = contingency_matrix(a, b) > 0
    return bool((shared.sum(axis=0) == 1).all() and (shared.sum(axis=1) == 1).all())


P_08_1_CHOICE = ["spectral", "agglomerative", "DBSCAN", "k-means"]

# %% wrong: same_grouping
# Misconception: Thinks it is enough that the clusters of the first can be renamed to those of the second, and does not
# see that two clusters may get the same new name: a coarser second clustering passes as the same.
import pandas as pd


def same_grouping(a, b):
    return bool((pd.Series(np.asarray(b)).groupby(np.asarray(a)).nunique() == 1).all())

# %% wrong: P_08_1_CHOICE
# Misconception: Thinks that k nearest neighbours groups rows by closeness without training, so it is a clustering.
P_08_1_CHOICE = ["k-means", "DBSCAN", "agglomerative", "spectral", "k nearest neighbours"]
