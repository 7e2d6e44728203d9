# %% right
# Intent: a random search over how numbers are spread out (scaler), how many columns pass, and whether gradient boosting
# or a kernel machine predicts, each with its own settings.
from functools import partial

from scipy.stats import loguniform, uniform
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.feature_selection import SelectPercentile, mutual_info_regression
from sklearn.preprocessing import QuantileTransformer


def search_prep(X: pd.DataFrame, y: pd.Series, *, n_iter: int = 15, cv: int = 3, seed: int = 42) -> RandomizedSearchCV:
    numbers = Pipeline(
        [("fill", SimpleImputer(strategy="median", keep_empty_features=True)), ("scale", StandardScaler())]
    )
    prep = ColumnTransformer(
        [
            ("num", numbers, make_column_selector(dtype_include=np.number)),
            ("cat", OneHotEncoder(handle_unknown="ignore"), ["ocean_proximity"]),
        ],
        sparse_threshold=0,
    )
    boosting = GradientBoostingRegressor(subsample=0.7, random_state=seed)
    kernel_machine = TransformedTargetRegressor(SVR(), transformer=StandardScaler())
    select = SelectPercentile(partial(mutual_info_regression, random_state=seed), percentile=100)
    pipeline = Pipeline([("prep", prep), ("select", select), ("model", boosting)])
    before = {
        "prep__num__fill__strategy": ["median", "mean"],
        "prep__num__scale": [StandardScaler(), QuantileTransformer(n_quantiles=40, output_distribution="normal")],
        "select__percentile": [30, 50, 100],
    }
    distributions = [
        before
        | {
            "model": [boosting],
            "model__learning_rate": loguniform(0.03, 0.2),
            "model__max_depth": [1, 2, 3, 4],
            "model__max_features": uniform(0.4, 0.6),
        },
        before
        | {
            "model": [kernel_machine],
            "model__regressor__C": loguniform(0.5, 50),
            "model__regressor__gamma": loguniform(0.01, 0.5),
        },
    ]
    search = RandomizedSearchCV(
        pipeline, distributions, n_iter=n_iter, cv=cv, scoring="neg_root_mean_squared_error", random_state=seed
    )
    return search.fit(X, y)


# %% wrong: search_prep
# Misconception: Thinks that it makes a difference to a forest of trees whether its columns are centred or scaled, and
# counts that as a setting of the preparation that matters.
from sklearn.ensemble import RandomForestRegressor


def search_prep(X: pd.DataFrame, y: pd.Series, *, n_iter: int = 15, cv: int = 3, seed: int = 42) -> RandomizedSearchCV:
    numbers = Pipeline(
        [("fill", SimpleImputer(strategy="median", keep_empty_features=True)), ("scale", StandardScaler())]
    )
    prep = ColumnTransformer(
        [
            ("num", numbers, make_column_selector(dtype_include=np.number)),
            ("cat", OneHotEncoder(handle_unknown="ignore"), ["ocean_proximity"]),
        ],
        sparse_threshold=0,
    )
    pipeline = Pipeline([("prep", prep), ("model", RandomForestRegressor(60, random_state=seed))])
    distributions = {
        "prep__num__scale__with_mean": [True, False],
        "prep__num__scale__with_std": [True, False],
        "model__max_features": uniform(0.3, 0.7),
        "model__min_samples_leaf": [1, 2, 3],
    }
    search = RandomizedSearchCV(
        pipeline, distributions, n_iter=n_iter, cv=cv, scoring="neg_root_mean_squared_error", random_state=seed
    )
    return search.fit(X, y)
