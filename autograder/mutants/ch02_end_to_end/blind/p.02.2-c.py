# %% right
# Intent: an RBF machine with scaled inputs (values and ranks) and a scaled target; C and gamma are both drawn
# log-uniformly.
from scipy.stats import loguniform
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.impute import SimpleImputer
from sklearn.model_selection import RandomizedSearchCV
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer, StandardScaler
from sklearn.svm import SVR


def svr_from_raw():
    ranks = make_pipeline(QuantileTransformer(n_quantiles=30, random_state=0), StandardScaler())
    numbers = Pipeline([
        ("fill", SimpleImputer(strategy="median", keep_empty_features=True)),
        ("views", FeatureUnion([("values", StandardScaler()), ("ranks", ranks)])),
    ])
    place = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    prep = ColumnTransformer([("place", place, ["ocean_proximity"])], remainder=numbers)
    machine = TransformedTargetRegressor(SVR(kernel="rbf"), transformer=StandardScaler())
    return Pipeline([("prep", prep), ("svr", machine)])


def distributions():
    return {"svr__regressor__C": loguniform(5e-2, 1e3), "svr__regressor__gamma": loguniform(1e-3, 3e-1)}


def random_search(X, y, *, n_iter=20, cv=3, seed=42):
    search = RandomizedSearchCV(
        svr_from_raw(), distributions(), n_iter=n_iter, cv=cv, random_state=seed, scoring="neg_root_mean_squared_error"
    )
    return search.fit(X, y)


# %% wrong: random_search
# Misconception: Thinks that a log scale is only a matter of where the range ends: draws C uniformly between its
# smallest and its largest value.
def distributions():
    from scipy.stats import uniform

    return {"svr__regressor__C": uniform(5e-2, 1e3), "svr__regressor__gamma": loguniform(1e-3, 3e-1)}


# %% wrong: random_search
# Misconception: Thinks that a list of values with equal steps of the exponent is a continuous log-uniform distribution.
def distributions():
    import numpy as np

    return {"svr__regressor__C": loguniform(5e-2, 1e3), "svr__regressor__gamma": np.logspace(-3, 0, 7).tolist()}
