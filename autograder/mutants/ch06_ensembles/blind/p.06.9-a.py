# %% right
# Intent: Each model gives its probabilities and its answer, one column for each digit, and a logistic regression learns
# from the validation rows alone what to make of them. The stack of scikit-learn learns from cross-validated answers.
import warnings

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.decomposition import PCA
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

N_DIGITS: int = 10


def _one_hot(labels: NDArray[Any]) -> NDArray[np.float64]:
    columns = np.zeros((len(labels), N_DIGITS))
    for j in range(N_DIGITS):
        columns[:, j] = labels == j
    return columns


def make_blend_features(models: Sequence[ClassifierMixin], X: NDArray[Any]) -> NDArray[Any]:
    blocks: list[NDArray[np.float64]] = []
    for model in models:
        blocks.append(np.asarray(model.predict_proba(X), dtype=np.float64))
        blocks.append(_one_hot(np.asarray(model.predict(X))))
    if not blocks:
        raise ValueError("there are no models to blend")
    return np.hstack(blocks)


def fit_blender(
    models: Sequence[ClassifierMixin],
    X_train: NDArray[Any],
    y_train: NDArray[Any],
    X_val: NDArray[Any],
    y_val: NDArray[Any],
) -> ClassifierMixin:
    # the models know their training rows better than any others: only the validation rows show what they are worth
    features = make_blend_features(models, X_val)
    if len(np.unique(y_val)) < 2:
        return DummyClassifier(strategy="most_frequent").fit(features, y_val)
    return LogisticRegression(C=3.0, max_iter=3000).fit(features, y_val)


def stack_predict(models: Sequence[ClassifierMixin], blender: ClassifierMixin, X: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(blender.predict(make_blend_features(models, X)))


def _shrink(X: NDArray[Any]) -> NDArray[np.float32]:
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


def _on_parts(model: ClassifierMixin, n_parts: int) -> ClassifierMixin:
    return make_pipeline(FunctionTransformer(_shrink), PCA(n_parts, random_state=0), model)


def fit_stacking(X: NDArray[Any], y: NDArray[Any]) -> StackingClassifier:
    n_parts = max(1, min(60, len(X) // 3))
    epochs = max(20, min(60, 200_000 // len(X)))
    network = MLPClassifier((150,), alpha=0.1, learning_rate_init=3e-3, max_iter=epochs, random_state=0)
    base_models = [
        ("svc", _on_parts(SVC(C=10.0), n_parts)),
        ("neighbours", _on_parts(KNeighborsClassifier(5, weights="distance"), n_parts)),
        ("network", _on_parts(network, n_parts)),
        ("gaussians", _on_parts(_Gaussians(), n_parts)),
    ]
    stack = StackingClassifier(
        base_models,
        final_estimator=make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000)),
        cv=StratifiedKFold(4, shuffle=True, random_state=0),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        stack.fit(X, y)
    return stack


# %% wrong: fit_blender
# Misconception: Thinks that training rows are there to learn from and validation rows only to compare and choose, so
# that the blender, like every model, has to be fitted to the training rows.
def fit_blender(
    models: Sequence[ClassifierMixin],
    X_train: NDArray[Any],
    y_train: NDArray[Any],
    X_val: NDArray[Any],
    y_val: NDArray[Any],
) -> ClassifierMixin:
    features = make_blend_features(models, X_train)
    if len(np.unique(y_train)) < 2:
        return DummyClassifier(strategy="most_frequent").fit(features, y_train)
    return LogisticRegression(C=3.0, max_iter=3000).fit(features, y_train)


# %% wrong: make_blend_features
# Misconception: Thinks that a blender can only learn whom to trust on which image if it sees the image too, and so puts
# the pixels beside the predictions.
def make_blend_features(models: Sequence[ClassifierMixin], X: NDArray[Any]) -> NDArray[Any]:
    blocks = [np.asarray(model.predict_proba(X), dtype=np.float64) for model in models]
    blocks.append(np.asarray(X, dtype=np.float64) / 255.0)
    return np.hstack(blocks)
