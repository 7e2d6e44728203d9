# %% right
# Intent: One pipeline whose last step also scales the target; plain loops over kernels, C, gamma and folds, and every
# fold fits everything (gaps, scalers, encoder) from its own training rows.
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVR

NUMBERS: list[str] = [
    "longitude", "latitude", "housing_median_age", "total_rooms", "total_bedrooms", "population", "households",
    "median_income",
]
LINEAR_C: tuple[float, ...] = (0.01, 0.1, 1.0)
RBF_C: tuple[float, ...] = (1.0, 10.0, 30.0, 100.0, 300.0)
RBF_GAMMA: tuple[float, ...] = (0.003, 0.01, 0.03, 0.1, 0.3)


def _preparation() -> ColumnTransformer:
    numbers = Pipeline(
        [("gaps", SimpleImputer(strategy="median", keep_empty_features=True)), ("scale", StandardScaler())]
    )
    places = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return ColumnTransformer([("numbers", numbers, NUMBERS), ("places", places, ["ocean_proximity"])])


def _svr() -> Pipeline:
    machine = TransformedTargetRegressor(SVR(), transformer=StandardScaler())
    return Pipeline([("preparation", _preparation()), ("svr", machine)])


def _candidates() -> list[dict[str, Any]]:
    candidates: list[dict[str, Any]] = [{"kernel": "linear", "C": C} for C in LINEAR_C]
    for C in RBF_C:
        for gamma in RBF_GAMMA:
            candidates.append({"kernel": "rbf", "C": C, "gamma": gamma})
    return candidates


def _rmse(truth: np.ndarray, predicted: np.ndarray) -> float:
    return float(np.sqrt(np.mean((np.asarray(truth) - np.asarray(predicted)) ** 2)))


def _params(candidate: dict[str, Any]) -> dict[str, Any]:
    return {f"svr__regressor__{name}": value for name, value in candidate.items()}


def tune_svr(X, y, *, n_rows: int = 5000, cv: int = 3) -> dict[str, Any]:
    X_used, y_used = X.iloc[:n_rows], y.iloc[:n_rows]
    folds = list(KFold(cv).split(X_used))
    tried: list[dict[str, Any]] = []
    for candidate in _candidates():
        errors: list[float] = []
        for rest, held_out in folds:
            model = _svr().set_params(**_params(candidate))
            model.fit(X_used.iloc[rest], y_used.iloc[rest])
            errors.append(_rmse(y_used.iloc[held_out], model.predict(X_used.iloc[held_out])))
        tried.append({**candidate, "rmse": float(np.mean(errors))})
    number = min(range(len(tried)), key=lambda i: tried[i]["rmse"])
    best_params = _params(_candidates()[number])
    return {
        "tried": tried,
        "best_kernel": tried[number]["kernel"],
        "cv_rmse": tried[number]["rmse"],
        "best_params": best_params,
        "best_estimator": _svr().set_params(**best_params).fit(X_used, y_used),
    }


# %% wrong: tune_svr
# Misconception: Thinks that the preparation is not part of what is validated: it fills gaps and scales once, with all
# rows, target included, and only the machine is fitted anew in each fold.
def tune_svr(X, y, *, n_rows: int = 5000, cv: int = 3) -> dict[str, Any]:
    X_used, y_used = X.iloc[:n_rows], y.iloc[:n_rows]
    numbers = _preparation().fit_transform(X_used)
    scaler = StandardScaler().fit(y_used.to_numpy(dtype=float).reshape(-1, 1))
    target = scaler.transform(y_used.to_numpy(dtype=float).reshape(-1, 1)).ravel()
    tried: list[dict[str, Any]] = []
    for candidate in _candidates():
        errors: list[float] = []
        for rest, held_out in KFold(cv).split(numbers):
            machine = SVR(**candidate).fit(numbers[rest], target[rest])
            errors.append(_rmse(target[held_out], machine.predict(numbers[held_out])) * float(scaler.scale_[0]))
        tried.append({**candidate, "rmse": float(np.mean(errors))})
    number = min(range(len(tried)), key=lambda i: tried[i]["rmse"])
    best_params = _params(_candidates()[number])
    return {
        "tried": tried,
        "best_kernel": tried[number]["kernel"],
        "cv_rmse": tried[number]["rmse"],
        "best_params": best_params,
        "best_estimator": _svr().set_params(**best_params).fit(X_used, y_used),
    }


# %% wrong: tune_svr
# Misconception: Thinks that the mean of the folds' RMSEs and the root of the mean of their MSEs are the same number,
# and takes the root at the end.
def tune_svr(X, y, *, n_rows: int = 5000, cv: int = 3) -> dict[str, Any]:
    X_used, y_used = X.iloc[:n_rows], y.iloc[:n_rows]
    folds = list(KFold(cv).split(X_used))
    tried: list[dict[str, Any]] = []
    for candidate in _candidates():
        squares: list[float] = []
        for rest, held_out in folds:
            model = _svr().set_params(**_params(candidate)).fit(X_used.iloc[rest], y_used.iloc[rest])
            squares.append(_rmse(y_used.iloc[held_out], model.predict(X_used.iloc[held_out])) ** 2)
        tried.append({**candidate, "rmse": float(np.sqrt(np.mean(squares)))})
    number = min(range(len(tried)), key=lambda i: tried[i]["rmse"])
    best_params = _params(_candidates()[number])
    return {
        "tried": tried,
        "best_kernel": tried[number]["kernel"],
        "cv_rmse": tried[number]["rmse"],
        "best_params": best_params,
        "best_estimator": _svr().set_params(**best_params).fit(X_used, y_used),
    }
