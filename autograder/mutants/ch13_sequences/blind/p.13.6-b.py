# %% right
# Intent: PyTorch has the step as a function, with the weights in this very order; in double precision.
import numpy as np
import torch


def lstm_step(x, h, c, W_x, W_h, b):
    x, h, c, W_x, W_h, b = (torch.from_numpy(np.array(a, dtype=float)) for a in (x, h, c, W_x, W_h, b))
    h, c = torch.lstm_cell(x, (h, c), W_x, W_h, b, torch.zeros_like(b))
    return h.numpy(), c.numpy()


# %% wrong: lstm_step
# Misconception: Thinks that the forget gate says how much of the long-term state is forgotten, so that 1 erases it.
from scipy.special import expit


def lstm_step(x, h, c, W_x, W_h, b):
    x, h, c, W_x, W_h, b = (np.asarray(a, dtype=float) for a in (x, h, c, W_x, W_h, b))
    i, f, g, o = np.split(x @ W_x.T + h @ W_h.T + b, 4, axis=1)
    c = (1 - expit(f)) * c + expit(i) * np.tanh(g)
    return expit(o) * np.tanh(c), c


# %% wrong: lstm_step
# Misconception: Thinks that the output gate lets the long-term state through as it is, as the candidate has been
# through tanh already.
from scipy.special import expit


def lstm_step(x, h, c, W_x, W_h, b):
    x, h, c, W_x, W_h, b = (np.asarray(a, dtype=float) for a in (x, h, c, W_x, W_h, b))
    i, f, g, o = np.split(x @ W_x.T + h @ W_h.T + b, 4, axis=1)
    c = expit(f) * c + expit(i) * np.tanh(g)
    return expit(o) * c, c
