# %% right
# Intent: a lens (affine map, with or without principal axes of my own from the covariance) and a classifier behind
# it, in one small class; for the pairs, rows are sorted by class and dealt like cards into five hands: one is the
# test, the other four are the folds.
import itertools
import time

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import make_pipeline


def _grey(X):
    return np.asarray(X, dtype=np.float64) / 255.0


def _identity_lens(X):
    return _grey


def _axes_lens(ratio):
    def learn(X):
        rows = _grey(X)
        mean = rows.mean(axis=0)
        rows = rows - mean
        variances, axes = np.linalg.eigh(rows.T @ rows / (len(rows) - 1))
        variances, axes = variances[::-1].clip(min=0.0), axes[:, ::-1]
        held = np.cumsum(variances) / variances.sum()
        k = int(np.count_nonzero(held < ratio * (1 - 1e-12))) + 1
        V = axes[:, :k]
        return lambda new: np.einsum("ij,jk->ik", _grey(new) - mean, V, optimize=True)

    return learn


class _Behind:
    """A classifier that looks through a lens learned from the same rows."""

    def __init__(self, learn, head):
        self.learn, self.head = learn, head

    def fit(self, X, y):
        self.lens = self.learn(X)
        seen = self.lens(X)
        self.width = seen.shape[1]
        self.head.fit(seen, y)
        return self

    def predict(self, X):
        return self.head.predict(self.lens(X))


def compare_pca(
    X_train: NDArray[Any], y_train: NDArray[Any], X_test: NDArray[Any], y_test: NDArray[Any], ratio: float = 0.95
) -> tuple[pd.DataFrame, dict[str, Any]]:
    heads = {"rf": lambda: RandomForestClassifier(random_state=7), "sgd": lambda: SGDClassifier(random_state=7)}
    lenses = {"": _identity_lens, "+pca": _axes_lens(ratio)}
    truth = np.asarray(y_test)

    def contestants():
        for (name, head), (suffix, learn) in itertools.product(heads.items(), lenses.items()):
            model = _Behind(learn, head())
            start = time.perf_counter()
            model.fit(X_train, np.asarray(y_train))
            seconds = time.perf_counter() - start
            yield name + suffix, model, (seconds, float(np.mean(model.predict(X_test) == truth)), model.width)

    names, models, figures = zip(*contestants())
    table = pd.DataFrame(figures, index=list(names), columns=["fit_time", "accuracy", "n_components"])
    return table, dict(zip(names, models))


def _five_hands(y, seed=0):
    shuffled = np.random.default_rng(seed).permutation(len(y))
    by_class = shuffled[np.argsort(y[shuffled], kind="stable")]
    return [np.sort(by_class[i::5]) for i in range(5)]


def _hit_rate(model, X, y):
    return float(np.mean(model.predict(X) == y))


def compare_reductions(
    reductions: Mapping[str, BaseEstimator],
    classifiers: Mapping[str, BaseEstimator],
    X: NDArray[np.float64],
    y: NDArray[np.int64],
) -> dict[str, Any]:
    X, y = np.asarray(X), np.asarray(y)
    aside, *folds = _five_hands(y)

    def fresh(pair):
        return make_pipeline(clone(reductions[pair[0]]), clone(classifiers[pair[1]]))

    def rounds(pair):
        for i, held in enumerate(folds):
            others = np.concatenate(folds[:i] + folds[i + 1 :])
            yield _hit_rate(fresh(pair).fit(X[others], y[others]), X[held], y[held])

    scores = {pair: float(np.mean(list(rounds(pair)))) for pair in itertools.product(reductions, classifiers)}
    best = max(scores, key=scores.__getitem__)
    train = np.concatenate(folds)
    model = fresh(best).fit(X[train], y[train])
    return {"scores": scores, "best": best, "model": model, "test_score": _hit_rate(model, X[aside], y[aside])}

# %% wrong: compare_pca
# Misconception: Thinks that every feature has to be standardised by its own spread before PCA, always, even pixels.
def _axes_lens(ratio):
    def learn(X):
        rows = _grey(X)
        mean, spread = rows.mean(axis=0), rows.std(axis=0)
        spread = np.where(spread > 0, spread, 1.0)
        rows = (rows - mean) / spread
        variances, axes = np.linalg.eigh(rows.T @ rows / (len(rows) - 1))
        variances, axes = variances[::-1].clip(min=0.0), axes[:, ::-1]
        held = np.cumsum(variances) / variances.sum()
        k = int(np.count_nonzero(held < ratio * (1 - 1e-12))) + 1
        V = axes[:, :k]
        return lambda new: ((_grey(new) - mean) / spread) @ V

    return learn

# %% wrong: compare_reductions
# Misconception: Thinks that a reduction doesn't see the classes and so can't leak: it is fitted once to all training
# rows, and only the classifiers are cross-validated on the reduced rows.
def compare_reductions(
    reductions: Mapping[str, BaseEstimator],
    classifiers: Mapping[str, BaseEstimator],
    X: NDArray[np.float64],
    y: NDArray[np.int64],
) -> dict[str, Any]:
    X, y = np.asarray(X), np.asarray(y)
    aside, *folds = _five_hands(y)
    train = np.concatenate(folds)
    place = np.empty(len(y), dtype=int)
    place[train] = np.arange(len(train))

    scores = {}
    for name, reduction in reductions.items():
        small = clone(reduction).fit(X[train], y[train]).transform(X[train])
        for other, classifier in classifiers.items():
            rates = []
            for i, held in enumerate(folds):
                rest = np.concatenate(folds[:i] + folds[i + 1 :])
                fitted = clone(classifier).fit(small[place[rest]], y[rest])
                rates.append(_hit_rate(fitted, small[place[held]], y[held]))
            scores[name, other] = float(np.mean(rates))
    best = max(scores, key=scores.__getitem__)
    model = make_pipeline(clone(reductions[best[0]]), clone(classifiers[best[1]])).fit(X[train], y[train])
    return {"scores": scores, "best": best, "model": model, "test_score": _hit_rate(model, X[aside], y[aside])}
