# %% right
# Intent: bikes, predicted for later hours; leaks are found as the circuits of a linear matroid (which columns share an
# exact dependency with the target); splits and folds are made over moments, not rows; trees and a straight line.
import numpy as np
import pandas as pd
from scipy.linalg import qr, solve_triangular
from sklearn.base import clone
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import ExtraTreesRegressor, GradientBoostingRegressor, VotingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import RidgeCV
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import KFold, TimeSeriesSplit
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from course.datasets import load


def load_project():
    return {
        "frame": load("bike_sharing").frame.copy(),
        "target": "cnt",
        "ordered_by": "instant",
        "leaky": ["casual", "registered"],
    }


def find_leaks(frame, target):
    numeric = frame.select_dtypes(include=["number", "bool"], exclude=["timedelta"])
    names = [name for name in numeric.columns if name != target]
    whole = numeric.dropna()
    if len(whole) < 2 or not names:
        return []
    # centring takes care of the constant, unit length of the units; columns that never change drop out
    table = whole[[*names, target]].to_numpy(dtype=float)
    table = table - table.mean(axis=0)
    length = np.linalg.norm(table, axis=0)
    size = np.abs(whole[[*names, target]].to_numpy(dtype=float)).max(axis=0) * np.sqrt(len(whole))
    alive = length > 1e-12 * np.maximum(size, 1e-300)
    if not alive[-1]:
        return []
    kept = [name for name, moves in zip([*names, target], alive) if moves]
    unit = table[:, alive] / length[alive]

    # columns of a basis, and every other column written in it: its nonzero coefficients are a circuit
    _, R, order = qr(unit, mode="economic", pivoting=True)
    rank = int(np.sum(np.abs(np.diag(R)) > 1e-9))
    coefficients = solve_triangular(R[:rank, :rank], R[:rank, rank:])
    links = {j: set() for j in range(len(kept))}
    for b, d in zip(*np.nonzero(np.abs(coefficients) > 1e-8)):
        links[order[b]].add(order[rank + d])
        links[order[rank + d]].add(order[b])

    def reach(node, seen):
        seen.add(node)
        for other in links[node] - seen:
            reach(other, seen)
        return seen

    # two columns lie on a common circuit exactly if they are connected
    return [kept[j] for j in sorted(reach(len(kept) - 1, set())) if kept[j] != target]


def split_project(frame, ordered_by=None, test_size=0.2, seed=42):
    cases = frame.drop_duplicates()
    wanted = test_size * len(cases)
    if ordered_by is None:
        order = np.random.default_rng(seed).permutation(len(cases))
        n_test = min(max(1, round(wanted)), len(cases) - 1)
        return cases.iloc[order[n_test:]], cases.iloc[order[:n_test]]
    moments, which, counts = np.unique(cases[ordered_by].to_numpy(), return_inverse=True, return_counts=True)
    later = counts[::-1].cumsum()[::-1]  # rows from each moment on
    first = 1 + int(np.argmin(np.abs(later[1:] - wanted))) if len(moments) > 1 else 0
    return cases[which < first], cases[which >= first]


def without(X, names):
    return X.drop(columns=list(names), errors="ignore")


def as_floats(X):
    return X.apply(lambda column: pd.to_numeric(column, errors="coerce").astype("Float64")).to_numpy(
        dtype=float, na_value=np.nan
    )


def as_texts(X):
    return X.astype(object).where(X.notna(), "?").astype(str).to_numpy(dtype=object)


def from_raw(model, leaky, scaled):
    numbers = [
        ("float", FunctionTransformer(as_floats)),
        ("fill", SimpleImputer(strategy="median", keep_empty_features=True)),
        ("scale", StandardScaler() if scaled else "passthrough"),
    ]
    texts = [
        ("text", FunctionTransformer(as_texts)),
        ("encode", OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=0.04, max_categories=25,
                                 sparse_output=False)),
    ]
    prep = ColumnTransformer([
        ("numbers", Pipeline(numbers), make_column_selector(dtype_include=["number", "bool"])),
        ("texts", Pipeline(texts), make_column_selector(dtype_include=["object", "string", "category"])),
    ], sparse_threshold=0)
    drop = FunctionTransformer(without, kw_args={"names": list(leaky)})
    return Pipeline([("drop", drop), ("prep", prep), ("model", model)])


def make_models(leaky=()):
    def forest():
        return ExtraTreesRegressor(100, min_samples_leaf=2, max_features=0.8, random_state=3)

    def boosting():
        return GradientBoostingRegressor(n_estimators=200, max_depth=5, learning_rate=0.06, subsample=0.7,
                                         max_features=0.5, min_samples_leaf=4, random_state=3)

    both = VotingRegressor([("forest", forest()), ("boosting", boosting())])
    return {
        "line": from_raw(RidgeCV(np.logspace(-2, 3, 11)), leaky, True),
        "trees": from_raw(forest(), leaky, False),
        "boosting": from_raw(boosting(), leaky, False),
        "both": from_raw(both, leaky, False),
    }


def folds_of(train, ordered_by, n=5):
    """Yield (fit on, judge on) as positions; with an order, no moment is on both sides."""
    if ordered_by is None:
        yield from KFold(n, shuffle=True, random_state=11).split(train)
        return
    moments, which = np.unique(train[ordered_by].to_numpy(), return_inverse=True)
    for past, future in TimeSeriesSplit(n).split(moments):
        yield np.flatnonzero(np.isin(which, past)), np.flatnonzero(np.isin(which, future))


def run_project(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    X, y = train.drop(columns=target), train[target]
    entrants = {**models, "baseline": DummyRegressor(strategy="mean")}
    folds = [*folds_of(train, ordered_by)]

    def error(model, a, b):
        fitted = clone(model).fit(X.iloc[a], y.iloc[a])
        return metric(y.iloc[b].to_numpy(), fitted.predict(X.iloc[b]))

    errors = {name: float(np.mean([error(model, a, b) for a, b in folds])) for name, model in entrants.items()}
    best = min(errors, key=errors.get)
    model = clone(entrants[best]).fit(X, y)
    test_error = float(metric(test[target].to_numpy(), model.predict(test.drop(columns=target))))
    return {"errors": errors, "best": best, "model": model, "test_error": test_error}


# %% wrong: run_project
# Misconception: Thinks that TimeSeriesSplit takes care of the order by itself, and does not see that it goes by the
# position of the rows, which may come in any order.
def folds_of(train, ordered_by, n=5):
    yield from KFold(n, shuffle=True, random_state=11).split(train) if ordered_by is None else TimeSeriesSplit(n).split(
        train
    )


# %% wrong: find_leaks
# Misconception: Thinks that a fit of nearly 100% means that the target is given away, and that then each column which
# the line leans on is a part of it; a column that is merely like the target is named as well.
def find_leaks(frame, target):
    from sklearn.linear_model import LinearRegression

    whole = frame.select_dtypes("number").dropna()
    X, y = whole.drop(columns=target), whole[target]
    if len(whole) < 2 or not X.shape[1]:
        return []
    Z = ((X - X.mean()) / X.std().replace(0, 1)).to_numpy(dtype=float)
    line = LinearRegression().fit(Z, y)
    if line.score(Z, y) < 0.99:
        return []
    weights = np.abs(line.coef_)
    return [name for name, weight in zip(X.columns, weights) if weight > 0.01 * weights.max()]
