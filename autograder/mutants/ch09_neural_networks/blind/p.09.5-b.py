# %% right
# Intent: torch.nn.functional has the first two; swish is z times scipy's expit.
import numpy as np
import torch
import torch.nn.functional as F
from scipy.special import expit


def leaky_relu(z, slope=0.01):
    return F.leaky_relu(torch.tensor(np.array(z, dtype=np.float64, order="C")), float(slope)).numpy()


def elu(z, alpha=1.0):
    return F.elu(torch.tensor(np.array(z, dtype=np.float64, order="C")), float(alpha)).numpy()


def swish(z, beta=1.0):
    z = np.asarray(z, dtype=np.float64)
    return np.asarray(z * expit(beta * z))

# %% wrong: leaky_relu
# Misconception: a leaky ReLU is always the larger one of z and slope times z.
def leaky_relu(z, slope=0.01):
    z = np.asarray(z, dtype=np.float64)
    return np.maximum(z, slope * z)

# %% wrong: elu
# Misconception: np.where computes each branch only where it is chosen, so exp never sees the large positive numbers.
def elu(z, alpha=1.0):
    z = np.asarray(z, dtype=np.float64)
    return np.where(z > 0, z, alpha * (np.exp(z) - 1))
