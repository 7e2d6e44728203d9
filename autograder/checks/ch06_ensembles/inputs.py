"""Inputs shared by the checks of chapter 6."""

from itertools import combinations
from typing import Any

import numpy as np
from scipy.optimize import linprog

from autograder.testing.made_up import pages, script
from course.datasets import load

PIXELS = 784


def letters(rng, *sizes: int) -> list[np.ndarray]:
    """Return X, y, X, y, … of letters of one script, drawn anew: what is on public digits can be looked up.

    One form for each letter and a shaky hand: trees, neighbours, networks and linear models read them about equally
    well, as they do digits, and are wrong about different ones. In each part all ten are about equally frequent.
    """
    return pages(rng, script(rng, forms=1, shake=0.2, spot=5.0), *sizes)


def real_digits(rng, *sizes: int) -> list[np.ndarray]:
    """Return X, y, X, y, … of training digits of MNIST, then X, y of its 10,000 test digits: with pixels and labels in
    another order, so that nothing can be looked up."""
    mnist, digits, pixels = load("mnist"), rng.permutation(10), rng.permutation(PIXELS)
    parts = np.split(rng.permutation(len(mnist.X_train))[: sum(sizes)], np.cumsum(sizes)[:-1])
    drawn = [part for rows in parts for part in (mnist.X_train[rows][:, pixels], digits[mnist.y_train[rows]])]
    return [*drawn, mnist.X_test[:, pixels], digits[mnist.y_test]]


def labels_of(model: Any, X: np.ndarray) -> np.ndarray:
    """Return what a model in the submission reads; text and floats are another check's business."""
    labels = np.asarray(model.predict(X))
    assert labels.shape == (len(X),)
    return labels.astype(float)


def accuracy(model: Any, X: np.ndarray, y: np.ndarray) -> float:
    """Return the share of the rows that a model in the submission reads rightly."""
    return float((labels_of(model, X) == y).mean())


def numbered(rng, first: int, size: int) -> np.ndarray:
    """Return (size, 784) noise; the first two pixels of each row hold its number, counted from `first`."""
    X = rng.integers(0, 256, (size, PIXELS), dtype=np.uint8)
    X[:, 0], X[:, 1] = np.divmod(np.arange(first, first + size), 256)
    return X


def sure_of(labels: np.ndarray) -> np.ndarray:
    """Return (n, 10) probabilities, nearly all on the label."""
    table = np.full((len(labels), 10), 0.01)
    table[np.arange(len(labels)), labels] = 0.91
    return table


def lookup_models(tables):
    """Return fitted classifiers that look up what to say: a row's number stands in its first two pixels."""
    import numpy as np
    from sklearn.base import BaseEstimator, ClassifierMixin

    class Lookup(ClassifierMixin, BaseEstimator):
        def __init__(self, table=None):
            self.table = table
            self.fits = 0
            self.classes_ = np.arange(10)
            self.n_features_in_ = 784

        def fit(self, X, y, sample_weight=None):
            self.fits += 1
            return self

        def predict_proba(self, X):
            numbers = np.asarray(X)[:, :2].astype(int)
            return self.table[numbers[:, 0] * 256 + numbers[:, 1]]

        def predict(self, X):
            return self.predict_proba(X).argmax(axis=1)

    return [Lookup(table) for table in tables]


def weighted_votes(ballots: np.ndarray, said: np.ndarray) -> float:
    """Return the share of rows whose answer no vote explains that gives the voters the weights which explain most.

    Parameters
    ----------
    ballots : (n_voters, n, 10) what each voter says of each row: probabilities, or a 1 for its label.
    said : (n,) the answers.
    """
    own = np.take_along_axis(ballots, said[None, :, None].astype(int), axis=2)
    leads = (own - ballots).transpose(1, 2, 0)  # (n, 10, n_voters): of the answer over each label, by each voter
    n, _, n_voters = leads.shape
    # Find weights from 0 to 1, 1 in all, and for each row the least slack by which its answer falls behind a label.
    slack = np.repeat(np.eye(n), 10, axis=0)
    found = linprog(
        np.r_[np.zeros(n_voters), np.ones(n)],
        A_ub=-np.hstack([leads.reshape(-1, n_voters), slack]),
        b_ub=np.zeros(10 * n),
        A_eq=np.r_[np.ones(n_voters), np.zeros(n)][None],
        b_eq=[1.0],
        bounds=(0, None),
    )
    return float(np.mean((leads @ found.x[:n_voters]).min(axis=1) < -1e-6))


def muddled(rng, y: np.ndarray) -> list[np.ndarray]:
    """Return three versions of labels 0 to 9 in which several letters go by the name of one of them.

    Each version calls most of the letters in a group by the name of one of the group, in four groups of its own; no two
    letters share a group twice. So whoever learns from it is wrong about six letters of ten, and always in the same
    way; no two of them together leave a doubt. One letter in eight keeps its name, so that all ten names are known.
    """
    groups = np.zeros((3, 10), dtype=int)
    while any(len({*zip(one, other, strict=True)}) < 10 for one, other in combinations(groups.tolist(), 2)):
        groups = np.array([np.repeat(np.arange(4), [3, 3, 2, 2])[rng.permutation(10)] for _ in range(3)])
    names = [np.array([rng.choice(np.flatnonzero(group == n)) for n in range(4)])[group] for group in groups]
    place = np.array([np.count_nonzero(y[:row] == label) for row, label in enumerate(y)])  # among those of its letter
    return [np.where(place % 8 == 0, y, name[y]) for name in names]


def trained_models(X, labels):
    """Return three small classifiers of different kinds, each fitted to letters under the names in its own labels."""
    from sklearn.ensemble import ExtraTreesClassifier
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neighbors import KNeighborsClassifier

    models = [ExtraTreesClassifier(30, random_state=0), KNeighborsClassifier(5), GaussianNB(var_smoothing=0.1)]
    return [model.fit(X.astype(float), y) for model, y in zip(models, labels, strict=True)]
