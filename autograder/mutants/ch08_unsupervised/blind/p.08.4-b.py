# %% right
# Intent: argmin down the columns for the representatives; a pandas rank within each cluster for the inner rows.
import pandas as pd


def representatives(distances):
    return np.argmin(distances, axis=0)


def propagate(labels, distances, share=1.0):
    distances = np.asarray(distances)
    cluster = distances.argmin(axis=1)
    by_cluster = pd.Series(distances.min(axis=1)).groupby(cluster)
    inner = by_cluster.rank(method="first") <= np.ceil(share * by_cluster.transform("size"))
    return np.where(inner, np.asarray(labels)[cluster], -1)

# %% wrong: propagate
# Misconception: Takes a share of the rows for the same as a percentile of their distances: whoever is not farther away
# than that quantile of the cluster's distances gets the label, which is often one row fewer than stated.
def propagate(labels, distances, share=1.0):
    distances = np.asarray(distances)
    cluster = distances.argmin(axis=1)
    nearest = pd.Series(distances.min(axis=1))
    inner = nearest <= nearest.groupby(cluster).transform(lambda gaps: gaps.quantile(share))
    return np.where(inner, np.asarray(labels)[cluster], -1)

# %% wrong: representatives
# Misconception: Thinks that only a member of a cluster can stand for it, though the row that is nearest to a centroid
# may be nearer still to another one.
def representatives(distances):
    distances = np.asarray(distances, dtype=float)
    member = distances.argmin(axis=1)[:, None] == np.arange(distances.shape[1])
    return np.where(member, distances, np.inf).argmin(axis=0)
