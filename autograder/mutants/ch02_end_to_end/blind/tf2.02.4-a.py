# %% right
# Intent: Preparation of named columns, SelectKBest with the F value for regression, and a clone of the model.
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

NUMBERS: list[str] = [
    "longitude", "latitude", "housing_median_age", "total_rooms", "total_bedrooms", "population", "households",
    "median_income",
]


def _district_numbers() -> ColumnTransformer:
    numbers = Pipeline(
        [("gaps", SimpleImputer(strategy="median", keep_empty_features=True)), ("scale", StandardScaler())]
    )
    places = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return ColumnTransformer([("numbers", numbers, NUMBERS), ("places", places, ["ocean_proximity"])])


def full_pipeline(model, k: int = 8) -> Pipeline:
    return Pipeline(
        [
            ("prep", _district_numbers()),
            ("select", SelectKBest(f_regression, k=k)),
            ("model", clone(model)),
        ]
    )


# %% wrong: full_pipeline
# Misconception: Thinks that SelectKBest as it comes finds what matters for any target; its F value is for classes,
# and every house value becomes a class of its own.
def full_pipeline(model, k: int = 8) -> Pipeline:
    return Pipeline([("prep", _district_numbers()), ("select", SelectKBest(k=k)), ("model", clone(model))])


# %% wrong: full_pipeline
# Misconception: Thinks that a Pipeline copies its steps by itself, as a search does with its estimator, so that the
# model handed over stays unfitted.
def full_pipeline(model, k: int = 8) -> Pipeline:
    steps = [("prep", _district_numbers()), ("select", SelectKBest(f_regression, k=k)), ("model", model)]
    return Pipeline(steps)
