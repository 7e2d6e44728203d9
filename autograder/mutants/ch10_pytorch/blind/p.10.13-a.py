# %% right
# Intent: chain rule on paper; with autograd two float64 leaves, and 0 where there is no gradient.
import math

import torch


def by_hand(x, y):
    slope = math.cos(x * x * y)
    return (2 * x * y * slope, x * x * slope)


def by_autograd(function, x, y):
    a = torch.tensor(float(x), dtype=torch.float64, requires_grad=True)
    b = torch.tensor(float(y), dtype=torch.float64, requires_grad=True)
    value = function(a, b)
    if not value.requires_grad:
        return (0.0, 0.0)
    value.backward()
    return tuple(0.0 if one.grad is None else one.grad.item() for one in (a, b))


P_10_13 = [1.4899, 0.2629]

# %% wrong: by_hand, P_10_13
# Misconception: cosines take degrees, so that the angle has to be converted.
def by_hand(x, y):
    slope = math.cos(math.radians(x * x * y))
    return (2 * x * y * slope, x * x * slope)


P_10_13 = [round(v, 4) for v in by_hand(1.2, 3.4)]

# %% wrong: by_autograd
# Misconception: a tensor made of Python's floats has Python's precision (it is float32).
def by_autograd(function, x, y):
    a = torch.tensor(x, requires_grad=True)
    b = torch.tensor(y, requires_grad=True)
    grads = torch.autograd.grad(function(a, b), (a, b), allow_unused=True)
    return tuple(0.0 if one is None else one.item() for one in grads)
