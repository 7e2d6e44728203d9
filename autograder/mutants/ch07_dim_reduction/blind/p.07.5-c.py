# %% right
# Intent: a generator of partial sums, largest first, stopped at the share (with a hair of tolerance); the bounds are
# one direction that has everything, and d equal ones, ceil(ratio * d), counted with the fraction that the float
# stands for.
import itertools
import math
from fractions import Fraction


def dims_for(variances: ArrayLike, ratio: float) -> int:
    falling = sorted((float(v) for v in np.ravel(variances)), reverse=True)
    target = ratio * math.fsum(falling) * (1 - 1e-11)
    return next(k for k, held in enumerate(itertools.accumulate(falling), start=1) if held >= target)


def dims_bounds(d: int, ratio: float) -> tuple[int, int]:
    share = Fraction(float(ratio)).limit_denominator(10**9)
    return 1, max(1, math.ceil(share * int(d)))


P_07_5_CHOICE: str = "depends on the data"

# %% wrong: dims_for
# Misconception: Takes the numbers for singular values, which have to be squared before they are variances.
def dims_for(variances: ArrayLike, ratio: float) -> int:
    falling = sorted((float(v) ** 2 for v in np.ravel(variances)), reverse=True)
    target = ratio * math.fsum(falling) * (1 - 1e-11)
    return next(k for k, held in enumerate(itertools.accumulate(falling), start=1) if held >= target)

# %% wrong: dims_bounds, P_07_5_CHOICE
# Misconception: Thinks that as the computer rounds, the number of components is rounded to the nearest one, so that
# it can end up just short of the share; and that 95% of the variance are 95% of the dimensions.
def dims_bounds(d: int, ratio: float) -> tuple[int, int]:
    return 1, max(1, round(ratio * d))


P_07_5_CHOICE: str = "always 950"
