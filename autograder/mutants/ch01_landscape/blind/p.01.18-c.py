# %% right
# Intent: the errors form a chain, each word belongs to one of its steps, and a step counts if it rises by more than gap
# (a rise equal to gap up to rounding does not).
from itertools import pairwise
from math import isclose


def diagnose(wanted: float, train: float, train_dev: float, validation: float, gap: float) -> list[str]:
    def worse(before, after):
        rise = after - before
        return rise > gap and not isclose(rise, gap, rel_tol=1e-9, abs_tol=1e-12)

    steps = pairwise((wanted, train, train_dev, validation))
    return [word for word, step in zip(("underfitting", "overfitting", "mismatch"), steps) if worse(*step)]


# %% wrong: diagnose
# Misconception: Thinks that any large difference between two sets is a sign of trouble, also when the later error is
# the smaller one.
def diagnose(wanted: float, train: float, train_dev: float, validation: float, gap: float) -> list[str]:
    steps = pairwise((wanted, train, train_dev, validation))
    return [word for word, (a, b) in zip(("underfitting", "overfitting", "mismatch"), steps) if abs(b - a) > gap]
