# %% right
# Intent: NumPy's Polynomial.fit on the training set, scikit-learn's RMSE on both sets.
from numpy.polynomial import Polynomial
from sklearn.metrics import root_mean_squared_error

P_01_15_DIAGNOSIS = "overfitting"
P_01_15_CURES = ["b", "c", "e", "g"]


def train_and_new_error(x, y, x_new, y_new, degree):
    model = Polynomial.fit(x, y, degree)
    return root_mean_squared_error(y, model(x)), root_mean_squared_error(y_new, model(x_new))


# %% wrong: P_01_15_CURES
# Misconception: Thinks that a model which does badly on new cars knows too little about each car, so that more
# features help.
P_01_15_CURES = ["b", "c", "e", "f"]


# %% wrong: train_and_new_error
# Misconception: Thinks that new examples are standardised by their own mean and standard deviation, instead of
# those of the training set.
def train_and_new_error(x, y, x_new, y_new, degree):
    def standard(values):
        return (values - np.mean(values)) / (np.std(values) or 1.0)

    model = Polynomial.fit(standard(x), y, degree)
    return root_mean_squared_error(y, model(standard(x))), root_mean_squared_error(y_new, model(standard(x_new)))
