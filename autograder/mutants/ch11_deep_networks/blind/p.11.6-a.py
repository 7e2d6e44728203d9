# %% right
# Intent: put all numbers of all layers into one list, sort it by absolute value, strike out exactly
# round(share * n) of them, and cut the list into layers again.
import numpy as np


def pruned(weights, share):
    parts = [np.array(part, dtype=np.float64) for part in weights]
    ranking = []
    for layer, part in enumerate(parts):
        for place, value in enumerate(part.ravel()):
            ranking.append((abs(float(value)), layer, place))
    ranking.sort()
    n_zero = round(share * len(ranking))
    flat = [part.ravel().copy() for part in parts]
    for _, layer, place in ranking[:n_zero]:
        flat[layer][place] = 0.0
    return [values.reshape(part.shape) for values, part in zip(flat, parts)]


# %% wrong: pruned
# Misconception: a sparse network is one in which each layer is sparse, so each layer loses its own share.
def pruned(weights, share):
    result = []
    for part in weights:
        part = np.array(part, dtype=np.float64)
        flat = part.ravel().copy()
        for place in np.argsort(np.abs(flat), kind="stable")[: round(share * flat.size)]:
            flat[place] = 0.0
        result.append(flat.reshape(part.shape))
    return result


# %% wrong: pruned
# Misconception: pruning is a threshold: all that is as small as the last one to go has to go as well.
def pruned(weights, share):
    parts = [np.array(part, dtype=np.float64) for part in weights]
    sizes = sorted(abs(float(value)) for part in parts for value in part.ravel())
    n_zero = round(share * len(sizes))
    if n_zero == 0:
        return parts
    limit = sizes[n_zero - 1]
    return [np.where(np.abs(part) <= limit, 0.0, part) for part in parts]
