# %% right
# Intent: torch's kl_div with log targets and reduction "batchmean"; the weights are plain sums.
import numpy as np
import torch
import torch.nn.functional as F


def distillation_loss(student, teacher, temperature):
    s, t = (
        F.log_softmax(torch.tensor(np.asarray(one, dtype=np.float64)) / temperature, dim=1) for one in (student, teacher)
    )
    return F.kl_div(s, t, reduction="batchmean", log_target=True).item() * temperature**2


def count_weights(n_tokens, size, n_layers, embedding_size=None, shared=False):
    layer = 4 * size * size + 2 * size * 4 * size
    embedding = n_tokens * size if embedding_size is None else (n_tokens + size) * embedding_size
    return embedding + layer * (1 if shared else n_layers)

# %% wrong: distillation_loss
# Misconception: kl_div's default reduction, "mean", is the mean over the rows.
def distillation_loss(student, teacher, temperature):
    s, t = (
        F.log_softmax(torch.tensor(np.asarray(one, dtype=np.float64)) / temperature, dim=1) for one in (student, teacher)
    )
    return F.kl_div(s, t, reduction="mean", log_target=True).item() * temperature**2

# %% wrong: count_weights
# Misconception: the layers share their attention only; each has a feedforward part of its own.
def count_weights(n_tokens, size, n_layers, embedding_size=None, shared=False):
    embedding = n_tokens * size if embedding_size is None else (n_tokens + size) * embedding_size
    return embedding + 4 * size * size * (1 if shared else n_layers) + 8 * size * size * n_layers
