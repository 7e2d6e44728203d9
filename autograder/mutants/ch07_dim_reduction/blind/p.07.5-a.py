# %% right
# Intent: take the largest variances first and add up; at worst all are the same, at best one component holds all.
# A relative tolerance of a few roundings keeps the computer from deciding.
import math

_ROUNDING: float = 1e-12


def dims_for(variances: ArrayLike, ratio: float) -> int:
    ordered: list[float] = sorted((float(v) for v in np.asarray(variances, dtype=np.float64).ravel()), reverse=True)
    total: float = math.fsum(ordered)
    needed: float = float(ratio) * total * (1.0 - _ROUNDING)
    for count in range(1, len(ordered) + 1):
        if math.fsum(ordered[:count]) >= needed:
            return count
    return len(ordered)


def _ceil_safely(value: float) -> int:
    nearest: int = round(value)
    if abs(value - nearest) <= _ROUNDING * max(1.0, abs(value)):
        return nearest
    return math.ceil(value)


def dims_bounds(d: int, ratio: float) -> tuple[int, int]:
    most: int = _ceil_safely(float(ratio) * int(d))
    return 1, min(int(d), max(1, most))


P_07_5_CHOICE: str = "depends on the data"

# %% wrong: dims_for
# Misconception: Thinks that a component may be dropped if it holds less than 1 - ratio by itself, and looks at each one
# alone instead of at their sum.
def dims_for(variances: ArrayLike, ratio: float) -> int:
    values = [float(v) for v in np.asarray(variances, dtype=np.float64).ravel()]
    total = sum(values)
    kept = 0
    for value in values:
        if value / total >= 1.0 - ratio:
            kept += 1
    return max(1, kept)


# %% wrong: dims_bounds, P_07_5_CHOICE
# Misconception: Thinks that a share of the variance is a share of the dimensions: 95% of the variance takes 95% of the
# components, whatever the data.
def dims_bounds(d: int, ratio: float) -> tuple[int, int]:
    count = min(int(d), max(1, _ceil_safely(float(ratio) * int(d))))
    return count, count


P_07_5_CHOICE: str = "always 950"
