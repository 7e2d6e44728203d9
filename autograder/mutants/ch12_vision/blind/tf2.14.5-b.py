# %% right
# Intent: torch has the layer; it divides alpha by the number of maps in the window, so that is multiplied back in.
import numpy as np
import torch
from torch.nn import functional as F


def response_norm(X, radius, alpha, beta, k):
    size = 2 * radius + 1
    X = torch.tensor(np.asarray(X, dtype=np.float64))
    return F.local_response_norm(X[None], size, alpha=alpha * size, beta=beta, k=k)[0].numpy()

# %% wrong: response_norm
# Misconception: torch's local_response_norm computes exactly this formula, with its alpha the alpha here.
def response_norm(X, radius, alpha, beta, k):
    X = torch.tensor(np.asarray(X, dtype=np.float64))
    return F.local_response_norm(X[None], 2 * radius + 1, alpha=alpha, beta=beta, k=k)[0].numpy()

# %% wrong: response_norm
# Misconception: "local" means nearby places: neighbouring pixels of the same map inhibit each other.
from scipy.ndimage import convolve


def response_norm(X, radius, alpha, beta, k):
    X = np.asarray(X, dtype=np.float64)
    window = np.ones((1, 2 * radius + 1, 2 * radius + 1))
    return X / (k + alpha * convolve(X**2, window, mode="constant")) ** beta
