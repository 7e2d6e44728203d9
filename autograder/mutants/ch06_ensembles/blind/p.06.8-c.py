# %% right
# Intent: an extra-trees forest, a small network and two machines in closed form (kernel ridge with PRESS, and ridge
# projections onto the span of each class) vote; rows for choose_ensemble are dealt out like cards, by class.
import warnings

import numpy as np
from scipy.special import log_softmax, softmax
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer


def split_digits(X, y, sizes, seed: int = 42):
    order = np.random.default_rng(seed).permutation(len(X))
    ends = np.cumsum([0, *sizes])
    return [(X[order[a:b]], y[order[a:b]]) for a, b in zip(ends, ends[1:])]


def _unit(X):
    Z = np.asarray(X, dtype=np.float64)
    return Z / np.maximum(np.sqrt(np.einsum("nd,nd->n", Z, Z)), 1e-12)[:, None]


def _sharpness(scores, codes):
    """The factor that makes softmax(factor * scores) the best calibrated."""
    rows = np.arange(len(codes))

    def surprise(factor):
        return -log_softmax(factor * scores, axis=1)[rows, codes].mean()

    return min(np.geomspace(0.5, 500, 40), key=surprise)


class _Scored(ClassifierMixin, BaseEstimator):
    """Classifiers with scores, of which a softmax makes probabilities."""

    def predict_proba(self, X):
        return softmax(self.sharpness_ * self._scores(_unit(X)), axis=1)

    def predict(self, X):
        return self.classes_[self._scores(_unit(X)).argmax(axis=1)]


class PressKernelMachine(_Scored):
    """Least squares with a Gaussian kernel (Nystroem); width and ridge by leave-one-out residuals."""

    def __init__(self, n_centres=2000, gammas=(0.5, 1.0, 2.0, 4.0), ridges=(1e-3, 1e-2, 1e-1, 1.0), seed=0):
        self.n_centres, self.gammas, self.ridges, self.seed = n_centres, gammas, ridges, seed

    def _kernel(self, Z, gamma):
        return np.exp(2 * gamma * (Z @ self.centres_.T - 1))

    def _candidates(self, Z, T, gammas):
        for gamma in gammas:
            s, U = np.linalg.eigh(self._kernel(self.centres_, gamma))
            keep = s > s[-1] * 1e-10
            lift = U[:, keep] / np.sqrt(s[keep])
            phi = self._kernel(Z, gamma) @ lift
            g, V = np.linalg.eigh(phi.T @ phi)
            Q = phi @ V
            QT = Q.T @ T
            for ridge in self.ridges:
                shrink = 1 / (np.maximum(g, 0) + ridge)
                hat = np.einsum("nq,nq,q->n", Q, Q, shrink)
                residual = (T - Q @ (shrink[:, None] * QT)) / np.maximum(1 - hat, 1e-9)[:, None]
                weights = lift @ (V @ (shrink[:, None] * QT))
                yield np.square(residual).mean(), gamma, weights, T - residual

    def fit(self, X, y):
        self.classes_, codes = np.unique(y, return_inverse=True)
        Z, Y = _unit(X), np.eye(len(self.classes_))[codes]
        order = np.random.default_rng(self.seed).permutation(len(Z))
        self.offset_ = Y.mean(axis=0)

        def best(rows, n_centres, gammas):
            self.centres_ = Z[order[:n_centres]]
            return min(self._candidates(Z[rows], Y[rows] - self.offset_, gammas), key=lambda c: c[0])

        _, self.gamma_, *_ = best(order[:600], 600, self.gammas)
        _, _, self.coef_, unseen = best(np.arange(len(Z)), self.n_centres, [self.gamma_])
        self.sharpness_ = _sharpness(unseen + self.offset_, codes)
        return self

    def _scores(self, Z):
        return self._kernel(Z, self.gamma_) @ self.coef_ + self.offset_


class SpanClassifier(_Scored):
    """How badly a ridge on the rows of each class rebuilds a row; Sherman and Morrison leave a row out."""

    def __init__(self, ridges=(0.03, 0.1, 0.3, 1.0, 3.0)):
        self.ridges = ridges

    def _rests(self, Z, ridges):
        """(ridges, n, classes): what of each unit row a ridge on each class can't rebuild."""
        ridges = np.asarray(ridges)

        def one(axes, s):
            return 1 - np.square(Z @ axes.T) @ (s[:, None] / (s[:, None] + ridges))

        return np.stack([one(axes, s) for axes, s in self.spans_], axis=-1).transpose(1, 0, 2)

    def _loo(self, rest, codes, ridge):
        # the rest is ridge * z (S + ridge)^-1 z for rows z of the class
        own = np.arange(len(rest)), codes
        q = rest[own] / ridge
        rest[own] = ridge * q / np.maximum(1 - q, 1e-9)
        return -np.log(np.maximum(rest, 1e-6))

    def fit(self, X, y):
        self.classes_, codes = np.unique(y, return_inverse=True)
        Z, self.spans_ = _unit(X), []
        for c in range(len(self.classes_)):
            rows = Z[codes == c]
            s, U = np.linalg.eigh(rows.T @ rows if len(rows) > rows.shape[1] else rows @ rows.T)
            keep = s > 1e-8 * s[-1]
            axes = U[:, keep].T
            if len(rows) <= rows.shape[1]:
                axes = axes @ rows / np.sqrt(s[keep])[:, None]
            self.spans_.append((axes, s[keep]))

        def trial(rest, ridge):
            unseen = self._loo(rest, codes, ridge)
            factor = _sharpness(unseen, codes)
            return -log_softmax(factor * unseen, axis=1)[np.arange(len(Z)), codes].mean(), ridge, factor

        _, self.ridge_, self.sharpness_ = min(map(trial, self._rests(Z, self.ridges), self.ridges))
        return self

    def _scores(self, Z):
        return -np.log(np.maximum(self._rests(Z, [self.ridge_])[0], 1e-6))


def _ten_times_unit(X):
    return 10 * _unit(X)


def _members(n_rows):
    epochs = int(np.clip(400_000 / n_rows, 20, 50))
    network = MLPClassifier((100,), alpha=1e-2, learning_rate_init=2e-3, max_iter=epochs, random_state=2)
    return {
        "kernel": PressKernelMachine(),
        "spans": SpanClassifier(),
        "trees": ExtraTreesClassifier(120, random_state=1),
        "network": make_pipeline(FunctionTransformer(_ten_times_unit), network),
    }


class Parliament:
    """All members have one voice; a hard vote counts one-hot votes, a soft one probabilities."""

    def __init__(self, members, classes, voting="soft"):
        self.members, self.classes_, self.voting = list(members), classes, voting

    def _voices(self, X):
        for member in self.members:
            if self.voting == "soft":
                yield member.predict_proba(X)
            else:
                yield np.equal.outer(member.predict(X), self.classes_).astype(float)

    def predict(self, X):
        return self.classes_[sum(self._voices(X)).argmax(axis=1)]


def _accuracy(model, X, y):
    return float(np.mean(model.predict(X) == y))


def _taught(X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return {name: model.fit(X, y) for name, model in _members(len(X)).items()}


def build_voter(X_train, y_train, X_val, y_val):
    models = _taught(X_train, y_train)
    votes = {way: Parliament(models.values(), np.unique(y_train), way) for way in ("soft", "hard")}
    scores = {name: _accuracy(model, X_val, y_val) for name, model in (models | votes).items()}
    voting = max(votes, key=scores.get)
    return {"models": models, "voter": votes[voting], "val_scores": scores, "voting": voting}


def _deal(y, hands=5, seed=0):
    """Row numbers, sorted by class with chance inside, dealt out to equal hands."""
    rng = np.random.default_rng(seed)
    pack = np.lexsort((rng.random(len(y)), y))
    return [pack[hand::hands] for hand in range(hands)]


def choose_ensemble(ensembles, X, y):
    test, val, *others = _deal(y)
    train = np.concatenate(others)

    def learned(name, rows):
        return clone(ensembles[name]).fit(X[rows], y[rows])

    scores = {name: _accuracy(learned(name, train), X[val], y[val]) for name in ensembles}
    best = max(scores, key=scores.get)
    model = learned(best, np.concatenate([train, val]))
    return {"scores": scores, "best": best, "model": model, "test_score": _accuracy(model, X[test], y[test])}


# %% wrong: build_voter
# Misconception: Thinks that once the way of voting is chosen, the validation rows have done their duty, and that the
# final voter may be trained again with them, since more rows make better models.
def build_voter(X_train, y_train, X_val, y_val):
    models = _taught(X_train, y_train)
    votes = {way: Parliament(models.values(), np.unique(y_train), way) for way in ("soft", "hard")}
    scores = {name: _accuracy(model, X_val, y_val) for name, model in (models | votes).items()}
    voting = max(votes, key=scores.get)
    again = _taught(np.concatenate([X_train, X_val]), np.concatenate([y_train, y_val]))
    voter = Parliament(again.values(), np.unique(y_train), voting)
    return {"models": models, "voter": voter, "val_scores": scores, "voting": voting}


# %% wrong: choose_ensemble
# Misconception: Thinks that after the test score is known nothing can leak any more, so the model that is handed over
# may learn from all rows, those of the test too.
def choose_ensemble(ensembles, X, y):
    test, val, *others = _deal(y)
    train = np.concatenate(others)

    def learned(name, rows):
        return clone(ensembles[name]).fit(X[rows], y[rows])

    scores = {name: _accuracy(learned(name, train), X[val], y[val]) for name in ensembles}
    best = max(scores, key=scores.get)
    test_score = _accuracy(learned(best, np.concatenate([train, val])), X[test], y[test])
    return {"scores": scores, "best": best, "model": learned(best, np.arange(len(X))), "test_score": test_score}
