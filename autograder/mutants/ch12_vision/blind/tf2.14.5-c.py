# %% right
# Intent: a band matrix says which maps are neighbours; an einsum of it with the squares gives all sums at once.
import numpy as np


def response_norm(X, radius, alpha, beta, k):
    X = np.asarray(X, dtype=np.float64)
    number = np.arange(len(X))
    band = (abs(number[:, None] - number) <= radius).astype(np.float64)
    return X / (k + alpha * np.einsum("cd,dhw->chw", band, X**2)) ** beta


# %% wrong: response_norm
# Misconception: "local" means places nearby: the sum goes over the neighbours in the same map, not over neighbouring maps.
def response_norm(X, radius, alpha, beta, k):
    X = np.asarray(X, dtype=np.float64)
    side = 2 * radius + 1
    padded = np.pad(X**2, ((0, 0), (radius, radius), (radius, radius)))
    s = np.lib.stride_tricks.sliding_window_view(padded, (side, side), axis=(1, 2)).sum(axis=(-2, -1))
    return X / (k + alpha * s) ** beta


# %% wrong: response_norm
# Misconception: alpha is for the mean of the squares in the window, as torch's LocalResponseNorm has it.
def response_norm(X, radius, alpha, beta, k):
    import torch

    X = torch.as_tensor(np.asarray(X, dtype=np.float64))[None]
    return torch.nn.functional.local_response_norm(X, 2 * radius + 1, alpha=alpha, beta=beta, k=k)[0].numpy()
