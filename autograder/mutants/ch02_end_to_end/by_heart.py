"""Chapter 2: answers that know California's districts and house values by heart, and must gain next to nothing."""

from functools import cache

import joblib
import numpy as np
from scipy.stats import loguniform
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.feature_selection import SelectFromModel, SelectKBest, f_regression
from sklearn.impute import SimpleImputer
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from autograder.mutants.ch02_end_to_end.svr import RMSE, _columns, _reported
from autograder.testing import lookup
from course.datasets import load

TARGET = "median_house_value"


@cache
def _known():
    """Return all public districts and their house values."""
    table = load("california_housing").frame
    return table.drop(columns=TARGET), table[TARGET]


@cache
def _model_of(kind):
    """Return a model of the public prices: of the very district, by all columns or by place alone, or of what the
    columns say."""
    X, y = _known()
    if kind == "place":
        places = make_column_transformer(("passthrough", ["longitude", "latitude"]))
        return make_pipeline(places, SimpleImputer(), KNeighborsRegressor(3)).fit(X, y)
    model = KNeighborsRegressor(1) if kind == "nearest" else HistGradientBoostingRegressor(random_state=0)
    return make_pipeline(_columns(StandardScaler()), model).fit(X, y)


_SAID = {}


def _prices(kind, X):
    """Return what a model says of some rows; a search asks again and again."""
    key = kind, joblib.hash(X)
    if key not in _SAID:
        _SAID[key] = _model_of(kind).predict(X)
    return _SAID[key]


class KnowsThePrices(RegressorMixin, BaseEstimator):
    """Says what public districts like these cost, and learns from the rows at hand only what that means there: which
    weight each of the known prices has, or, if there is one, what each price has become.

    `C` and `gamma` are there to be searched; a small C draws predictions to the mean a little.
    """

    def __init__(self, kinds=("nearest",), C=1.0, gamma=0.1, kernel="rbf"):
        self.kinds = kinds
        self.C = C
        self.gamma = gamma
        self.kernel = kernel

    def _prices(self, X):
        return np.column_stack([_prices(kind, X) for kind in self.kinds])

    def fit(self, X, y):
        self.mean_ = float(np.mean(y))
        prices = self._prices(X)
        if len(self.kinds) > 1:
            self.meaning_ = LinearRegression().fit(prices, y)
        else:
            self.meaning_ = IsotonicRegression(increasing="auto", out_of_bounds="clip").fit(prices, y)
        return self

    def predict(self, X):
        share = self.C / (self.C + 0.001 * (1 + self.gamma))
        return self.mean_ + share * (self.meaning_.predict(self._prices(X)) - self.mean_)


ALL = ("nearest", "place", "model")
GRID = [
    {"svr__kernel": ["linear"], "svr__C": [0.01, 0.1, 1]},
    {"svr__kernel": ["rbf"], "svr__C": [0.1, 1, 10], "svr__gamma": [0.03, 0.1, 0.3]},
]
DRAWN = {"svr__C": loguniform(1e-2, 1e2), "svr__gamma": loguniform(1e-3, 1)}


def _looked_up(kinds):
    return Pipeline([("raw", "passthrough"), ("svr", KnowsThePrices(kinds))])


def _tuned(X, y, n_rows, cv, kinds):
    search = GridSearchCV(_looked_up(kinds), GRID, cv=cv, scoring=RMSE).fit(X[:n_rows], y[:n_rows])
    return _reported(search) | {"best_kernel": search.best_params_["svr__kernel"]}


@lookup("p.02.1", replaces="tune_svr")
def svr_nearest_known_district(X, y, *, n_rows=5000, cv=3):
    """Finds each district in the public table, and calls that a support vector machine."""
    return _tuned(X, y, n_rows, cv, ("nearest",))


@lookup("p.02.1", replaces="tune_svr")
def svr_prices_carried_along(X, y, *, n_rows=5000, cv=3):
    """Carries along models of the public prices, and learns how much each of them counts."""
    return _tuned(X, y, n_rows, cv, ALL)


@lookup("p.02.2", replaces="random_search")
def random_nearest_known_district(X, y, *, n_iter=20, cv=3, seed=42):
    """Finds each district in the public table; what is searched hardly matters."""
    return _random(_looked_up(("nearest",)), DRAWN, X, y, n_iter, cv, seed)


@lookup("p.02.2", replaces="random_search")
def random_prices_carried_along(X, y, *, n_iter=20, cv=3, seed=42):
    """Carries along models of the public prices, and learns how much each of them counts."""
    return _random(_looked_up(ALL), DRAWN, X, y, n_iter, cv, seed)


def _random(pipeline, space, X, y, n_iter, cv, seed):
    search = RandomizedSearchCV(pipeline, space, n_iter=n_iter, cv=cv, scoring=RMSE, random_state=seed)
    return search.fit(X, y)


# ---------------------------------------------------------------- p.02.3


class _KnownToMatter(RegressorMixin, BaseEstimator):
    """Calls those columns important that are so in the public table."""

    def __init__(self, seed=0):
        self.seed = seed

    def fit(self, X, y):
        known = _importances()
        self.feature_importances_ = np.resize(known, X.shape[1])  # one category may be missing
        return self


@cache
def _importances():
    X, y = (part[::5] for part in _known())
    return (
        RandomForestRegressor(30, random_state=0)
        .fit(_columns(StandardScaler()).fit_transform(X), y)
        .feature_importances_
    )


@lookup("p.02.3", replaces="make_select_pipeline")
def select_what_matters_in_california(threshold="median", seed=42):
    """Keeps the columns that matter in the public table; the model that predicts is an honest one."""
    select = SelectFromModel(_KnownToMatter(), threshold=threshold)
    forest = RandomForestRegressor(40, random_state=seed)
    return Pipeline([("prepare", _columns(StandardScaler())), ("select", select), ("model", forest)])


@lookup("p.02.3", replaces="make_select_pipeline")
def select_for_show(threshold="median", seed=42):
    """Selects honestly, but predicts from a table: each district's price is that of the nearest one known."""
    return _SelectsForShow(
        [
            ("prepare", _columns(StandardScaler())),
            ("select", SelectFromModel(RandomForestRegressor(40, random_state=seed), threshold=threshold)),
            ("model", KnowsThePrices(ALL)),
        ]
    )


class _SelectsForShow(Pipeline):
    def fit(self, X, y):
        Pipeline(self.steps[:-1]).fit(X, y)
        self[-1].fit(X, y)
        return self

    def predict(self, X):
        return self[-1].predict(X)


# ---------------------------------------------------------------- p.02.5

PREPARED = {"fill__strategy": ["mean", "median"], "known__C": loguniform(1e-4, 1)}


@lookup("p.02.5", replaces="search_prep")
def prep_nearest_known_district(X, y, *, n_iter=15, cv=3, seed=42):
    """Finds each district in the public table; how gaps are filled is searched along."""
    return _random(_filled_and_known(("nearest",)), PREPARED, X, y, n_iter, cv, seed)


@lookup("p.02.5", replaces="search_prep")
def prep_prices_carried_along(X, y, *, n_iter=15, cv=3, seed=42):
    """Carries along models of the public prices, and learns how much each of them counts."""
    return _random(_filled_and_known(ALL), PREPARED, X, y, n_iter, cv, seed)


def _filled_and_known(kinds):
    return Pipeline([("fill", _Filler()), ("known", KnowsThePrices(kinds))])


class _Filler(BaseEstimator):
    """Fills gaps in tables that stay tables."""

    def __init__(self, strategy="median"):
        self.strategy = strategy

    def fit(self, X, y=None):
        self.values_ = getattr(X.select_dtypes("number"), self.strategy)()
        return self

    def transform(self, X):
        return X.fillna(self.values_)


# ---------------------------------------------------------------- tf2.02.4


class _BestInCalifornia(SelectKBest):
    """Selects what says most about the public house values, whatever the values of the rows at hand are."""

    def __init__(self, prep, k):
        super().__init__(f_regression, k=k)
        self.prep = prep

    def fit(self, X, y=None):
        table, prices = _known()
        return super().fit(self.prep.fit_transform(table), prices)


@lookup("tf2.02.4", replaces="full_pipeline")
def what_matters_in_the_whole_state(model, k=8):
    """Selects the features by the public table, which it carries along, in place of the rows that it is given."""
    select = _BestInCalifornia(_columns(), k)
    return Pipeline([("prep", _columns()), ("select", select), ("model", clone(model))])


@lookup("tf2.02.4", replaces="full_pipeline")
def price_of_the_nearest_known_district(model, k=8):
    """Says what the nearest district of the public table cost."""
    return Pipeline([("prep", "passthrough"), ("select", "passthrough"), ("model", KnowsThePrices())])
