# %% right
# Intent: representatives takes the smallest entry of each column; propagate gives each row to its nearest centroid,
# sorts the members of a cluster by distance and labels the first ceil(share * m) of them.
import math

import numpy as np


def representatives(distances):
    gaps = np.asarray(distances, dtype=np.float64)
    chosen: list[int] = []
    for cluster in range(gaps.shape[1]):
        chosen.append(int(np.argmin(gaps[:, cluster])))
    return np.array(chosen, dtype=np.int64)


def propagate(labels, distances, share: float = 1.0):
    names = [int(label) for label in np.asarray(labels).ravel()]
    gaps = np.asarray(distances, dtype=np.float64)
    spread = np.full(len(gaps), -1, dtype=np.int64)
    if len(gaps) == 0:
        return spread
    owner = np.argmin(gaps, axis=1)
    for cluster, name in enumerate(names):
        members: list[int] = [int(row) for row in np.flatnonzero(owner == cluster)]
        members.sort(key=lambda row: (gaps[row, cluster], row))
        count = min(len(members), math.ceil(share * len(members)))
        for row in members[:count]:
            spread[row] = name
    return spread


# %% wrong: representatives
# Misconception: Thinks that no row may be shown to the person twice, so a row that already stands for one centroid is
# passed over and the next nearest one is taken for the other.
import numpy as np


def representatives(distances):
    gaps = np.array(distances, dtype=float)
    chosen = []
    for cluster in range(gaps.shape[1]):
        row = int(np.argmin(gaps[:, cluster]))
        chosen.append(row)
        gaps[row] = np.inf
    return np.array(chosen)


# %% wrong: propagate
# Misconception: Thinks that the inner share of a cluster is what lies within the percentile of its distances, which is
# not always as many rows as ceil(share * m).
import numpy as np


def propagate(labels, distances, share: float = 1.0):
    gaps = np.asarray(distances, dtype=float)
    owner = gaps.argmin(axis=1)
    spread = np.full(len(gaps), -1)
    for cluster, label in enumerate(labels):
        members = np.flatnonzero(owner == cluster)
        if len(members) == 0:
            continue
        cutoff = np.percentile(gaps[members, cluster], 100 * share)
        spread[members[gaps[members, cluster] <= cutoff]] = label
    return spread
