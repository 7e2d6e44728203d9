# %% right
# Intent: The cost is c · n · log2(n), with the features inside c. A closure calibrates c on the training that is known
# and then tells the hours for any n.
from collections.abc import Callable


def _clock(hours: float, n_rows: int) -> Callable[[int], float]:
    def work(n):
        return n * math.log2(n)

    return lambda n: hours * (work(n) / work(n_rows))


def hours_with_more_rows(hours: float, n_rows: int, new_rows: int) -> float:
    return float(_clock(hours, n_rows)(new_rows))


P_05_5_HOURS: float = 11.67


# %% wrong: hours_with_more_rows, P_05_5_HOURS
# Misconception: Thinks that, as a tree has a whole number of levels, their number has to be rounded up here, too.
def hours_with_more_rows(hours: float, n_rows: int, new_rows: int) -> float:
    levels = [math.ceil(math.log2(n)) for n in (n_rows, new_rows)]
    return hours * (new_rows * levels[1]) / (n_rows * levels[0])


P_05_5_HOURS: float = 12.0
