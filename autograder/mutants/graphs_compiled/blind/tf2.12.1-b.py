# %% right
# Intent: torch.func.grad of the sum of f's values, in float64; every number only influences its own term.
import numpy as np
import torch


def slopes(f, x):
    t = torch.tensor(np.asarray(x, dtype=np.float64))
    return torch.func.grad(lambda u: f(u).sum())(t).numpy()

# %% wrong: slopes
# Misconception: a central difference with a small enough h is the derivative to as many digits as one likes.
def slopes(f, x):
    t = torch.tensor(np.asarray(x, dtype=np.float64))
    h = 1e-4
    return ((f(t + h) - f(t - h)) / (2 * h)).numpy()

# %% wrong: slopes
# Misconception: autograd is exact whatever the type, so PyTorch's usual float32 is good enough; only the answer is made float64.
def slopes(f, x):
    t = torch.tensor(np.asarray(x), dtype=torch.float32, requires_grad=True)
    f(t).sum().backward()
    return t.grad.numpy().astype(np.float64)
