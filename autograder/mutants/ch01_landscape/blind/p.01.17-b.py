# %% right
# Intent: Fit all candidates to the training set, choose by validation error, refit on both, and measure once.
from numpy.polynomial import Polynomial
from sklearn.metrics import root_mean_squared_error

P_01_17_ORDER = ["d", "b", "f", "a", "e", "c"]


def choose_degree(train, validation, test, degrees):
    def error(fitted_to, measured_on, degree):
        model = Polynomial.fit(*fitted_to, degree)
        return root_mean_squared_error(measured_on[1], model(measured_on[0]))

    best = min(degrees, key=lambda degree: error(train, validation, degree))
    both = [np.concatenate(parts) for parts in zip(train, validation)]
    return best, error(both, test, best)


# %% wrong: choose_degree
# Misconception: Thinks that the winner is finished once it is chosen: the model fitted to the smaller training set
# is measured on the test set.
def choose_degree(train, validation, test, degrees):
    models = {degree: Polynomial.fit(*train, degree) for degree in degrees}
    best = min(degrees, key=lambda degree: root_mean_squared_error(validation[1], models[degree](validation[0])))
    return best, root_mean_squared_error(test[1], models[best](test[0]))


# %% wrong: choose_degree
# Misconception: Thinks that more rows make a fairer comparison: compares the candidates on all the rows that they
# were fitted to, training and validation together.
def choose_degree(train, validation, test, degrees):
    x, y = (np.concatenate(parts) for parts in zip(train, validation))
    models = {degree: Polynomial.fit(x, y, degree) for degree in degrees}
    best = min(degrees, key=lambda degree: round(root_mean_squared_error(y, models[degree](x)), 9))
    return best, root_mean_squared_error(test[1], models[best](test[0]))
