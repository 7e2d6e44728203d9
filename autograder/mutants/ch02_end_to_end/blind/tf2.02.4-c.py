# %% right
# Intent: features are ranked by the adjusted R2 of a cubic in their ranks (a projection, by QR), so that bent
# relations count, too, and nothing in the ranking is random.
import numpy as np
from scipy.stats import rankdata
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def bent_r2(X, y):
    """How much of y's variance a cubic in the ranks of each column explains, minus what chance would."""
    y = np.asarray(y, dtype=float).ravel()
    n = len(y)
    y = y - y.mean()
    total = np.einsum("i,i->", y, y) or 1.0

    def score(column):
        degree = min(3, len(np.unique(column)) - 1, n - 2)
        if degree < 1:
            return 0.0
        ranks = rankdata(column)
        t = (ranks - ranks.mean()) / np.abs(ranks - ranks.mean()).max()
        Q, _ = np.linalg.qr(np.vander(t, degree + 1))
        shadow = Q.T @ y
        unexplained = max(0.0, 1 - float(shadow @ shadow) / total)
        return 1 - unexplained * (n - 1) / (n - 1 - degree)

    return np.array([score(column) for column in np.asarray(X, dtype=float).T])


def full_pipeline(model, k=8):
    numbers = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
    place = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    prep = ColumnTransformer([("place", place, ["ocean_proximity"])], remainder=numbers)
    return Pipeline([("prep", prep), ("select", SelectKBest(bent_r2, k=k)), ("model", clone(model))])


# %% wrong: full_pipeline
# Misconception: Thinks that a pipeline clones its steps when it is fitted, as a search does, so that the caller's model
# can be put in as it is.
def full_pipeline(model, k=8):
    numbers = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
    place = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    prep = ColumnTransformer([("place", place, ["ocean_proximity"])], remainder=numbers)
    return Pipeline([("prep", prep), ("select", SelectKBest(bent_r2, k=k)), ("model", model)])


# %% wrong: full_pipeline
# Misconception: Thinks that SelectKBest comes with a score that suits any target; its default takes each house value
# for a class of its own.
def full_pipeline(model, k=8):
    numbers = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
    place = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    prep = ColumnTransformer([("place", place, ["ocean_proximity"])], remainder=numbers)
    return Pipeline([("prep", prep), ("select", SelectKBest(k=k)), ("model", clone(model))])
