# %% right
# Intent: One block matrix [W_x W_h b] acts on [x h 1], and since sigmoid(z) = (1 + tanh(z / 2)) / 2 a single tanh does
# for all four layers.
import numpy as np


def lstm_step(x, h, c, W_x, W_h, b):
    x, h, c, W_x, W_h, b = (np.asarray(a, dtype=np.float64) for a in (x, h, c, W_x, W_h, b))
    n, size = h.shape
    seen = np.hstack([x, h, np.ones((n, 1))])
    block = np.hstack([W_x, W_h, b[:, np.newaxis]]).reshape(4, size, -1)
    halves = np.array([0.5, 0.5, 1.0, 0.5])
    t = np.tanh(np.einsum("g,ghk,bk->gbh", halves, block, seen))
    (i, f, o), candidate = (1 + t[[0, 1, 3]]) / 2, t[2]
    c = f * c + i * candidate
    return o * np.tanh(c), c


# %% wrong: lstm_step
# Misconception: Takes the forget gate at its name: where it is 1, everything is forgotten, so the old long-term state
# is multiplied by 1 - f.
def lstm_step(x, h, c, W_x, W_h, b):
    x, h, c, W_x, W_h, b = (np.asarray(a, dtype=np.float64) for a in (x, h, c, W_x, W_h, b))
    i, f, g, o = np.split(x @ W_x.T + h @ W_h.T + b, 4, axis=1)
    i, f, o = (1 / (1 + np.exp(-z)) for z in (i, f, o))
    c = (1 - f) * c + i * np.tanh(g)
    return o * np.tanh(c), c


# %% wrong: lstm_step
# Misconception: Thinks that the output gate lets through the long-term state as it is, since it has been through a
# tanh already, as part of the candidate.
def lstm_step(x, h, c, W_x, W_h, b):
    x, h, c, W_x, W_h, b = (np.asarray(a, dtype=np.float64) for a in (x, h, c, W_x, W_h, b))
    i, f, g, o = np.split(x @ W_x.T + h @ W_h.T + b, 4, axis=1)
    i, f, o = (1 / (1 + np.exp(-z)) for z in (i, f, o))
    c = f * c + i * np.tanh(g)
    return o * c, c
