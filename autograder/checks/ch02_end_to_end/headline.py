"""Full-size figures of chapter 2: the chapter's own models on its training set, and what the exercises add."""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.cluster import KMeans
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.metrics import root_mean_squared_error
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.svm import SVR
from sklearn.tree import DecisionTreeRegressor

from autograder.testing import headline
from course.datasets import load
from solutions.ch02_end_to_end.preparation import search_prep
from solutions.ch02_end_to_end.random_search import random_search
from solutions.ch02_end_to_end.selection import make_select_pipeline
from solutions.ch02_end_to_end.svr import _preparation, tune_svr

RMSE = "neg_root_mean_squared_error"
FIRST = 5_000
PLAIN = {  # the chapter's models, as they come
    "linear": LinearRegression(),
    "tree": DecisionTreeRegressor(random_state=42),
    "forest": RandomForestRegressor(random_state=42),
}


@cache
def _parts() -> list[Any]:
    """Return X_train, X_test, y_train, y_test: a fifth is for testing, with all incomes in proportion."""
    frame = load("california_housing").frame
    incomes = pd.cut(frame["median_income"], [0, 1.5, 3, 4.5, 6, np.inf], labels=False)
    train, test = train_test_split(frame, test_size=0.2, stratify=incomes, random_state=42)
    pairs = [(part.drop(columns="median_house_value"), part["median_house_value"]) for part in (train, test)]
    return [part for both in zip(*pairs, strict=True) for part in both]


class _Nearness(TransformerMixin, BaseEstimator):
    """How near a district is to the centres of clusters, in which dear districts count for more."""

    def __init__(self, n_clusters: int = 10) -> None:
        self.n_clusters = n_clusters

    def fit(self, X: pd.DataFrame, y: pd.Series) -> "_Nearness":
        self.clusters_ = KMeans(self.n_clusters, n_init=10, random_state=42).fit(X.to_numpy(), sample_weight=y)
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        return rbf_kernel(X.to_numpy(), self.clusters_.cluster_centers_, gamma=1.0)


def _chapters(model: Any, n_clusters: int = 10) -> Any:
    """Return a pipeline with the chapter's preparation: ratios, logarithms, nearness, one-hot categories."""

    def numbers(*steps: Any) -> Any:
        return make_pipeline(SimpleImputer(strategy="median"), *steps, StandardScaler())

    ratio = FunctionTransformer(lambda pair: pair[:, [0]] / pair[:, [1]])
    long_tailed = ["total_bedrooms", "total_rooms", "population", "households", "median_income"]
    ratios = [("total_bedrooms", "total_rooms"), ("total_rooms", "households"), ("population", "households")]
    columns = make_column_transformer(
        *[(numbers(ratio), list(pair)) for pair in ratios],
        (numbers(FunctionTransformer(np.log)), long_tailed),
        (_Nearness(n_clusters), ["latitude", "longitude"]),
        (OneHotEncoder(handle_unknown="ignore"), ["ocean_proximity"]),
        (numbers(), ["housing_median_age"]),
    )
    return make_pipeline(columns, model)


def _tuned(n_clusters: int, max_features: int) -> Any:
    return _chapters(RandomForestRegressor(max_features=max_features, random_state=42), n_clusters)


def _scores(model: Any, cv: int, n_rows: int | None = None) -> np.ndarray:
    """Return the RMSE on each of `cv` folds of the training set, or of its first rows."""
    X, _, y, _ = _parts()
    return -cross_val_score(model, X[:n_rows], y[:n_rows], cv=cv, scoring=RMSE)


def _cross(model: Any, cv: int, n_rows: int | None = None) -> tuple[float, str]:
    return float(_scores(model, cv, n_rows).mean()), f"{len(_parts()[0][:n_rows]):,} rows, {cv} folds"


@cache
def _ten_folds(name: str) -> np.ndarray:
    return _scores(_chapters(PLAIN[name]), 10)


def _mean(name: str) -> tuple[float, str]:
    return float(_ten_folds(name).mean()), f"{len(_parts()[0]):,} rows, 10 folds"


def _spread(name: str) -> tuple[float, str]:
    return float(_ten_folds(name).std(ddof=1)), f"{len(_parts()[0]):,} rows, 10 folds"


def _on_training(name: str) -> tuple[float, str]:
    X, _, y, _ = _parts()
    model = _chapters(PLAIN[name]).fit(X, y)
    return float(root_mean_squared_error(y, model.predict(X))), f"{len(X):,} rows"


def _on_test(model: Any) -> tuple[float, str]:
    _, X_test, _, y_test = _parts()
    return float(root_mean_squared_error(y_test, model.predict(X_test))), f"{len(X_test):,} test rows"


def _near(book: float, share: float):
    return lambda value: abs(value - book) <= share * book


def _like(book: float):
    """At most twice, at least half: a spread over ten values is known no better."""
    return lambda value: book / 2 <= value <= 2 * book


# ---------------------------------------------------------------- the chapter's own models


@headline("p.02.1", "linear regression, CV RMSE", book="70,003", data="california_housing", holds=_near(70_003, 0.01))
def linear() -> tuple[float, str]:
    """The chapter's first model."""
    return _mean("linear")


@headline("p.02.1", "the same, standard deviation", book="4,182", data="california_housing", holds=_like(4_182))
def linear_spread() -> tuple[float, str]:
    """Over ten folds, and so as the folds fall."""
    return _spread("linear")


@headline("p.02.1", "the same, training RMSE", book="68,972.89", data="california_housing", holds=_near(68_973, 0.01))
def linear_on_training() -> tuple[float, str]:
    """Hardly lower: the model underfits."""
    return _on_training("linear")


@headline("p.02.1", "decision tree, CV RMSE", book="66,574", data="california_housing", holds=_near(66_574, 0.02))
def tree() -> tuple[float, str]:
    """The chapter's second model."""
    return _mean("tree")


@headline("p.02.1", "the same, standard deviation", book="1,103", data="california_housing", holds=_like(1_103))
def tree_spread() -> tuple[float, str]:
    """Over ten folds, and so as the folds fall."""
    return _spread("tree")


@headline("p.02.1", "random forest, CV RMSE", book="47,038", data="california_housing", holds=_near(47_038, 0.02))
def forest() -> tuple[float, str]:
    """The chapter's third model."""
    return _mean("forest")


@headline("p.02.1", "the same, training RMSE", book="17,551", data="california_housing", holds=_near(17_551, 0.02))
def forest_on_training() -> tuple[float, str]:
    """Far lower: the model overfits."""
    return _on_training("forest")


@headline("p.02.1", "tuned forest, CV RMSE", book="43,590", data="california_housing", holds=_near(43_590, 0.02))
def tuned_forest() -> tuple[float, str]:
    """With the settings that the chapter's grid search has found."""
    return _cross(_tuned(15, 6), 3)


@headline("p.02.1", "tuned forest, test RMSE", book="41,445.53", data="california_housing", holds=_near(41_446, 0.02))
def tuned_forest_on_test() -> tuple[float, str]:
    """With those of its random search."""
    X, _, y, _ = _parts()
    return _on_test(_tuned(45, 9).fit(X, y))


# ---------------------------------------------------------------- p.02.1


@cache
def _svr() -> dict[str, Any]:
    X, _, y, _ = _parts()
    return tune_svr(X, y, n_rows=FIRST, cv=3)


def _best_of(kernel: str) -> float:
    return min(float(one["rmse"]) for one in _svr()["tried"] if one["kernel"] == kernel)


@headline("p.02.1", "tuned SVR, CV RMSE", book="", data="california_housing", holds=lambda value: value < 62_000)
def svr() -> tuple[float, str]:
    """The best of the grid."""
    return _svr()["cv_rmse"], f"{FIRST:,} rows, 3 folds"


@headline("p.02.1", "best SVR with a linear kernel, CV RMSE", book="", data="california_housing",
          holds=lambda value: value > 1.1 * _best_of("rbf"))  # fmt: skip
def linear_svr() -> tuple[float, str]:
    """It loses to RBF by far."""
    return _best_of("linear"), f"{FIRST:,} rows, 3 folds"


@headline("p.02.1", "SVR on dollars, C=1,000: RBF's CV RMSE over the linear kernel's", book="",
          data="california_housing", holds=lambda value: value > 1.1)  # fmt: skip
def dollars() -> tuple[float, str]:
    """With a C too small for dollars, the linear kernel seems to be the better one."""
    rbf, line = (_cross(make_pipeline(_preparation(), SVR(kernel=k, C=1_000)), 3, FIRST) for k in ("rbf", "linear"))
    return rbf[0] / line[0], rbf[1]


@headline("p.02.1", "forest on the same rows and features, CV RMSE", book="", data="california_housing",
          holds=lambda value: value < _svr()["cv_rmse"])  # fmt: skip
def forest_on_the_same() -> tuple[float, str]:
    """100 trees."""
    return _cross(make_pipeline(_preparation(), RandomForestRegressor(random_state=42)), 3, FIRST)


@headline("p.02.1", "tuned SVR, test RMSE", book="", data="california_housing", holds=lambda value: value < 62_000)
def svr_on_test() -> tuple[float, str]:
    """Fitted to the first 5,000 rows."""
    return _on_test(_svr()["best_estimator"])


# ---------------------------------------------------------------- p.02.2, p.02.3, p.02.5


@cache
def _searched(name: str) -> Any:
    X, _, y, _ = _parts()
    X, y = X[:FIRST], y[:FIRST]
    return random_search(X, y, n_iter=20) if name == "random" else search_prep(X, y, n_iter=15)


@headline("p.02.2", "random search, CV RMSE", book="", data="california_housing", holds=_near(58_700, 0.03))
def random_settings() -> tuple[float, str]:
    """20 candidates."""
    return float(-_searched("random").best_score_), f"{FIRST:,} rows, 3 folds"


@headline("p.02.3", "features kept at the median, of 12", book="", data="california_housing",
          holds=lambda value: 6 <= value <= 7)  # fmt: skip
def features_kept() -> tuple[float, str]:
    """A category that no row has is no feature."""
    X, _, y, _ = _parts()
    kept = make_select_pipeline().fit(X[:FIRST], y[:FIRST])["select"].get_support()
    return float(kept.sum()), f"{FIRST:,} rows"


@headline("p.02.3", "SVR on these features, CV RMSE", book="", data="california_housing",
          holds=lambda value: _svr()["cv_rmse"] < value < _best_of("linear"))  # fmt: skip
def selected() -> tuple[float, str]:
    """The numbers of rooms and households share their importance, so the median drops them all, which costs much."""
    return _cross(make_select_pipeline(), 3, FIRST)


@headline("p.02.3", "SVR on features above 0.2*mean, CV RMSE", book="", data="california_housing",
          holds=lambda value: value < 1.02 * _svr()["cv_rmse"])  # fmt: skip
def selected_gently() -> tuple[float, str]:
    """Only rare categories are dropped."""
    return _cross(make_select_pipeline("0.2*mean"), 3, FIRST)


@headline("p.02.5", "search over the preparation, CV RMSE", book="", data="california_housing",
          holds=lambda value: value < _svr()["cv_rmse"])  # fmt: skip
def prepared() -> tuple[float, str]:
    """15 candidates."""
    return float(-_searched("prep").best_score_), f"{FIRST:,} rows, 3 folds"


@headline("p.02.5", "search over the preparation, test RMSE", book="", data="california_housing",
          holds=lambda value: value < svr_on_test()[0])  # fmt: skip
def prepared_on_test() -> tuple[float, str]:
    """Fitted to the first 5,000 rows."""
    return _on_test(_searched("prep"))
