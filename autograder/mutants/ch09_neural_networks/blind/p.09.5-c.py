# %% right
# Intent: leaky ReLU as positive part plus slope times negative part; ELU and swish by torch's own stable functions in
# double precision.
import numpy as np
import torch
import torch.nn.functional as F


def _tensor(z):
    return torch.from_numpy(np.array(z, dtype=np.float64, order="C"))


def leaky_relu(z, slope=0.01):
    z = _tensor(z)
    return (z.clamp(min=0) + slope * z.clamp(max=0)).numpy()


def elu(z, alpha=1.0):
    return F.elu(_tensor(z), alpha=float(alpha)).numpy()


def swish(z, beta=1.0):
    z = _tensor(z)
    return (z * torch.sigmoid(beta * z)).numpy()


# %% wrong: leaky_relu
# Misconception: leaky ReLU is the maximum of z and slope times z, for any slope.
def leaky_relu(z, slope=0.01):
    z = _tensor(z)
    return torch.maximum(z, slope * z).numpy()


# %% wrong: elu, swish
# Misconception: np.where computes only the branch that it takes, and a huge exp is harmless since it ends up in a
# denominator; so the formulas can be written down as they stand.
def elu(z, alpha=1.0):
    z = np.asarray(z, dtype=float)
    return np.where(z > 0, z, alpha * (np.exp(z) - 1))


def swish(z, beta=1.0):
    z = np.asarray(z, dtype=float)
    return z / (1 + np.exp(-beta * z))
