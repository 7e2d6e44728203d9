# %% right
# Intent: the chain rule on paper; and the functional jacobian, which gives zeros for what does not matter.
import math

import torch
from torch.autograd.functional import jacobian


def by_hand(x: float, y: float):
    outer = math.cos(x * x * y)
    return 2 * x * y * outer, x * x * outer


def by_autograd(function, x: float, y: float):
    place = tuple(torch.tensor(value, dtype=torch.float64) for value in (x, y))
    dx, dy = jacobian(function, place)
    return dx.item(), dy.item()


P_10_13 = [1.4899, 0.2629]

# %% wrong: by_hand
# Misconception: a chain is differentiated by differentiating outside and inside at once: sin'(inner').
def by_hand(x: float, y: float):
    return math.cos(2 * x * y), math.cos(x * x)

# %% wrong: by_autograd
# Misconception: autograd works with float32 only, so the numbers are handed over as such.
def by_autograd(function, x: float, y: float):
    a = torch.tensor(float(x), requires_grad=True)
    b = torch.tensor(float(y), requires_grad=True)
    dx, dy = torch.autograd.grad(function(a, b), (a, b), allow_unused=True, materialize_grads=True)
    return dx.item(), dy.item()
