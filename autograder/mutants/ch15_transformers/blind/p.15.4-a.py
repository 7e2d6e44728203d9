# %% right
# Intent: one uniform number per token says whether it is chosen, a second one what becomes of it.
def mask_tokens(ids, special, mask, n_tokens, seed):
    rng = np.random.default_rng(seed)
    inputs = np.array(ids, dtype=np.int64)
    labels = np.full(inputs.shape, -100, dtype=np.int64)
    never = set(int(token) for token in special)
    for row in range(inputs.shape[0]):
        for place in range(inputs.shape[1]):
            token = int(inputs[row, place])
            if token in never or rng.random() >= 0.15:
                continue
            labels[row, place] = token
            fate = rng.random()
            if fate < 0.8:
                inputs[row, place] = mask
            elif fate < 0.9:
                inputs[row, place] = rng.integers(n_tokens)
    return inputs, labels


P_15_4_CHOICE = "say which token stands behind a mask"

# %% wrong: mask_tokens
# Misconception: all that is chosen is hidden behind the mask.
def mask_tokens(ids, special, mask, n_tokens, seed):
    rng = np.random.default_rng(seed)
    ids = np.array(ids, dtype=np.int64)
    chosen = (rng.random(ids.shape) < 0.15) & ~np.isin(ids, list(special))
    return np.where(chosen, mask, ids), np.where(chosen, ids, -100)

# %% wrong: mask_tokens
# Misconception: there is nothing to learn where a token was left as it is, so labels stand only where the input has changed.
def mask_tokens(ids, special, mask, n_tokens, seed):
    rng = np.random.default_rng(seed)
    ids = np.array(ids, dtype=np.int64)
    chosen = (rng.random(ids.shape) < 0.15) & ~np.isin(ids, list(special))
    fate = rng.random(ids.shape)
    inputs = np.where(chosen & (fate < 0.8), mask, ids)
    drawn = chosen & (fate >= 0.8) & (fate < 0.9)
    inputs[drawn] = rng.integers(n_tokens, size=int(drawn.sum()))
    return inputs, np.where(inputs != ids, ids, -100)
