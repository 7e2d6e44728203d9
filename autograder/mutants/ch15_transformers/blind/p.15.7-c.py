# %% right
# Intent: sort once; a token stays while the sum before it is short of top_p; what falls out gets -inf, and softmax does the rest.
import numpy as np
import torch


def next_shares(logits, temperature=1.0, top_k=None, top_p=None):
    scores = torch.from_numpy(np.array(logits, dtype=np.float64)) / temperature
    ranked, order = scores.sort(descending=True)
    if top_k is not None:
        ranked[top_k:] = -torch.inf
    if top_p is not None:
        shares = ranked.softmax(dim=0)
        before = torch.cat([shares.new_zeros(1), shares.cumsum(dim=0)[:-1]])
        ranked = ranked.masked_fill(before >= top_p, -torch.inf)
    return torch.zeros_like(scores).scatter(0, order, ranked.softmax(dim=0)).numpy()

# %% wrong: next_shares
# Misconception: temperature only flattens or sharpens the draw at the end; what the nucleus is, is decided by the model's own probabilities.
def next_shares(logits, temperature=1.0, top_k=None, top_p=None):
    scores = torch.from_numpy(np.array(logits, dtype=np.float64))
    ranked, order = scores.sort(descending=True)
    if top_k is not None:
        ranked[top_k:] = -torch.inf
    if top_p is not None:
        shares = ranked.softmax(dim=0)
        before = torch.cat([shares.new_zeros(1), shares.cumsum(dim=0)[:-1]])
        ranked = ranked.masked_fill(before >= top_p, -torch.inf)
    return torch.zeros_like(scores).scatter(0, order, (ranked / temperature).softmax(dim=0)).numpy()

# %% wrong: next_shares
# Misconception: top_p is a ceiling: the tokens that are kept may together have no more than top_p (one is kept anyway).
def next_shares(logits, temperature=1.0, top_k=None, top_p=None):
    scores = torch.from_numpy(np.array(logits, dtype=np.float64)) / temperature
    ranked, order = scores.sort(descending=True)
    if top_k is not None:
        ranked[top_k:] = -torch.inf
    if top_p is not None:
        out = ranked.softmax(dim=0).cumsum(dim=0) > top_p
        out[0] = False
        ranked = ranked.masked_fill(out, -torch.inf)
    return torch.zeros_like(scores).scatter(0, order, ranked.softmax(dim=0)).numpy()
