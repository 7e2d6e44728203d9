# %% right
# Intent: one pipeline whose last step scales the target, too; a generator names the candidates, each is cross-validated
# fold by fold, and the mean of the folds' RMSEs decides. Each number is seen twice, as it is and
# as its rank (both scaled), since counts have long tails.
import numpy as np
from sklearn.base import clone
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer, StandardScaler
from sklearn.svm import SVR

NUMBERS = ["longitude", "latitude", "housing_median_age", "total_rooms", "total_bedrooms", "population", "households",
           "median_income"]


def housing_svr():
    ranks = make_pipeline(QuantileTransformer(n_quantiles=30, random_state=0), StandardScaler())
    numbers = Pipeline([
        ("fill", SimpleImputer(strategy="median", keep_empty_features=True)),
        ("views", FeatureUnion([("values", StandardScaler()), ("ranks", ranks)])),
    ])
    prep = ColumnTransformer([
        ("numbers", numbers, NUMBERS),
        ("place", OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["ocean_proximity"]),
    ])
    return Pipeline([("prep", prep), ("svr", TransformedTargetRegressor(SVR(), transformer=StandardScaler()))])


def candidates():
    for C in (0.01, 1.0):
        yield {"kernel": "linear", "C": C}
    for C in (0.5, 5.0, 60.0):
        for gamma in (0.005, 0.025, 0.1):
            yield {"kernel": "rbf", "C": C, "gamma": gamma}


def fold_rmses(model, X, y, cv):
    for fit_on, judge_on in KFold(cv).split(X):
        error = clone(model).fit(X.iloc[fit_on], y[fit_on]).predict(X.iloc[judge_on]) - y[judge_on]
        yield np.sqrt(np.einsum("i,i->", error, error) / len(error))


def tune_svr(X, y, *, n_rows=5000, cv=3):
    X, y = X.iloc[:n_rows], np.asarray(y, dtype=float)[:n_rows]

    def named(settings):
        return {f"svr__regressor__{key}": value for key, value in settings.items()}

    def judged(settings):
        model = housing_svr().set_params(**named(settings))
        return {**settings, "rmse": float(np.mean([*fold_rmses(model, X, y, cv)]))}

    tried = [judged(settings) for settings in candidates()]
    best = min(tried, key=lambda one: one["rmse"])
    params = named({key: value for key, value in best.items() if key != "rmse"})
    return {
        "tried": tried,
        "best_kernel": best["kernel"],
        "cv_rmse": best["rmse"],
        "best_params": params,
        "best_estimator": housing_svr().set_params(**params).fit(X, y),
    }


# %% wrong: tune_svr
# Misconception: Thinks that the root of the mean squared error over all folds is the same as the mean of the folds'
# RMSEs, since the root may be drawn at the end.
def fold_rmses(model, X, y, cv):
    squares = []
    for fit_on, judge_on in KFold(cv).split(X):
        error = clone(model).fit(X.iloc[fit_on], y[fit_on]).predict(X.iloc[judge_on]) - y[judge_on]
        squares.append(np.mean(error**2))
    yield np.sqrt(np.mean(squares))


# %% wrong: tune_svr
# Misconception: Thinks that `n_rows` is only there to make the search fast, and that the best model should in the end
# be fitted to all the rows there are.
right_search = tune_svr


def tune_svr(X, y, *, n_rows=5000, cv=3):
    found = right_search(X, y, n_rows=n_rows, cv=cv)
    found["best_estimator"] = clone(found["best_estimator"]).fit(X, np.asarray(y, dtype=float))
    return found
