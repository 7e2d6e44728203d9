# %% right
# Intent: preparation, SelectKBest with the F test for regression, and a clone of the model.
from sklearn.feature_selection import SelectKBest, f_regression


def preparation() -> ColumnTransformer:
    numbers = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
    return ColumnTransformer(
        [
            ("num", numbers, make_column_selector(dtype_include=np.number)),
            ("cat", OneHotEncoder(handle_unknown="ignore"), ["ocean_proximity"]),
        ],
        sparse_threshold=0,
    )


def full_pipeline(model: RegressorMixin, k: int = 8) -> Pipeline:
    return Pipeline([("prep", preparation()), ("select", SelectKBest(f_regression, k=k)), ("model", clone(model))])


# %% wrong: full_pipeline
# Misconception: Thinks that SelectKBest, as it comes, picks the test that suits the target (it is one for classes).
def full_pipeline(model: RegressorMixin, k: int = 8) -> Pipeline:
    return Pipeline([("prep", preparation()), ("select", SelectKBest(k=k)), ("model", clone(model))])


# %% wrong: full_pipeline
# Misconception: Thinks that a pipeline makes copies of its steps, as a search does, so the model can go in as it is.
def full_pipeline(model: RegressorMixin, k: int = 8) -> Pipeline:
    return Pipeline([("prep", preparation()), ("select", SelectKBest(f_regression, k=k)), ("model", model)])
