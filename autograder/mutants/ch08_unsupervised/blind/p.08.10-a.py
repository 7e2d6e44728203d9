# %% right
# Intent: split_faces shuffles the rows of each person and deals them out, then shuffles every part. cluster_faces turns
# the rows into at most n coordinates without any loss (PCA with all components), runs k-means there, and measures the
# silhouette with the distances of X itself.
import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import silhouette_score


def split_faces(X, y, per_person=(7, 2, 1), seed: int = 42):
    sizes: list[int] = [int(size) for size in per_person]
    rng = np.random.default_rng(seed)
    dealt: list[list[int]] = [[] for _ in sizes]
    for person in np.unique(y):
        rows = rng.permutation(np.flatnonzero(y == person))
        if len(rows) != sum(sizes):
            raise ValueError(f"person {person} has {len(rows)} portraits, not {sum(sizes)}")
        start = 0
        for part, size in enumerate(sizes):
            dealt[part].extend(int(row) for row in rows[start : start + size])
            start += size
    result = []
    for rows_of_part in dealt:
        order = rng.permutation(np.array(rows_of_part, dtype=np.int64))
        result.append((X[order], y[order]))
    return result


FACE_KS: list[int] = list(range(5, 201, 5))


class FaceClusters:
    def __init__(self, pca, kmeans) -> None:
        self.pca = pca
        self.kmeans = kmeans

    def predict(self, X):
        rows = np.asarray(X, dtype=np.float64)
        if self.pca is not None:
            rows = self.pca.transform(rows)
        return self.kmeans.predict(np.ascontiguousarray(rows))


def cluster_faces(X, ks):
    rows = np.asarray(X, dtype=np.float64)
    n, d = rows.shape
    pca = PCA(svd_solver="full").fit(rows) if d > n else None
    reduced = rows if pca is None else np.ascontiguousarray(pca.transform(rows))
    distances = np.zeros((n, n))
    for i in range(n):
        distances[i] = np.sqrt(((rows - rows[i]) ** 2).sum(axis=1))
    best_k, best_model = 0, None
    scores: dict[int, float] = {}
    for k in ks:
        k = int(k)
        model = FaceClusters(pca, KMeans(n_clusters=k, n_init=5, random_state=42).fit(reduced))
        clusters = model.predict(rows)
        found = len(np.unique(clusters))
        usable = 2 <= found <= n - 1
        scores[k] = float(silhouette_score(distances, clusters, metric="precomputed")) if usable else -1.0
        if best_model is None or scores[k] > scores[best_k]:
            best_k, best_model = k, model
    return best_k, best_model, scores


# %% wrong: split_faces
# Misconception: Thinks that cutting each person's portraits in the order in which they come is random enough, since the
# rows of X are in any order anyway; the seed then has no effect.
import numpy as np


def split_faces(X, y, per_person=(7, 2, 1), seed: int = 42):
    parts = []
    start = 0
    for size in per_person:
        rows = []
        for person in np.unique(y):
            rows.extend(np.flatnonzero(y == person)[start : start + size])
        parts.append((X[rows], y[rows]))
        start += size
    return parts


# %% wrong: cluster_faces
# Misconception: Thinks that the silhouette has to be measured in the space in which the clustering was done, so it uses
# the distances after the PCA, which has dropped a part of the variance.
import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import silhouette_score
from sklearn.pipeline import make_pipeline


def cluster_faces(X, ks):
    scores, models = {}, {}
    for k in ks:
        model = make_pipeline(PCA(0.9, random_state=42), KMeans(k, n_init=10, random_state=42)).fit(X)
        models[k] = model
        scores[k] = float(silhouette_score(model[0].transform(X), model.predict(X)))
    best_k = max(scores, key=scores.get)
    return best_k, models[best_k], scores
