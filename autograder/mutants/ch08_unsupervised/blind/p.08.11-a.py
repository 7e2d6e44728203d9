# %% right
# Intent: The classifier is a ridge regression onto one column of +1 / -1 for each person, solved by way of the n by n
# matrix of dot products, so that 4,096 columns are no trouble. search_k fits the reducer to the training rows alone.
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.cluster import KMeans


class RidgeFaces(ClassifierMixin, BaseEstimator):
    def __init__(self, strength: float = 0.01) -> None:
        self.strength = strength

    def fit(self, X, y):
        rows = np.asarray(X, dtype=np.float64)
        people = np.asarray(y)
        self.classes_ = np.unique(people)
        self.mean_ = rows.mean(axis=0)
        centred = rows - self.mean_
        targets = np.full((len(rows), len(self.classes_)), -1.0)
        for column, person in enumerate(self.classes_):
            targets[people == person, column] = 1.0
        self.offset_ = targets.mean(axis=0)
        gram = centred @ centred.T
        ridge = max(self.strength * float(np.trace(gram)) / len(rows), 1e-12)
        dual = np.linalg.solve(gram + ridge * np.eye(len(rows)), targets - self.offset_)
        self.coef_ = centred.T @ dual
        return self

    def predict(self, X):
        rows = np.asarray(X, dtype=np.float64)
        votes = (rows - self.mean_) @ self.coef_ + self.offset_
        return self.classes_[np.argmax(votes, axis=1)]


def fit_face_classifier(X, y):
    return RidgeFaces(strength=0.01).fit(X, y)


def fit_reducer(X, k: int) -> KMeans:
    return KMeans(n_clusters=int(k), n_init=10, random_state=42).fit(X)


def _accuracy(classifier, X_train, y_train, X_val, y_val) -> float:
    model = clone(classifier).fit(X_train, y_train)
    return float(np.mean(np.asarray(model.predict(X_val)) == np.asarray(y_val)))


def search_k(classifier, X_train, y_train, X_val, y_val, ks):
    scores: dict[int, float] = {}
    best_k = 0
    best_distances = None
    for k in ks:
        k = int(k)
        reducer = fit_reducer(X_train, k)
        distances = (reducer.transform(X_train), reducer.transform(X_val))
        scores[k] = _accuracy(classifier, distances[0], y_train, distances[1], y_val)
        if best_distances is None or scores[k] > scores[best_k]:
            best_k, best_distances = k, distances
    if best_distances is None:
        raise ValueError("no number of clusters to try")
    wide_train = np.hstack([X_train, best_distances[0]])
    wide_val = np.hstack([X_val, best_distances[1]])
    return {
        "scores": scores,
        "best_k": best_k,
        "plain": _accuracy(classifier, X_train, y_train, X_val, y_val),
        "appended": _accuracy(classifier, wide_train, y_train, wide_val, y_val),
    }


# %% wrong: search_k
# Misconception: Thinks that k-means may be fitted to the training and validation rows together, since it never sees a
# label and so cannot cheat.
import numpy as np
from sklearn.base import clone


def search_k(classifier, X_train, y_train, X_val, y_val, ks):
    everything = np.concatenate([X_train, X_val])

    def judge(train, val):
        return float(np.mean(clone(classifier).fit(train, y_train).predict(val) == y_val))

    scores, reducers = {}, {}
    for k in ks:
        reducers[k] = fit_reducer(everything, k)
        scores[k] = judge(reducers[k].transform(X_train), reducers[k].transform(X_val))
    best_k = max(scores, key=scores.get)
    beside = reducers[best_k].transform
    return {
        "scores": scores,
        "best_k": best_k,
        "plain": judge(X_train, X_val),
        "appended": judge(np.hstack([X_train, beside(X_train)]), np.hstack([X_val, beside(X_val)])),
    }


# %% wrong: fit_reducer, search_k
# Misconception: Thinks that columns must always be scaled before k-means, so the distances that come out are those of
# the standardised rows and not of the rows as they are.
from sklearn.cluster import KMeans
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def fit_reducer(X, k: int):
    return make_pipeline(StandardScaler(), KMeans(n_clusters=k, n_init=10, random_state=42)).fit(X)
