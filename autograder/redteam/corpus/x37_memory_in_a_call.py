# /// technique
# number = ["X37"]
# title = "memory bomb in a call"
# how = """
# The answer asks for more memory than there is, in an array, in a text and in a list that holds itself.
# """
# wanted = "contained"
# aftermath = true
# ///

# %% span
import itertools


def itself():
    nested = []
    nested.append(nested)
    return nested


turns = itertools.cycle([lambda: np.ones(10**10), lambda: "x" * 10**10, itself, lambda: list(range(10**9))])


def span(values):
    return next(turns)()
