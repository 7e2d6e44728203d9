# %% right
# Intent: batch gradient descent with a proper rate can't raise the training error, so look at that first; only if it
# falls does a rising validation error mean overfitting. Trends are taken over the last ten epochs alone.
import math


def is_rising(curve: list[float]) -> bool:
    first: float = float(curve[-10])
    last: float = float(curve[-1])
    if not math.isfinite(last):
        return True
    return last > first


def what_to_do(training: list[float], validation: list[float]) -> str:
    if is_rising(training):
        return "lower the rate"
    if is_rising(validation):
        return "stop"
    return "go on"


# %% wrong: what_to_do
# Misconception: Thinks that overfitting begins where the gap between the two curves grows, and stops although the
# validation error itself is still falling, only more slowly than the training error.
def what_to_do(training: list[float], validation: list[float]) -> str:
    if is_rising(training):
        return "lower the rate"
    gap_then: float = validation[-10] - training[-10]
    gap_now: float = validation[-1] - training[-1]
    if gap_now > gap_then + 1e-9:
        return "stop"
    return "go on"


# %% wrong: what_to_do
# Misconception: Thinks that training diverges only when its error is higher than it was at the very beginning; a
# training error that fell for long and is rising now is put down to overfitting, or to nothing.
def what_to_do(training: list[float], validation: list[float]) -> str:
    if training[-1] > training[0]:
        return "lower the rate"
    if is_rising(validation):
        return "stop"
    return "go on"
