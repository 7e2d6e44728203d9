# /// technique
# number = ["X11"]
# title = "handles out of range"
# how = "The numbers and names of handles are negative, huge, not numbers, or those of the namespace itself."
# wanted = "contained"
# attacks = ["p.98.3"]
# ///

# %% fit_rare
import itertools
import sys

numbers = itertools.cycle([-1, 2**63, 0, "0", None, 1.5, True, [0]])


def fit_rare(X, y):
    frame = sys._getframe()
    while frame is not None:
        for one in list(frame.f_locals.values()):
            if hasattr(type(one), "handle_of"):
                type(one).handle_of = lambda self, value: (next(numbers), "sklearn" * 100_000)
        frame = frame.f_back
    return object()
