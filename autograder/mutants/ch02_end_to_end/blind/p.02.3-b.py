# %% right
# Intent: a forest judges the importances and another forest predicts, both seeded.
from sklearn.ensemble import RandomForestRegressor


def preparation() -> ColumnTransformer:
    numbers = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
    return ColumnTransformer(
        [
            ("num", numbers, make_column_selector(dtype_include=np.number)),
            ("cat", OneHotEncoder(handle_unknown="ignore"), ["ocean_proximity"]),
        ],
        sparse_threshold=0,
    )


def make_select_pipeline(threshold: str | float = "median", seed: int = 42) -> Pipeline:
    judge = RandomForestRegressor(100, min_samples_leaf=2, random_state=seed)
    return Pipeline(
        [
            ("prep", preparation()),
            ("select", SelectFromModel(judge, threshold=threshold)),
            ("model", RandomForestRegressor(100, random_state=seed)),
        ]
    )


# %% wrong: make_select_pipeline
# Misconception: Thinks that the size of a coefficient says how important a column is, in whatever unit it comes.
def make_select_pipeline(threshold: str | float = "median", seed: int = 42) -> Pipeline:
    prep = ColumnTransformer(
        [
            ("num", SimpleImputer(strategy="median"), make_column_selector(dtype_include=np.number)),
            ("cat", OneHotEncoder(handle_unknown="ignore"), ["ocean_proximity"]),
        ],
        sparse_threshold=0,
    )
    return Pipeline(
        [
            ("prep", prep),
            ("select", SelectFromModel(Ridge(), threshold=threshold)),
            ("model", RandomForestRegressor(100, random_state=seed)),
        ]
    )


# %% wrong: make_select_pipeline
# Misconception: Thinks that the seed concerns the selection, which is what is asked for; the model behind it may be
# random, since a forest averages chance out.
def make_select_pipeline(threshold: str | float = "median", seed: int = 42) -> Pipeline:
    judge = RandomForestRegressor(100, min_samples_leaf=2, random_state=seed)
    return Pipeline(
        [
            ("prep", preparation()),
            ("select", SelectFromModel(judge, threshold=threshold)),
            ("model", RandomForestRegressor(100)),
        ]
    )
