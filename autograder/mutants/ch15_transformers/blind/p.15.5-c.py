# %% right
# Intent: log softmax of both in float64, Kullback-Leibler by einsum, mean of rows, times temperature squared; weights by adding up.
import numpy as np
import torch


def distillation_loss(student, teacher, temperature):
    log_s, log_t = (
        torch.log_softmax(torch.from_numpy(np.array(a, dtype=np.float64)) / temperature, dim=-1) for a in (student, teacher)
    )
    rows = torch.einsum("nv,nv->n", log_t.exp(), log_t - log_s)
    return float(rows.mean() * temperature**2)


def count_weights(n_tokens, size, n_layers, embedding_size=None, shared=False):
    if embedding_size is None:
        embeddings = n_tokens * size
    else:
        embeddings = n_tokens * embedding_size + embedding_size * size
    layer = 4 * size * size + 2 * size * (4 * size)
    return embeddings + layer * (min(n_layers, 1) if shared else n_layers)

# %% wrong: distillation_loss
# Misconception: the divergence is symmetric enough: it may as well be weighted by what the student says.
def distillation_loss(student, teacher, temperature):
    log_s, log_t = (
        torch.log_softmax(torch.from_numpy(np.array(a, dtype=np.float64)) / temperature, dim=-1) for a in (student, teacher)
    )
    rows = torch.einsum("nv,nv->n", log_s.exp(), log_s - log_t)
    return float(rows.mean() * temperature**2)

# %% wrong: count_weights
# Misconception: what ALBERT's layers share is their attention; each layer still has feedforward matrices of its own.
def count_weights(n_tokens, size, n_layers, embedding_size=None, shared=False):
    embeddings = n_tokens * size if embedding_size is None else (n_tokens + size) * embedding_size
    attention, feedforward = 4 * size**2, 8 * size**2
    return embeddings + attention * (1 if shared else n_layers) + feedforward * n_layers
