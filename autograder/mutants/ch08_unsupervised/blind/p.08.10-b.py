# %% right
# Intent: shuffle all rows, number each person's portraits with pandas' cumcount, and cut by these numbers. The faces
# are clustered by k-means behind a PCA, and judged by the silhouette in the pixels.
import pandas as pd


def split_faces(X, y, per_person=(7, 2, 1), seed=42):
    order = np.random.default_rng(seed).permutation(len(y))
    turn = pd.Series(np.asarray(y)[order]).groupby(np.asarray(y)[order]).cumcount().to_numpy()
    ends = np.cumsum(per_person)
    rows = [order[(end - size <= turn) & (turn < end)] for size, end in zip(per_person, ends)]
    return [(X[part], y[part]) for part in rows]


FACE_KS = list(range(5, 200, 8))


def cluster_faces(X, ks):
    pca = PCA(0.99, random_state=42).fit(X)
    Z = pca.transform(X)
    models = {k: make_pipeline(pca, KMeans(k, n_init=3, random_state=42).fit(Z)) for k in ks}
    scores = {k: silhouette_score(X, model.predict(X)) for k, model in models.items()}
    best = max(scores, key=scores.get)
    return best, models[best], scores

# %% wrong: split_faces
# Misconception: Thinks that a part is drawn at random as soon as its rows are shuffled; which portraits of a person go
# into it is still the order of the file, so the last one is always in the test part.
def split_faces(X, y, per_person=(7, 2, 1), seed=42):
    rng = np.random.default_rng(seed)
    turn = pd.Series(np.asarray(y)).groupby(np.asarray(y)).cumcount().to_numpy()
    ends = np.cumsum(per_person)
    rows = [np.flatnonzero((end - size <= turn) & (turn < end)) for size, end in zip(per_person, ends)]
    return [(X[part], y[part]) for part in map(rng.permutation, rows)]

# %% wrong: cluster_faces
# Misconception: Thinks that a silhouette has to be measured in the space that was clustered, the reduced one, and that
# after a good PCA it makes no difference.
def cluster_faces(X, ks):
    pca = PCA(0.99, random_state=42).fit(X)
    Z = pca.transform(X)
    models = {k: KMeans(k, n_init=3, random_state=42).fit(Z) for k in ks}
    scores = {k: silhouette_score(Z, model.labels_) for k, model in models.items()}
    best = max(scores, key=scores.get)
    return best, make_pipeline(pca, models[best]), scores
