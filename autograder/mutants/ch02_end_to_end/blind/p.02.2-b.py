# %% right
# Intent: RBF kernel, C and gamma both log-uniform, the target standardised by TransformedTargetRegressor, so that these
# ranges suit any unit of the prices.
from scipy.stats import loguniform
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


def random_search(
    X: pd.DataFrame, y: pd.Series, *, n_iter: int = 20, cv: int = 3, seed: int = 42
) -> RandomizedSearchCV:
    model = TransformedTargetRegressor(SVR(kernel="rbf"), transformer=StandardScaler())
    distributions = {
        "model__regressor__C": loguniform(1e-2, 1e3),
        "model__regressor__gamma": loguniform(1e-3, 1),
    }
    search = RandomizedSearchCV(
        Pipeline([("prep", preparation()), ("model", model)]),
        distributions,
        n_iter=n_iter,
        cv=cv,
        scoring="neg_root_mean_squared_error",
        random_state=seed,
    )
    return search.fit(X, y)


# %% wrong: random_search
# Misconception: Thinks that a uniform distribution between a small and a large C tries small and large values alike.
from scipy.stats import uniform


def random_search(
    X: pd.DataFrame, y: pd.Series, *, n_iter: int = 20, cv: int = 3, seed: int = 42
) -> RandomizedSearchCV:
    model = TransformedTargetRegressor(SVR(kernel="rbf"), transformer=StandardScaler())
    distributions = {
        "model__regressor__C": uniform(1e-2, 1e3),
        "model__regressor__gamma": uniform(1e-3, 1),
    }
    search = RandomizedSearchCV(
        Pipeline([("prep", preparation()), ("model", model)]),
        distributions,
        n_iter=n_iter,
        cv=cv,
        scoring="neg_root_mean_squared_error",
        random_state=seed,
    )
    return search.fit(X, y)


# %% wrong: random_search
# Misconception: Thinks that rows have to be shuffled before any cross-validation, also where the folds are to be
# consecutive rows.
from sklearn.model_selection import KFold


def random_search(
    X: pd.DataFrame, y: pd.Series, *, n_iter: int = 20, cv: int = 3, seed: int = 42
) -> RandomizedSearchCV:
    model = TransformedTargetRegressor(SVR(kernel="rbf"), transformer=StandardScaler())
    distributions = {
        "model__regressor__C": loguniform(1e-2, 1e3),
        "model__regressor__gamma": loguniform(1e-3, 1),
    }
    search = RandomizedSearchCV(
        Pipeline([("prep", preparation()), ("model", model)]),
        distributions,
        n_iter=n_iter,
        cv=KFold(cv, shuffle=True, random_state=seed),
        scoring="neg_root_mean_squared_error",
        random_state=seed,
    )
    return search.fit(X, y)
