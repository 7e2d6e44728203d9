# %% right
# Intent: two separate attempts, forward and backward, each with its own except.
import torch
from torch import Tensor


def fate(function, value: float) -> str:
    x = torch.tensor(float(value), requires_grad=True)
    with torch.enable_grad():
        try:
            y = function(x)
        except RuntimeError:
            return "at once"
        try:
            y.backward()
        except RuntimeError:
            return "in backward"
    return "never"


P_10_5_CHOICE = {
    "a": "never",
    "b": "at once",
    "c": "at once",
    "d": "in backward",
    "e": "never",
    "f": "in backward",
}
P_10_5_SAME = "no"

# %% wrong: fate
# Misconception: to be safe one hands over a clone, so that the function cannot spoil x; that changes nothing else.
def fate(function, value: float) -> str:
    x = torch.tensor(float(value), requires_grad=True)
    try:
        y = function(x.clone())
    except RuntimeError:
        return "at once"
    try:
        y.backward()
    except RuntimeError:
        return "in backward"
    return "never"

# %% wrong: P_10_5_CHOICE
# Misconception: whatever is changed in place after it was computed is lost for the gradient, so every in-place step
# on a recorded tensor fails in backward; only leaves are refused at once.
P_10_5_CHOICE = {
    "a": "in backward",
    "b": "at once",
    "c": "at once",
    "d": "in backward",
    "e": "in backward",
    "f": "in backward",
}
