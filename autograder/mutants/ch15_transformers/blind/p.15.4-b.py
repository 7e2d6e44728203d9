# %% right
# Intent: one uniform number chooses each token, numpy's choice says what becomes of it, np.select puts it together.
import numpy as np


def mask_tokens(ids, special, mask, n_tokens, seed):
    rng = np.random.default_rng(seed)
    ids = np.asarray(ids, dtype=np.int64)
    chosen = (rng.random(ids.shape) < 0.15) & ~np.isin(ids, list(special))
    fate = rng.choice(3, size=ids.shape, p=[0.8, 0.1, 0.1])
    drawn = rng.integers(n_tokens, size=ids.shape)
    inputs = np.select([chosen & (fate == 0), chosen & (fate == 1)], [np.full_like(ids, mask), drawn], ids)
    return inputs.astype(np.int64), np.where(chosen, ids, -100).astype(np.int64)


P_15_4_CHOICE = "say which token stands behind a mask"

# %% wrong: mask_tokens
# Misconception: a token that stays as it is gives nothing to learn, so it has no label.
def mask_tokens(ids, special, mask, n_tokens, seed):
    rng = np.random.default_rng(seed)
    ids = np.asarray(ids, dtype=np.int64)
    chosen = (rng.random(ids.shape) < 0.15) & ~np.isin(ids, list(special))
    fate = rng.choice(3, size=ids.shape, p=[0.8, 0.1, 0.1])
    drawn = rng.integers(n_tokens, size=ids.shape)
    inputs = np.select([chosen & (fate == 0), chosen & (fate == 1)], [np.full_like(ids, mask), drawn], ids)
    return inputs.astype(np.int64), np.where(inputs != ids, ids, -100).astype(np.int64)

# %% wrong: mask_tokens
# Misconception: masked language modelling means that each chosen token is replaced by the mask.
def mask_tokens(ids, special, mask, n_tokens, seed):
    rng = np.random.default_rng(seed)
    ids = np.asarray(ids, dtype=np.int64)
    chosen = (rng.random(ids.shape) < 0.15) & ~np.isin(ids, list(special))
    return np.where(chosen, mask, ids).astype(np.int64), np.where(chosen, ids, -100).astype(np.int64)
