# %% right
# Intent: scikit-learn's mean_squared_error, scipy.stats.linregress, and the equation of the line.
from scipy.stats import linregress
from sklearn.metrics import mean_squared_error


def predict_line(line, new):
    intercept, slope = line
    return intercept + slope * new


def cost(line, x, y):
    return mean_squared_error(y, predict_line(line, np.asarray(x)))


def search_line(x, y):
    found = linregress(x, y)
    return found.intercept, found.slope


# %% wrong: search_line
# Misconception: Thinks that it doesn't matter which of the two is fitted to the other: fits x to y, and turns the
# line round.
def search_line(x, y):
    found = linregress(y, x)
    return -found.intercept / found.slope, 1 / found.slope


# %% wrong: cost
# Misconception: Thinks that the error of a line is always given in the unit of y, that is as the root of the mean
# square.
def cost(line, x, y):
    return np.sqrt(mean_squared_error(y, predict_line(line, np.asarray(x))))
