# %% right
# Intent: The sign of each curve's total change over its last ten epochs, read in a small table; the training curve
# decides first, for nothing but the rate makes batch gradient descent rise on its own rows.
def what_to_do(training: list[float], validation: list[float]) -> str:
    def rises(curve):
        recent = [float(error) for error in curve][-10:]
        return sum(later - earlier for earlier, later in zip(recent, recent[1:])) > 0

    advice = {(False, False): "go on", (False, True): "stop"}
    return advice.get((rises(training), rises(validation)), "lower the rate")

# %% wrong: what_to_do
# Misconception: Thinks that a curve rises if it ends higher than it began, and so compares the newest error with the
# very first one instead of looking at the recent epochs.
def what_to_do(training: list[float], validation: list[float]) -> str:
    if training[-1] > training[0]:
        return "lower the rate"
    return "stop" if validation[-1] > validation[0] else "go on"

# %% wrong: what_to_do
# Misconception: Thinks that a validation error well above the training error is overfitting by itself, and a reason to
# stop even while both of them are still falling.
def what_to_do(training: list[float], validation: list[float]) -> str:
    if training[-1] > training[-2]:
        return "lower the rate"
    return "stop" if validation[-1] > 1.5 * training[-1] else "go on"
