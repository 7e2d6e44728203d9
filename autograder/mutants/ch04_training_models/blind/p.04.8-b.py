# %% right
# Intent: One scikit-learn pipeline, fitted to the training set; root_mean_squared_error for both sets.
from sklearn.linear_model import Ridge
from sklearn.metrics import root_mean_squared_error
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler


def train_and_validation_error(x, y, x_valid, y_valid, degree, alpha):
    model = make_pipeline(PolynomialFeatures(degree, include_bias=False), StandardScaler(), Ridge(alpha=alpha))
    model.fit(x[:, None], y)
    return tuple(root_mean_squared_error(b, model.predict(a[:, None])) for a, b in [(x, y), (x_valid, y_valid)])


P_04_8_CHOICE = ["overfitting", "a lower degree", "a larger penalty", "more training data"]

# %% wrong: train_and_validation_error
# Misconception: Thinks that the scaler may be fitted on all rows, since it never sees the targets.
import numpy as np


def train_and_validation_error(x, y, x_valid, y_valid, degree, alpha):
    prepare = make_pipeline(PolynomialFeatures(degree, include_bias=False), StandardScaler())
    prepare.fit(np.concatenate([x, x_valid])[:, None])
    model = Ridge(alpha=alpha).fit(prepare.transform(x[:, None]), y)
    sets = [(x, y), (x_valid, y_valid)]
    return tuple(root_mean_squared_error(b, model.predict(prepare.transform(a[:, None]))) for a, b in sets)

# %% wrong: P_04_8_CHOICE
# Misconception: Thinks that it is the number of rows that counts, so that rows which are merely repeated help as well.
P_04_8_CHOICE = ["overfitting", "a lower degree", "a larger penalty", "more training data", "every training row twice"]
