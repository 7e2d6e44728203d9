# %% right
# Intent: the chain rule with math.cos; torch.autograd.grad, which fills up missing gradients with zeros.
import math

import torch


def by_hand(x, y):
    slope = math.cos(x**2 * y)
    return 2 * x * y * slope, x**2 * slope


def by_autograd(function, x, y):
    places = [torch.tensor(float(value), dtype=torch.float64, requires_grad=True) for value in (x, y)]
    gradients = torch.autograd.grad(function(*places), places, materialize_grads=True)
    return gradients[0].item(), gradients[1].item()


P_10_13 = [1.4899, 0.2629]

# %% wrong: by_hand, P_10_13
# Misconception: the outer function's derivative is taken at the inner one's derivative: cos(2xy) and cos(x²).
def by_hand(x, y):
    return math.cos(2 * x * y), math.cos(x**2)


P_10_13 = [round(value, 4) for value in by_hand(1.2, 3.4)]

# %% wrong: by_autograd
# Misconception: a Python float is of 64 bits, and so is torch.tensor of it.
def by_autograd(function, x, y):
    places = [torch.tensor(float(value), requires_grad=True) for value in (x, y)]
    gradients = torch.autograd.grad(function(*places), places, materialize_grads=True)
    return gradients[0].item(), gradients[1].item()
