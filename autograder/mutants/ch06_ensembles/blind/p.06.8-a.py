# %% right
# Intent: Cut one shuffled list of row numbers into parts. The voter has four quite different members (kernel machine,
# neighbours, network, Gaussians) and a small voting class of its own, which compares both ways on the validation rows.
# The choice among ensembles is made with clones, on a 3 : 1 : 1 cut, and the test rows are asked about once.
import warnings

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC


def split_digits(
    X: NDArray[Any], y: NDArray[Any], sizes: Sequence[int], seed: int = 42
) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    n = len(X)
    if len(y) != n:
        raise ValueError("X and y differ in length")
    if sum(sizes) > n:
        raise ValueError("the parts are larger than the data set")
    order = np.random.default_rng(seed).permutation(n)
    parts: list[tuple[NDArray[Any], NDArray[Any]]] = []
    start = 0
    for size in sizes:
        rows = order[start : start + size]
        parts.append((X[rows], y[rows]))
        start += size
    return parts


def _unit(X: NDArray[Any]) -> NDArray[np.float32]:
    return np.asarray(X, dtype=np.float32) / np.float32(255)


class _Gaussians(ClassifierMixin, BaseEstimator):
    """One Gaussian a class; its covariance leans on that of all classes while rows are few."""

    def fit(self, X: NDArray[Any], y: NDArray[Any]) -> "_Gaussians":
        X = np.asarray(X, dtype=np.float64)
        self.classes_ = np.unique(y)
        d = X.shape[1]
        groups = [X[y == label] for label in self.classes_]
        self.means_ = [group.mean(axis=0) for group in groups]
        scatters = [(group - mean).T @ (group - mean) for group, mean in zip(groups, self.means_)]
        pooled = sum(scatters) / len(X)
        self.factors_: list[NDArray[np.float64]] = []
        self.offsets_: list[float] = []
        for group, scatter in zip(groups, scatters):
            covariance = (scatter + d * pooled) / (len(group) + d)
            covariance += (0.02 * np.trace(covariance) / d + 1e-3) * np.eye(d)
            self.factors_.append(np.linalg.inv(np.linalg.cholesky(covariance)))
            self.offsets_.append(np.log(len(group)) - 0.5 * np.linalg.slogdet(covariance)[1])
        return self

    def predict_proba(self, X: NDArray[Any]) -> NDArray[np.float64]:
        X = np.asarray(X, dtype=np.float64)
        logs = np.empty((len(X), len(self.classes_)))
        for c in range(len(self.classes_)):
            whitened = (X - self.means_[c]) @ self.factors_[c].T
            logs[:, c] = self.offsets_[c] - 0.5 * np.sum(whitened**2, axis=1)
        logs *= 0.3  # the pixels aren't independent: without this, all probabilities are 0 or 1
        logs -= logs.max(axis=1, keepdims=True)
        odds = np.exp(logs)
        return odds / odds.sum(axis=1, keepdims=True)

    def predict(self, X: NDArray[Any]) -> NDArray[Any]:
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


def _on_components(model: ClassifierMixin, n_components: int) -> ClassifierMixin:
    return make_pipeline(FunctionTransformer(_unit), PCA(n_components, random_state=0), model)


def _members(n_rows: int) -> dict[str, ClassifierMixin]:
    many, fewer = max(1, min(60, n_rows // 3)), max(1, min(40, n_rows // 3))
    machine = CalibratedClassifierCV(SVC(C=10.0), cv=3, ensemble=False)
    epochs = max(25, min(200, 200_000 // max(1, n_rows)))
    network = MLPClassifier((300,), alpha=0.1, learning_rate_init=2e-3, max_iter=epochs, random_state=0)
    return {
        "svc": _on_components(machine, many),
        "neighbours": _on_components(KNeighborsClassifier(4, weights="distance"), fewer),
        "network": _on_components(network, many),
        "gaussians": _on_components(_Gaussians(), many),
    }


def _fit_all(models: dict[str, ClassifierMixin], X: NDArray[Any], y: NDArray[Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for model in models.values():
            model.fit(X, y)


class _DigitVoter:
    def __init__(self, models: list[ClassifierMixin], classes: NDArray[Any], voting: str) -> None:
        self.models = models
        self.classes = classes
        self.voting = voting

    def _ballots(self, X: NDArray[Any]) -> NDArray[np.float64]:
        total = np.zeros((len(X), len(self.classes)))
        for model in self.models:
            if self.voting == "soft":
                total += model.predict_proba(X)
            else:
                total += np.asarray(model.predict(X))[:, None] == self.classes[None, :]
        return total

    def predict(self, X: NDArray[Any]) -> NDArray[Any]:
        return self.classes[self._ballots(X).argmax(axis=1)]


def _share_right(model: Any, X: NDArray[Any], y: NDArray[Any]) -> float:
    return float(np.mean(np.asarray(model.predict(X)) == y))


def build_voter(
    X_train: NDArray[Any], y_train: NDArray[Any], X_val: NDArray[Any], y_val: NDArray[Any]
) -> dict[str, Any]:
    models = _members(len(X_train))
    _fit_all(models, X_train, y_train)
    val_scores: dict[str, float] = {}
    for name, model in models.items():
        val_scores[name] = _share_right(model, X_val, y_val)
    voters: dict[str, _DigitVoter] = {}
    for voting in ("hard", "soft"):
        voters[voting] = _DigitVoter(list(models.values()), np.unique(y_train), voting)
        val_scores[voting] = _share_right(voters[voting], X_val, y_val)
    better = "soft" if val_scores["soft"] >= val_scores["hard"] else "hard"
    return {"models": models, "voter": voters[better], "val_scores": val_scores, "voting": better}


def _three_parts(y: NDArray[np.int64], seed: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    fifth = len(y) // 5
    rng = np.random.default_rng(seed)
    for _ in range(100):
        order = rng.permutation(len(y))
        test, val, train = order[:fifth], order[fifth : 2 * fifth], order[2 * fifth :]
        if len(np.unique(y[train])) == len(np.unique(y)):
            break
    return train, val, test


def choose_ensemble(ensembles: Mapping[str, ClassifierMixin], X: NDArray[Any], y: NDArray[np.int64]) -> dict[str, Any]:
    if not ensembles:
        raise ValueError("there is nothing to choose from")
    train, val, test = _three_parts(y, seed=42)
    scores: dict[str, float] = {}
    for name, ensemble in ensembles.items():
        scores[name] = _share_right(clone(ensemble).fit(X[train], y[train]), X[val], y[val])
    best = max(scores, key=lambda name: scores[name])
    rest = np.concatenate([train, val])
    model = clone(ensembles[best]).fit(X[rest], y[rest])
    return {"scores": scores, "best": best, "model": model, "test_score": _share_right(model, X[test], y[test])}


# %% wrong: build_voter
# Misconception: Thinks that once the way to vote has been chosen, the validation rows have done their work, so that the
# members that are handed over may be fitted again to training and validation rows together.
def build_voter(
    X_train: NDArray[Any], y_train: NDArray[Any], X_val: NDArray[Any], y_val: NDArray[Any]
) -> dict[str, Any]:
    models = _members(len(X_train))
    classes = np.unique(y_train)
    _fit_all(models, X_train, y_train)
    val_scores: dict[str, float] = {}
    for name, model in models.items():
        val_scores[name] = _share_right(model, X_val, y_val)
    for voting in ("hard", "soft"):
        val_scores[voting] = _share_right(_DigitVoter(list(models.values()), classes, voting), X_val, y_val)
    better = "soft" if val_scores["soft"] >= val_scores["hard"] else "hard"
    X_all, y_all = np.concatenate([X_train, X_val]), np.concatenate([y_train, y_val])
    _fit_all(models, X_all, y_all)
    voter = _DigitVoter(list(models.values()), classes, better)
    return {"models": models, "voter": voter, "val_scores": val_scores, "voting": better}


# %% wrong: choose_ensemble
# Misconception: Thinks that the test rows are free once the test score has been read: the model that is handed over is
# fitted a last time to all rows, since more data can only make it better.
def choose_ensemble(ensembles: Mapping[str, ClassifierMixin], X: NDArray[Any], y: NDArray[np.int64]) -> dict[str, Any]:
    train, val, test = _three_parts(y, seed=42)
    scores: dict[str, float] = {}
    for name, ensemble in ensembles.items():
        scores[name] = _share_right(clone(ensemble).fit(X[train], y[train]), X[val], y[val])
    best = max(scores, key=lambda name: scores[name])
    rest = np.concatenate([train, val])
    tested = clone(ensembles[best]).fit(X[rest], y[rest])
    test_score = _share_right(tested, X[test], y[test])
    return {"scores": scores, "best": best, "model": clone(ensembles[best]).fit(X, y), "test_score": test_score}
