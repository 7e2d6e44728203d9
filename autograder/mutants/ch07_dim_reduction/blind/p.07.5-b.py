# %% right
# Intent: cumulative shares of the sorted variances, with a tiny tolerance for rounding. At best one component has it
# all, at worst all d have the same variance, which takes d * ratio, rounded up in decimal arithmetic.
import math
from decimal import Decimal


def dims_for(variances: ArrayLike, ratio: float) -> int:
    shares = np.cumsum(np.sort(variances)[::-1]) / np.sum(variances)
    return np.argmax(shares >= ratio - 1e-12) + 1


def dims_bounds(d: int, ratio: float) -> tuple[int, int]:
    return 1, math.ceil(Decimal(str(ratio)) * d)


P_07_5_CHOICE = "depends on the data"

# %% wrong: dims_for
# Misconception: Thinks that to keep 95% of the variance is to drop each component that has less than 5% of it by
# itself.
def dims_for(variances: ArrayLike, ratio: float) -> int:
    shares = np.asarray(variances) / np.sum(variances)
    return max(1, int(np.sum(shares >= 1 - ratio)))


# %% wrong: dims_bounds, P_07_5_CHOICE
# Misconception: Thinks that each of the d dimensions holds the same share of the variance, so that the ratio alone
# settles how many are needed.
def dims_bounds(d: int, ratio: float) -> tuple[int, int]:
    n = math.ceil(Decimal(str(ratio)) * d)
    return n, n


P_07_5_CHOICE = "always 950"
