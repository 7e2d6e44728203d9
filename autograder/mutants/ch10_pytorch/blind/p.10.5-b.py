# %% right
# Intent: two try blocks, one around the call and one around backward().
import torch


def fate(function, value):
    x = torch.tensor(float(value), requires_grad=True)
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
# Misconception: to be safe one hands over a copy that is no leaf (1 * x); the gradient is the same, after all.
def fate(function, value):
    x = torch.tensor(float(value), requires_grad=True)
    try:
        y = function(1 * x)
    except RuntimeError:
        return "at once"
    try:
        y.backward()
    except RuntimeError:
        return "in backward"
    return "never"

# %% wrong: P_10_5_CHOICE, P_10_5_SAME
# Misconception: every value that was overwritten is lost, so that all lines but those on a leaf fail in backward.
P_10_5_CHOICE = {
    "a": "in backward",
    "b": "at once",
    "c": "at once",
    "d": "in backward",
    "e": "in backward",
    "f": "in backward",
}
P_10_5_SAME = "yes"
