# %% right
# Intent: A forest says which of the prepared columns are important, and a second forest predicts from those.
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor
from sklearn.feature_selection import SelectFromModel
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

NUMBERS: list[str] = [
    "longitude", "latitude", "housing_median_age", "total_rooms", "total_bedrooms", "population", "households",
    "median_income",
]


def _prepared() -> ColumnTransformer:
    numbers = Pipeline(
        [("gaps", SimpleImputer(strategy="median", keep_empty_features=True)), ("scale", StandardScaler())]
    )
    places = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return ColumnTransformer([("numbers", numbers, NUMBERS), ("places", places, ["ocean_proximity"])])


def make_select_pipeline(threshold: str | float = "median", seed: int = 42) -> Pipeline:
    judge = RandomForestRegressor(80, min_samples_leaf=2, random_state=seed)
    return Pipeline(
        [
            ("preparation", _prepared()),
            ("select", SelectFromModel(judge, threshold=threshold)),
            ("model", ExtraTreesRegressor(100, min_samples_leaf=2, random_state=seed)),
        ]
    )


# %% wrong: make_select_pipeline
# Misconception: Thinks that a linear model's coefficient says how important a column is whatever its unit, so lets
# Ridge judge columns that are not scaled: degrees and kinds of place beat thousands of rooms.
from sklearn.linear_model import Ridge


def make_select_pipeline(threshold: str | float = "median", seed: int = 42) -> Pipeline:
    preparation = ColumnTransformer(
        [
            ("numbers", SimpleImputer(strategy="median", keep_empty_features=True), NUMBERS),
            ("places", OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["ocean_proximity"]),
        ]
    )
    return Pipeline(
        [
            ("preparation", preparation),
            ("select", SelectFromModel(Ridge(), threshold=threshold)),
            ("model", ExtraTreesRegressor(100, min_samples_leaf=2, random_state=seed)),
        ]
    )
