# %% right
# Intent: divide each unit's weights by twice their largest size and add one half; argsort of the negated activations.
import numpy as np


def weight_pictures(layer, size):
    weights = layer.weight.detach().cpu().numpy().astype(float)
    largest = np.abs(weights).max(axis=1, keepdims=True)
    return (0.5 + weights / np.where(largest == 0, 1, 2 * largest)).reshape(-1, *size)


def most_active(activations, k):
    return np.argsort(-np.asarray(activations, float), axis=0, kind="stable")[:k].T


# %% wrong: weight_pictures
# Misconception: a picture is shown best if its smallest weight is black and its largest white (min-max scaling).
def weight_pictures(layer, size):
    from sklearn.preprocessing import minmax_scale

    weights = layer.weight.detach().cpu().numpy().astype(float)
    return minmax_scale(weights, axis=1).reshape(-1, *size)


# %% wrong: most_active
# Misconception: a unit is active if its activation is far from 0, whatever its sign.
def most_active(activations, k):
    return np.argsort(-np.abs(np.asarray(activations, float)), axis=0, kind="stable")[:k].T
