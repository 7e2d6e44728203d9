# %% right
# Intent: Don't reckon: build the layer on the "meta" device, where tensors have shapes but no memory, and ask it.
import torch
from torch import nn


def recurrent_shapes(n_batch, n_steps, n_features, n_hidden, n_layers=1, batch_first=True, bidirectional=False):
    layer = nn.RNN(
        n_features, n_hidden, n_layers, batch_first=batch_first, bidirectional=bidirectional, device="meta"
    )
    first = (n_batch, n_steps) if batch_first else (n_steps, n_batch)
    X = torch.empty(*first, n_features, device="meta")
    output, state = layer(X)
    return X.shape, output.shape, state.shape


# %% wrong: recurrent_shapes
# Misconception: Thinks that batch_first=True puts the batch first in every tensor, the last state included.
def recurrent_shapes(n_batch, n_steps, n_features, n_hidden, n_layers=1, batch_first=True, bidirectional=False):
    directions = 2 if bidirectional else 1
    if batch_first:
        return (
            (n_batch, n_steps, n_features),
            (n_batch, n_steps, directions * n_hidden),
            (n_batch, directions * n_layers, n_hidden),
        )
    return (
        (n_steps, n_batch, n_features),
        (n_steps, n_batch, directions * n_hidden),
        (directions * n_layers, n_batch, n_hidden),
    )


# %% wrong: recurrent_shapes
# Misconception: Thinks that the two directions are added up in the output, so that only the state has both of them.
def recurrent_shapes(n_batch, n_steps, n_features, n_hidden, n_layers=1, batch_first=True, bidirectional=False):
    first = (n_batch, n_steps) if batch_first else (n_steps, n_batch)
    return (*first, n_features), (*first, n_hidden), (n_layers * (1 + bidirectional), n_batch, n_hidden)
