# %% right
# Intent: Walk over the rows once and keep a dictionary in each direction; the groupings are the same if and only if
# every name of a always meets the same name of b, and the other way round.
import numpy as np


def same_grouping(a, b) -> bool:
    names_a: list = np.asarray(a).ravel().tolist()
    names_b: list = np.asarray(b).ravel().tolist()
    if len(names_a) != len(names_b):
        raise ValueError("both clusterings must name the same rows")
    forth: dict = {}
    back: dict = {}
    for name_a, name_b in zip(names_a, names_b):
        if forth.setdefault(name_a, name_b) != name_b:
            return False
        if back.setdefault(name_b, name_a) != name_a:
            return False
    return True


P_08_1_CHOICE: list[str] = ["k-means", "DBSCAN", "agglomerative", "spectral"]

# %% wrong: same_grouping
# Misconception: Thinks that it is enough if each cluster of the first clustering can be renamed to one of the second,
# and forgets that two clusters of the first may have been merged into one.
import numpy as np


def same_grouping(a, b) -> bool:
    names: dict = {}
    for name_a, name_b in zip(np.asarray(a).tolist(), np.asarray(b).tolist()):
        if names.setdefault(name_a, name_b) != name_b:
            return False
    return True


# %% wrong: P_08_1_CHOICE
# Misconception: Thinks that k nearest neighbours is a clustering algorithm, too, since it goes by which rows are near.
P_08_1_CHOICE: list[str] = ["k-means", "DBSCAN", "agglomerative", "spectral", "k nearest neighbours"]
