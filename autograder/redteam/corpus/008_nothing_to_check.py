# /// technique
# number = ["8"]
# title = "empty-iterable vacuity"
# how = "An empty list, array or generator, so that a loop of assertions runs zero times."
# wanted = "0 points"
# attacks = ["p.98.1", "p.98.2"]
# ///

# %% span
def span(values):
    return []


# %% softmax
import itertools

turns = itertools.cycle([[], iter(()), (one for one in ()), np.zeros((0, 0)), {}])


def softmax(scores):
    return next(turns)
