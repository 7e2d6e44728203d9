# %% right
# Intent: one pipeline whose SVR sees a standardised target (TransformedTargetRegressor), and one grid search over two
# grids, a linear and an RBF one; the table of candidates is read off cv_results_.
from sklearn.compose import TransformedTargetRegressor


def preparation() -> ColumnTransformer:
    numbers = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
    return ColumnTransformer(
        [
            ("num", numbers, make_column_selector(dtype_include=np.number)),
            ("cat", OneHotEncoder(handle_unknown="ignore"), ["ocean_proximity"]),
        ],
        sparse_threshold=0,
    )


def tune_svr(X: pd.DataFrame, y: pd.Series, *, n_rows: int = 5000, cv: int = 3) -> dict[str, Any]:
    X, y = X[:n_rows], y[:n_rows]
    model = TransformedTargetRegressor(SVR(), transformer=StandardScaler())
    pipeline = Pipeline([("prep", preparation()), ("model", model)])
    name = "model__regressor__"
    grids = [
        {name + "kernel": ["linear"], name + "C": [0.01, 0.1, 1.0, 10.0]},
        {name + "kernel": ["rbf"], name + "C": [0.3, 1.0, 3.0, 10.0, 30.0], name + "gamma": [0.01, 0.03, 0.1, 0.3]},
    ]
    search = GridSearchCV(pipeline, grids, cv=cv, scoring="neg_root_mean_squared_error").fit(X, y)
    tried = [
        {key.removeprefix(name): value for key, value in params.items()} | {"rmse": -score}
        for params, score in zip(search.cv_results_["params"], search.cv_results_["mean_test_score"])
    ]
    return {
        "tried": tried,
        "best_kernel": search.best_params_[name + "kernel"],
        "cv_rmse": -search.best_score_,
        "best_params": search.best_params_,
        "best_estimator": search.best_estimator_,
    }


# %% wrong: tune_svr
# Misconception: Thinks that filling and scaling, which never see the target, may be done once for all rows before the
# folds are made; only the model has to be cross-validated.
def tune_svr(X: pd.DataFrame, y: pd.Series, *, n_rows: int = 5000, cv: int = 3) -> dict[str, Any]:
    X, y = X[:n_rows], y[:n_rows]
    model = TransformedTargetRegressor(SVR(), transformer=StandardScaler())
    name = "regressor__"
    grids = [
        {name + "kernel": ["linear"], name + "C": [0.01, 0.1, 1.0, 10.0]},
        {name + "kernel": ["rbf"], name + "C": [0.3, 1.0, 3.0, 10.0, 30.0], name + "gamma": [0.01, 0.03, 0.1, 0.3]},
    ]
    prepared = preparation().fit_transform(X)
    search = GridSearchCV(model, grids, cv=cv, scoring="neg_root_mean_squared_error").fit(prepared, y)
    tried = [
        {key.removeprefix(name): value for key, value in params.items()} | {"rmse": -score}
        for params, score in zip(search.cv_results_["params"], search.cv_results_["mean_test_score"])
    ]
    best = Pipeline([("prep", preparation()), ("model", search.best_estimator_)]).fit(X, y)
    return {
        "tried": tried,
        "best_kernel": search.best_params_[name + "kernel"],
        "cv_rmse": -search.best_score_,
        "best_params": {"model__" + key: value for key, value in search.best_params_.items()},
        "best_estimator": best,
    }


# %% wrong: tune_svr
# Misconception: Thinks that n_rows only keeps the search short, and that the final model should be fitted to all the
# rows there are.
tune_on_first_rows = tune_svr


def tune_svr(X: pd.DataFrame, y: pd.Series, *, n_rows: int = 5000, cv: int = 3) -> dict[str, Any]:
    found = tune_on_first_rows(X, y, n_rows=n_rows, cv=cv)
    return found | {"best_estimator": clone(found["best_estimator"]).fit(X, y)}
