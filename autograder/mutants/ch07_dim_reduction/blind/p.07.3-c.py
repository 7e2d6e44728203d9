# %% right
# Intent: no reconstruction at all: by Eckart and Young, what is lost in all is the sum of the squared singular
# values of the centred rows from the (k+1)-th on; divided by n it is the mean per row.
import numpy as np
import torch


def _spectrum(X):
    rows = torch.as_tensor(np.asarray(X, dtype=float))
    return torch.linalg.svdvals(rows - rows.mean(dim=0, keepdim=True)), len(rows)


def reconstruction_error(X: ArrayLike, k: int) -> float:
    sigma, n = _spectrum(X)
    return float(sigma[k:].square().sum() / n)


P_07_3_CHOICE: list[str] = ["random projection", "PCA"]

# %% wrong: reconstruction_error
# Misconception: Remembers Eckart and Young in the spectral norm: the error of the best approximation of rank k is
# the next singular value; the ones after that don't count any more.
def reconstruction_error(X: ArrayLike, k: int) -> float:
    sigma, n = _spectrum(X)
    return float(sigma[k : k + 1].square().sum() / n)

# %% wrong: P_07_3_CHOICE
# Misconception: Thinks that only a method that has learned components can go back; a matrix of random numbers is not
# square, so nothing comes back through it, not even roughly.
P_07_3_CHOICE: list[str] = ["PCA"]
