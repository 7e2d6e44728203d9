# %% right
# Intent: for each unit divide its weights by twice the largest absolute one and add a half; sort activations per unit in descending order.
import numpy as np


def weight_pictures(layer, size):
    height, width = size
    weights = layer.weight.detach().cpu().numpy().astype(float)
    pictures = np.full((len(weights), height, width), 0.5)
    for u in range(len(weights)):
        largest = np.abs(weights[u]).max()
        if largest > 0:
            pictures[u] = (0.5 + weights[u] / largest / 2).reshape(height, width)
    return pictures


def most_active(activations, k):
    activations = np.array(activations, dtype=float)
    result = np.zeros((activations.shape[1], k), dtype=np.int64)
    for u in range(activations.shape[1]):
        result[u] = np.argsort(-activations[:, u], kind="stable")[:k]
    return result

# %% wrong: weight_pictures
# Misconception: scaling to a picture is min-max scaling: the smallest weight black, the largest white.
def weight_pictures(layer, size):
    weights = layer.weight.detach().cpu().numpy().astype(float)
    pictures = np.full(weights.shape, 0.5)
    for u in range(len(weights)):
        low, high = weights[u].min(), weights[u].max()
        if high > low:
            pictures[u] = (weights[u] - low) / (high - low)
    return pictures.reshape(len(weights), size[0], size[1])

# %% wrong: most_active
# Misconception: a unit is active when its value is far from 0, of either sign.
def most_active(activations, k):
    activations = np.abs(np.array(activations, dtype=float))
    return np.argsort(-activations, axis=0, kind="stable")[:k].T
