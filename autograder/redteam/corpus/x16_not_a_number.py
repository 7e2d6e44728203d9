# /// technique
# number = ["X16"]
# title = "NaN and infinity"
# how = "Values that are neither above nor below a bound."
# wanted = "0 points"
# attacks = ["p.98.1", "p.98.2", "p.98.3", "p.98.5"]
# ///

# %% span
import itertools

turns = itertools.cycle([float("nan"), float("inf"), np.float32("nan"), complex("nan")])


def span(values):
    return next(turns)


# %% softmax
def softmax(scores):
    return np.full(np.shape(scores), np.nan)


# %% fit_rare
class Undecided:
    def predict(self, X):
        return np.full(len(X), np.nan)


def fit_rare(X, y):
    return Undecided()


# %% PARAMETERS
PARAMETERS = float("nan")
