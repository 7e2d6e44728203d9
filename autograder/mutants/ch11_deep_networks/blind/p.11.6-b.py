# %% right
# Intent: torch flattens the network to one vector, topk finds the smallest, and vector is cut up again by numpy's split.
def pruned(weights: Sequence[ArrayLike], share: float) -> list[NDArray[np.float64]]:
    arrays = [np.asarray(part, dtype=np.float64) for part in weights]
    flat = torch.from_numpy(np.concatenate([part.ravel() for part in arrays]))
    smallest = flat.abs().topk(round(share * len(flat)), largest=False).indices
    parts = flat.index_fill(0, smallest, 0.0).split([part.size for part in arrays])
    return [part.reshape(array.shape).numpy().copy() for part, array in zip(parts, arrays)]

# %% wrong: pruned
# Misconception: each layer loses the same share of its own weights.
def pruned(weights: Sequence[ArrayLike], share: float) -> list[NDArray[np.float64]]:
    result = []
    for part in weights:
        new = np.array(part, dtype=np.float64)
        new.flat[np.argsort(np.abs(new), axis=None)[: round(share * new.size)]] = 0.0
        result.append(new)
    return result

# %% wrong: pruned
# Misconception: the smallest weights are the lowest ones, negative ones first.
def pruned(weights: Sequence[ArrayLike], share: float) -> list[NDArray[np.float64]]:
    arrays = [np.asarray(part, dtype=np.float64) for part in weights]
    flat = np.concatenate([part.ravel() for part in arrays])
    flat[np.argsort(flat)[: round(share * flat.size)]] = 0.0
    cuts = np.cumsum([part.size for part in arrays])[:-1]
    return [piece.reshape(part.shape) for piece, part in zip(np.split(flat, cuts), arrays)]
