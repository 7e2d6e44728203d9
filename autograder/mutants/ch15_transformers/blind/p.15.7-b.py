# %% right
# Intent: the very logits warpers that the transformers library uses in generate, one after the other, then softmax.
import numpy as np
import torch
from transformers import LogitsProcessorList, TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper


def next_shares(logits, temperature=1.0, top_k=None, top_p=None):
    steps = LogitsProcessorList([TemperatureLogitsWarper(float(temperature))])
    if top_k is not None:
        steps.append(TopKLogitsWarper(int(top_k)))
    if top_p is not None:
        steps.append(TopPLogitsWarper(float(top_p)))
    scores = torch.from_numpy(np.array(logits, dtype=np.float64))[None]
    return torch.softmax(steps(None, scores), dim=-1)[0].numpy()

# %% wrong: next_shares
# Misconception: top_p is a limit that the kept tokens' sum may not pass, so the token that crosses it is left out.
def next_shares(logits, temperature=1.0, top_k=None, top_p=None):
    scores = torch.from_numpy(np.array(logits, dtype=np.float64)) / temperature
    if top_k is not None:
        scores = TopKLogitsWarper(int(top_k))(None, scores[None])[0]
    if top_p is not None:
        sums, order = torch.softmax(scores, 0).sort(descending=True)
        out = sums.cumsum(0) > top_p
        out[0] = False
        scores[order[out]] = -torch.inf
    return torch.softmax(scores, 0).numpy()

# %% wrong: next_shares
# Misconception: top_p is about the model's probabilities of all tokens, so it does not matter what top_k has left.
def next_shares(logits, temperature=1.0, top_k=None, top_p=None):
    scores = torch.from_numpy(np.array(logits, dtype=np.float64))[None] / temperature
    kept = scores.clone()
    if top_k is not None:
        kept = torch.where(TopKLogitsWarper(int(top_k))(None, scores.clone()).isinf(), -torch.inf, kept)
    if top_p is not None:
        kept = torch.where(TopPLogitsWarper(float(top_p))(None, scores.clone()).isinf(), -torch.inf, kept)
    return torch.softmax(kept, -1)[0].numpy()
