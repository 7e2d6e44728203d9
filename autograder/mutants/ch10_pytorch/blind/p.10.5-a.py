# %% right
# Intent: one try for the computation, another one for the backward pass.
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
# Misconception: a function should be given a copy, to be on the safe side; for gradients a copy is as good as the leaf.
def fate(function, value):
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

# %% wrong: fate
# Misconception: if the result says requires_grad=True, then its gradient can be computed; no need to try.
def fate(function, value):
    x = torch.tensor(float(value), requires_grad=True)
    try:
        y = function(x)
    except RuntimeError:
        return "at once"
    return "never" if y.requires_grad else "in backward"
