# %% right
# Intent: best_k runs k-means with ten starts for each k and takes the largest mean silhouette, computed here by hand
# from the distance matrix; elbow compares each drop with the one after it.
import numpy as np
from sklearn.cluster import KMeans


def _all_distances(X: np.ndarray) -> np.ndarray:
    distances = np.empty((len(X), len(X)))
    for i in range(len(X)):
        distances[i] = np.sqrt(((X - X[i]) ** 2).sum(axis=1))
    return distances


def _mean_silhouette(distances: np.ndarray, clusters: np.ndarray) -> float:
    names = np.unique(clusters)
    if len(names) < 2:
        return -1.0
    total = 0.0
    for i in range(len(clusters)):
        inside = 0.0
        outside = np.inf
        alone = False
        for name in names:
            members = clusters == name
            if name == clusters[i]:
                others = int(members.sum()) - 1
                alone = others == 0
                inside = 0.0 if alone else float(distances[i, members].sum()) / others
            else:
                outside = min(outside, float(distances[i, members].mean()))
        larger = max(inside, outside)
        if not alone and larger > 0:
            total += (outside - inside) / larger
    return total / len(clusters)


def best_k(X, ks) -> int:
    rows = np.asarray(X, dtype=np.float64)
    distances = _all_distances(rows)
    best, best_score = 0, -np.inf
    for k in ks:
        clusters = KMeans(n_clusters=int(k), n_init=10, random_state=0).fit_predict(rows)
        score = _mean_silhouette(distances, clusters)
        if score > best_score:
            best, best_score = int(k), score
    return best


def elbow(inertias) -> int:
    values = [float(value) for value in inertias]
    if len(values) < 3:
        raise ValueError("an elbow takes three inertias or more")
    best, best_ratio = 0, -np.inf
    for k in range(2, len(values)):
        drop_before = values[k - 2] - values[k - 1]
        drop_after = values[k - 1] - values[k]
        ratio = drop_before / drop_after if drop_after > 0 else np.inf
        if ratio > best_ratio:
            best, best_ratio = k, ratio
    return best


# %% wrong: elbow
# Misconception: Thinks that the elbow is where the inertia itself falls to the smallest fraction of the one before,
# rather than where the drops become small.
def elbow(inertias) -> int:
    best, best_ratio = 0, 0.0
    for k in range(2, len(inertias)):
        ratio = inertias[k - 2] / inertias[k - 1]
        if ratio > best_ratio:
            best, best_ratio = k, ratio
    return best


# %% wrong: best_k
# Misconception: Thinks that k-means ends with the best grouping from wherever it starts, so that one start from random
# rows will do for each k.
import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score


def best_k(X, ks) -> int:
    rows = np.asarray(X, dtype=float)
    best, best_score = 0, -np.inf
    for k in ks:
        clusters = KMeans(n_clusters=int(k), init="random", n_init=1, random_state=0).fit_predict(rows)
        score = silhouette_score(rows, clusters)
        if score > best_score:
            best, best_score = int(k), score
    return best
