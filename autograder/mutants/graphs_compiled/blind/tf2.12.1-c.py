# %% right
# Intent: a vector-Jacobian product with ones in float64; f is elementwise, so the row sums of its Jacobian are the slopes.
import numpy as np
import torch


def slopes(f, x):
    t = torch.tensor(np.asarray(x, dtype=np.float64))
    y, pull_back = torch.func.vjp(f, t)
    (slope,) = pull_back(torch.ones_like(y))
    return slope.detach().numpy()


# %% wrong: slopes
# Misconception: PyTorch works in float32 anyway, so the input is made float32 and the result is converted at the end.
def slopes(f, x):
    t = torch.tensor(np.asarray(x), dtype=torch.float32, requires_grad=True)
    f(t).sum().backward()
    return t.grad.numpy().astype(np.float64)


# %% wrong: slopes
# Misconception: backward needs one number, and the mean is the natural one; it does not change the gradients.
def slopes(f, x):
    t = torch.tensor(np.asarray(x), dtype=torch.float64, requires_grad=True)
    f(t).mean().backward()
    return t.grad.numpy()
