# %% right
# Intent: accuracies are means over the last axis; the winner is a one-hot row vector that picks the same model from
# both.
def optimism(test_right: Array, fresh_right: Array) -> tuple[float, float]:
    seen, fresh = (np.asarray(right, dtype=float).mean(axis=1) for right in (test_right, fresh_right))
    chosen = np.eye(len(seen))[seen.argmax()]
    return float(chosen @ seen), float(chosen @ fresh)


# %% wrong: optimism
# Misconception: Thinks that one should choose by all the examples that there are, so the fresh ones help to choose.
def optimism(test_right: Array, fresh_right: Array) -> tuple[float, float]:
    winner = np.hstack([test_right, fresh_right]).sum(axis=1).argmax()
    return float(np.mean(test_right[winner])), float(np.mean(fresh_right[winner]))
