# %% right
# Intent: The binomial survival function for the independent questions, plain p for the shared ones, mixed by weight.
from scipy import stats


def majority_right(n: int, p: float, shared: float = 0.0) -> float:
    return shared * p + (1 - shared) * stats.binom.sf(n // 2, n, p)


# %% wrong: majority_right
# Misconception: Thinks that a vote can never do worse than a single one of its voters, so takes p where the formula
# gives less (voters below one half, ties of an even number).
def majority_right(n: int, p: float, shared: float = 0.0) -> float:
    return shared * p + (1 - shared) * max(p, stats.binom.sf(n // 2, n, p))
