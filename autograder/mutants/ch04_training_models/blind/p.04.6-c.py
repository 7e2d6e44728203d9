# %% right
# Intent: It is time to stop exactly if the errors that are at least `patience` epochs old already hold the lowest one;
# the best epoch is the first fixed point of the running minimum's last value.
from itertools import accumulate


def should_stop(errors: list[float], patience: int) -> bool:
    old = errors[: max(0, len(errors) - patience)]
    return len(old) > 0 and bool(min(old) <= min(errors))


def best_epoch(errors: list[float]) -> int:
    lows = list(accumulate(errors, min))
    return lows.index(lows[-1])


P_04_6_CHOICE: list[str] = ["b"]

# %% wrong: should_stop
# Misconception: Thinks that patience means to compare the newest error with the one of `patience` epochs ago: as long
# as it is below that one there is progress, even far above the lowest.
def should_stop(errors: list[float], patience: int) -> bool:
    return len(errors) > patience and bool(errors[-1] >= errors[-1 - patience])

# %% wrong: best_epoch
# Misconception: Thinks that the parameters to keep are those just before the validation error rose for the first time,
# because from there on the model overfits.
def best_epoch(errors: list[float]) -> int:
    for epoch in range(len(errors) - 1):
        if errors[epoch + 1] > errors[epoch]:
            return epoch
    return len(errors) - 1
