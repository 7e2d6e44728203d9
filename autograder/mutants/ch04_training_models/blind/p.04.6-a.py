# %% right
# Intent: one loop finds the first epoch with the lowest error (a strict comparison, so an equal is no progress); its
# age decides about stopping.
def first_lowest(errors: list[float]) -> int:
    lowest: int = 0
    for epoch in range(1, len(errors)):
        if errors[epoch] < errors[lowest]:
            lowest = epoch
    return lowest


def should_stop(errors: list[float], patience: int) -> bool:
    newest: int = len(errors) - 1
    age: int = newest - first_lowest(errors)
    return age >= patience


def best_epoch(errors: list[float]) -> int:
    return first_lowest(errors)


P_04_6_CHOICE: list[str] = ["b"]

# %% wrong: should_stop
# Misconception: Thinks that patience compares the newest error with the one `patience` epochs ago: if it isn't lower
# than that, there was no progress. Forgets new lows in between, and a chance high that many epochs ago.
def should_stop(errors: list[float], patience: int) -> bool:
    if len(errors) <= patience:
        return False
    return bool(errors[-1] >= errors[-1 - patience])


# %% wrong: best_epoch
# Misconception: Thinks that a validation curve has one valley, so that the epoch before the first rise is the best one
# and whatever comes later is overfitting.
def best_epoch(errors: list[float]) -> int:
    epoch: int = 0
    while epoch + 1 < len(errors) and errors[epoch + 1] < errors[epoch]:
        epoch += 1
    return epoch
