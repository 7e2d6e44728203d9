# %% right
# Intent: extremely random trees say what is important (they do not care about units), a second, larger set of them
# predicts from what is left.
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.feature_selection import SelectFromModel
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def numbers_of_districts(fill="median"):
    numbers = make_pipeline(SimpleImputer(strategy=fill, keep_empty_features=True), StandardScaler())
    place = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return ColumnTransformer([("place", place, ["ocean_proximity"])], remainder=numbers)


def make_select_pipeline(threshold="median", seed=42):
    judge = ExtraTreesRegressor(100, max_features=None, min_samples_leaf=2, random_state=seed)
    return Pipeline([
        ("prep", numbers_of_districts()),
        ("select", SelectFromModel(judge, threshold=threshold)),
        ("model", ExtraTreesRegressor(150, max_features=None, min_samples_leaf=2, random_state=seed)),
    ])


# %% wrong: make_select_pipeline
# Misconception: Thinks that a linear model's coefficients say how important features are also when the features have
# their own units, so that nothing need be scaled before the selection.
def make_select_pipeline(threshold="median", seed=42):
    from sklearn.linear_model import Ridge

    prep = ColumnTransformer(
        [("place", OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["ocean_proximity"])],
        remainder=SimpleImputer(strategy="median", keep_empty_features=True),
    )
    return Pipeline([
        ("prep", prep),
        ("select", SelectFromModel(Ridge(), threshold=threshold)),
        ("model", ExtraTreesRegressor(150, max_features=None, min_samples_leaf=2, random_state=seed)),
    ])
