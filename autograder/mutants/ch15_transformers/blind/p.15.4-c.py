# %% right
# Intent: three tensors of chance from one torch generator, put together with torch.where.
import numpy as np
import torch


def mask_tokens(ids, special, mask, n_tokens, seed):
    rng = torch.Generator().manual_seed(int(seed))
    ids = torch.from_numpy(np.array(ids, dtype=np.int64))
    free = ~torch.isin(ids, torch.tensor(list(special), dtype=torch.int64))
    chosen = free & (torch.rand(ids.shape, generator=rng, dtype=torch.float64) < 0.15)
    fate = torch.rand(ids.shape, generator=rng, dtype=torch.float64)
    other = torch.randint(n_tokens, ids.shape, generator=rng)
    changed = torch.where(fate < 0.8, torch.full_like(ids, mask), torch.where(fate < 0.9, other, ids))
    inputs = torch.where(chosen, changed, ids)
    labels = ids.masked_fill(~chosen, -100)
    return inputs.numpy(), labels.numpy()


P_15_4_CHOICE = "say which token stands behind a mask"

# %% wrong: mask_tokens
# Misconception: only what was changed has to be said; a chosen token that stays as it is needs no label.
def mask_tokens(ids, special, mask, n_tokens, seed):
    rng = torch.Generator().manual_seed(int(seed))
    ids = torch.from_numpy(np.array(ids, dtype=np.int64))
    free = ~torch.isin(ids, torch.tensor(list(special), dtype=torch.int64))
    chosen = free & (torch.rand(ids.shape, generator=rng, dtype=torch.float64) < 0.15)
    fate = torch.rand(ids.shape, generator=rng, dtype=torch.float64)
    other = torch.randint(n_tokens, ids.shape, generator=rng)
    changed = torch.where(fate < 0.8, torch.full_like(ids, mask), torch.where(fate < 0.9, other, ids))
    inputs = torch.where(chosen, changed, ids)
    return inputs.numpy(), ids.masked_fill(inputs == ids, -100).numpy()

# %% wrong: mask_tokens
# Misconception: every chosen token is hidden behind the mask; that is what masked language modelling means.
def mask_tokens(ids, special, mask, n_tokens, seed):
    rng = torch.Generator().manual_seed(int(seed))
    ids = torch.from_numpy(np.array(ids, dtype=np.int64))
    free = ~torch.isin(ids, torch.tensor(list(special), dtype=torch.int64))
    chosen = free & (torch.rand(ids.shape, generator=rng, dtype=torch.float64) < 0.15)
    inputs = ids.masked_fill(chosen, mask)
    return inputs.numpy(), ids.masked_fill(~chosen, -100).numpy()
