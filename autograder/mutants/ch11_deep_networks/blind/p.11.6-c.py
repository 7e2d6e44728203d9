# %% right
# Intent: one long vector of all weights; the places of the k smallest absolute values become 0; cut it up again.
def pruned(weights: Sequence[ArrayLike], share: float) -> list[NDArray[np.float64]]:
    parts = [torch.as_tensor(np.array(part, dtype=np.float64)) for part in weights]
    if not parts:
        return []
    flat = torch.cat([part.flatten() for part in parts])
    smallest = flat.abs().argsort(stable=True)[: round(share * len(flat))]
    flat = flat.index_fill(0, smallest, 0.0)
    pieces = flat.split([part.numel() for part in parts])
    return [piece.reshape(part.shape).numpy().copy() for piece, part in zip(pieces, parts)]


# %% wrong: pruned
# Misconception: the share is taken away from each layer by itself.
def pruned(weights: Sequence[ArrayLike], share: float) -> list[NDArray[np.float64]]:
    result = []
    for part in weights:
        part = np.array(part, dtype=np.float64)
        flat = part.ravel()
        flat[np.argsort(np.abs(flat), kind="stable")[: round(share * flat.size)]] = 0.0
        result.append(flat.reshape(part.shape))
    return result


# %% wrong: pruned
# Misconception: everything up to a quantile of the absolute values is just the share that was asked for.
def pruned(weights: Sequence[ArrayLike], share: float) -> list[NDArray[np.float64]]:
    parts = [np.array(part, dtype=np.float64) for part in weights]
    limit = np.quantile(np.abs(np.concatenate([part.ravel() for part in parts])), share)
    return [np.where(np.abs(part) <= limit, 0.0, part) for part in parts]
