# %% right
# Intent: scores by einsum in float64, hidden keys to minus infinity, softmax, a second einsum for the means.
import numpy as np
import torch


def attend(queries, keys, values, mask=None):
    q, k, v = (torch.as_tensor(np.asarray(one, dtype=np.float64)) for one in (queries, keys, values))
    scores = torch.einsum("td,sd->ts", q, k) / q.shape[-1] ** 0.5
    if mask is not None:
        visible = torch.as_tensor(np.asarray(mask, dtype=bool))
        scores = scores.masked_fill(~visible[None, :], -torch.inf)
    weights = scores.softmax(dim=-1)
    return torch.einsum("ts,se->te", weights, v).numpy(), weights.numpy()


# %% wrong: attend
# Misconception: hidden keys are taken out after the softmax, by multiplying the weights with the mask.
def attend(queries, keys, values, mask=None):
    q, k, v = (torch.as_tensor(np.asarray(one, dtype=np.float64)) for one in (queries, keys, values))
    weights = (torch.einsum("td,sd->ts", q, k) / q.shape[-1] ** 0.5).softmax(dim=-1)
    if mask is not None:
        weights = weights * torch.as_tensor(np.asarray(mask, dtype=np.float64))
    return torch.einsum("ts,se->te", weights, v).numpy(), weights.numpy()


# %% wrong: attend
# Misconception: dividing by the root of d changes nothing, since the softmax normalises anyway.
def attend(queries, keys, values, mask=None):
    q, k, v = (torch.as_tensor(np.asarray(one, dtype=np.float64)) for one in (queries, keys, values))
    scores = torch.einsum("td,sd->ts", q, k)
    if mask is not None:
        scores = scores.masked_fill(~torch.as_tensor(np.asarray(mask, dtype=bool)), -torch.inf)
    weights = scores.softmax(dim=-1)
    return torch.einsum("ts,se->te", weights, v).numpy(), weights.numpy()
