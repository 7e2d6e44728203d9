"""Chapter 7, models with and without PCA (p.07.9): wrong answers that must fail, and right ones that must pass."""

import time
from types import SimpleNamespace

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA, IncrementalPCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, StandardScaler

from autograder.testing import alternative, mutant

COLUMNS = ["fit_time", "accuracy", "n_components"]


# ---------------------------------------------------------------- p.07.9


def _unit(X):
    return np.asarray(X, dtype=float) / 255


def _compared(data, reductions, kinds=(RandomForestClassifier, SGDClassifier), judged=slice(2, 4), **options):
    """Compare as the reference does, with the step of PCA (and what comes before it) made by `reductions(name)`."""
    models, rows = {}, {}
    trees = {"n_estimators": 40, "random_state": 1}  # few, since each failed check is compared with all wrong answers
    for name in ("rf", "rf+pca", "sgd", "sgd+pca"):
        forest = kinds["sgd" in name] is RandomForestClassifier
        classifier = kinds["sgd" in name](**trees if forest else {"random_state": 1})
        model = make_pipeline(FunctionTransformer(_unit), *reductions(name), classifier)
        start = time.perf_counter()
        model.fit(*data[:2])
        seconds = time.perf_counter() - start
        models[name] = model
        rows[name] = [seconds, model.score(*data[judged]), model[-1].n_features_in_]
    return pd.DataFrame.from_dict(rows, orient="index", columns=COLUMNS), models


def _pca(ratio):
    return lambda name: [PCA(ratio)] if name.endswith("pca") else []


@mutant("p.07.9", replaces="compare_pca", fails="test_pca_keeps_the_share_asked_for")
def whole_number_of_components(X_train, y_train, X_test, y_test, ratio=0.95):
    """You ask for 95 components: to keep 95% of the variance, `n_components` is 0.95."""
    return _compared((X_train, y_train, X_test, y_test), _pca(min(int(100 * ratio), *X_train.shape)))


@mutant("p.07.9", replaces="compare_pca", fails="test_pca_keeps_the_share_asked_for")
def ratio_written_down(X_train, y_train, X_test, y_test, ratio=0.95):
    """You always keep 95% of the variance, whatever `ratio` says."""
    return _compared((X_train, y_train, X_test, y_test), _pca(0.95))


@mutant("p.07.9", replaces="compare_pca", fails="test_pca_keeps_the_share_asked_for")
def standardised_before(X_train, y_train, X_test, y_test, ratio=0.95):
    """You standardise the pixels before PCA, which makes much of the faint ones at the edge: take them as they are."""

    def reductions(name):
        return [StandardScaler(), PCA(ratio)] if name.endswith("pca") else []

    return _compared((X_train, y_train, X_test, y_test), reductions)


@mutant("p.07.9", replaces="compare_pca", fails="test_pca_keeps_the_share_asked_for")
def stretched_to_one_range(X_train, y_train, X_test, y_test, ratio=0.95):
    """You stretch each pixel to the same range before PCA (`MinMaxScaler`), which makes much of the faint ones: take
    them as they are, or divide all by one number."""

    def reductions(name):
        return [MinMaxScaler(), PCA(ratio)] if name.endswith("pca") else []

    return _compared((X_train, y_train, X_test, y_test), reductions)


@mutant("p.07.9", replaces="compare_pca", fails="test_test_rows_are_not_looked_at")
def fitted_to_all_rows(X_train, y_train, X_test, y_test, ratio=0.95):
    """You fit PCA to the test rows as well: what is learned from data is learned from the training rows alone."""
    pca = PCA(ratio).fit(_unit(np.concatenate([X_train, X_test])))

    def reductions(name):
        return [FunctionTransformer(pca.transform)] if name.endswith("pca") else []

    return _compared((X_train, y_train, X_test, y_test), reductions)


@mutant("p.07.9", replaces="compare_pca", fails="test_pca_comes_before_two_of_the_models")
def pca_beside_the_models(X_train, y_train, X_test, y_test, ratio=0.95):
    """You fit a PCA and count its components, but the models never get to see what it returns."""
    table, models = _compared((X_train, y_train, X_test, y_test), lambda name: [])
    table.loc[["rf+pca", "sgd+pca"], "n_components"] = PCA(ratio).fit(_unit(X_train)).n_components_
    return table, models


@mutant("p.07.9", replaces="compare_pca", fails="test_pca_keeps_the_share_asked_for")
def pca_before_all(X_train, y_train, X_test, y_test, ratio=0.95):
    """You put PCA before all four models: two of them are to be trained on the pixels themselves."""
    return _compared((X_train, y_train, X_test, y_test), lambda name: [PCA(ratio)])


@mutant("p.07.9", replaces="compare_pca", fails="test_forests_are_forests_and_lines_are_lines")
def forests_only(X_train, y_train, X_test, y_test, ratio=0.95):
    """All of your models are forests: in two of them an `SGDClassifier` is to be trained."""
    return _compared((X_train, y_train, X_test, y_test), _pca(ratio), (RandomForestClassifier, RandomForestClassifier))


@mutant("p.07.9", replaces="compare_pca", fails="test_forests_are_forests_and_lines_are_lines")
def names_mixed_up(X_train, y_train, X_test, y_test, ratio=0.95):
    """You have mixed up the forests and the linear models."""
    return _compared((X_train, y_train, X_test, y_test), _pca(ratio), (SGDClassifier, RandomForestClassifier))


@mutant("p.07.9", replaces="compare_pca", fails="test_accuracy_is_that_of_the_test_rows")
def judged_by_training_rows(X_train, y_train, X_test, y_test, ratio=0.95):
    """You judge the models by the rows they were trained on: take the test rows."""
    return _compared((X_train, y_train, X_test, y_test), _pca(ratio), judged=slice(0, 2))


class _Anew:
    """Finds its components anew in whatever it is given."""

    def __init__(self, pca):
        self.pca = pca

    def fit(self, X, y=None):
        self.pca.fit(X)
        self.rows = X
        return self

    def transform(self, X):
        if len(X) == len(self.rows) and np.array_equal(X, self.rows):
            return self.pca.transform(X)
        k = min(self.pca.n_components_, len(X))
        return np.pad(PCA(k).fit_transform(X), ((0, 0), (0, self.pca.n_components_ - k)))


@mutant("p.07.9", replaces="compare_pca", fails="test_models_read_unseen_letters")
def components_found_anew(X_train, y_train, X_test, y_test, ratio=0.95):
    """You call `fit_transform` on the rows to be predicted: they get other components than the model was trained with;
    use `transform`."""

    def reductions(name):
        return [_Anew(PCA(ratio))] if name.endswith("pca") else []

    return _compared((X_train, y_train, X_test, y_test), reductions)


@mutant("p.07.9", replaces="compare_pca", fails="test_table_is_complete")
def no_time_taken(X_train, y_train, X_test, y_test, ratio=0.95):
    """Your training times are 0: read the clock before and after `fit`."""
    table, models = _compared((X_train, y_train, X_test, y_test), _pca(ratio))
    return table.assign(fit_time=0.0), models


@alternative("p.07.9", replaces="compare_pca")
def pca_by_hand(X_train, y_train, X_test, y_test, ratio=0.95):
    """Eigenvectors of the covariance matrix, closures for models, columns in another order."""
    start = time.perf_counter()
    mean = X_train.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(X_train.T))
    k = int(np.argmax(np.cumsum(values[::-1]) / values.sum() >= ratio)) + 1
    V = vectors[:, ::-1][:, :k] / 255
    spent = time.perf_counter() - start
    models, rows = {}, []
    for kind, name in ((SGDClassifier(alpha=1e-3), "sgd"), (RandomForestClassifier(60), "rf")):
        for suffix, reduce in (("+pca", lambda X: (X - mean) @ V), ("", lambda X: np.asarray(X) / 255)):
            start = time.perf_counter()
            model = type(kind)(**kind.get_params()).fit(reduce(X_train), y_train)
            seconds = time.perf_counter() - start + (spent if suffix else 0)

            def predict(X, model=model, reduce=reduce):
                return model.predict(reduce(np.asarray(X)))

            models[name + suffix] = SimpleNamespace(predict=predict)
            accuracy = np.mean(predict(X_test) == np.asarray(y_test))
            rows.append((name + suffix, k if suffix else X_train.shape[1], accuracy, seconds))
    return pd.DataFrame(rows, columns=["name", "n_components", "accuracy", "fit_time"]).set_index("name"), models


def _quick_count(X, ratio):
    singular = np.linalg.svd(X - X.mean(axis=0), compute_uv=False) ** 2
    return int((np.cumsum(singular) / singular.sum() < ratio).sum()) + 1


@alternative("p.07.9", replaces="compare_pca")
def randomized(X_train, y_train, X_test, y_test, ratio=0.95):
    """Counts first, then a randomized PCA; logistic loss; scales to mean 0 and variance 1 *after* PCA."""
    k = _quick_count(_unit(X_train), ratio)

    def reductions(name):
        return [PCA(k, svd_solver="randomized", random_state=0), StandardScaler()] if name.endswith("pca") else []

    kinds = (RandomForestClassifier, lambda **given: SGDClassifier(loss="log_loss", **given))
    return _compared((X_train, y_train, X_test, y_test), reductions, kinds)


@alternative("p.07.9", replaces="compare_pca")
def incremental(X_train, y_train, X_test, y_test, ratio=0.95):
    """An incremental PCA in two batches; whole numbers in a column of their own type."""
    k = _quick_count(_unit(X_train), ratio)
    start, half = time.time(), len(X_train) // 2
    ipca = IncrementalPCA(k)
    for rows in (slice(half), slice(half, None)):
        ipca.partial_fit(_unit(X_train[rows]))
    spent = time.time() - start

    def reductions(name):
        return [FunctionTransformer(ipca.transform)] if name.endswith("pca") else []

    table, models = _compared((X_train, y_train, X_test, y_test), reductions)
    table.loc[["rf+pca", "sgd+pca"], "fit_time"] += spent
    return table.astype({"n_components": int}), models
