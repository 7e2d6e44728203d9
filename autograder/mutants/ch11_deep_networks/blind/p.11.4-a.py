# %% right
# Intent: the formulas, number by number, each written so that no exponential of a large positive number is taken.
import math

import numpy as np


def _one_sigmoid(t):
    if t >= 0:
        return 1.0 / (1.0 + math.exp(-t))
    e = math.exp(t)
    return e / (1.0 + e)


def _one_activation(name, t):
    if name == "relu":
        return t if t > 0 else 0.0
    if name == "leaky relu":
        return t if t > 0 else 0.01 * t
    if name == "gelu":
        return t * 0.5 * math.erfc(-t / math.sqrt(2.0))
    if name == "silu":
        return t * _one_sigmoid(t)
    if name == "mish":
        softplus = max(t, 0.0) + math.log1p(math.exp(-abs(t)))
        return t * math.tanh(softplus)
    raise ValueError(f"unknown activation {name!r}")


def activation(name, z):
    z = np.asarray(z, dtype=np.float64)
    result = np.zeros(z.shape)
    for i in range(z.shape[0]):
        if name == "softmax":
            powers = np.exp(z[i] - z[i].max())
            result[i] = powers / powers.sum()
        else:
            for j in range(z.shape[1]):
                result[i, j] = _one_activation(name, float(z[i, j]))
    return result


P_11_4_CHOICE = {
    "first try": "relu",
    "half of them dead": "leaky relu",
    "normalises itself": "selu",
    "best, not fastest": "silu",
    "from -1 to 1": "tanh",
    "spam or not": "sigmoid",
    "any tags of ten": "sigmoid",
    "one class of ten": "softmax",
    "any number": "none",
}

# %% wrong: activation
# Misconception: softmax turns all numbers that it is given into one distribution: the whole batch sums to 1.
_right_activation = activation


def activation(name, z):
    if name != "softmax":
        return _right_activation(name, z)
    z = np.asarray(z, dtype=np.float64)
    powers = np.exp(z - z.max())
    return powers / powers.sum()


# %% wrong: P_11_4_CHOICE
# Misconception: ten outputs that are probabilities always call for a softmax, also where several tags may be right.
P_11_4_CHOICE = {**P_11_4_CHOICE, "any tags of ten": "softmax"}
