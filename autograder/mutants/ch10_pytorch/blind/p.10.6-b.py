# %% right
# Intent: let PyTorch say it, with a layer on the device "meta", which takes no memory.
import torch
from torch import nn


def linear_facts(n_in, n_out, shape):
    layer = nn.Linear(n_in, n_out, device="meta")
    return {
        "neurons": layer.out_features,
        "weight": tuple(layer.weight.shape),
        "bias": tuple(layer.bias.shape),
        "parameters": sum(p.numel() for p in layer.parameters()),
        "output": tuple(layer(torch.empty(tuple(shape), device="meta")).shape),
    }

# %% wrong: linear_facts
# Misconception: the weights lie as in X @ W, a row for each input and a column for each neuron.
def linear_facts(n_in, n_out, shape):
    return {
        "neurons": n_out,
        "weight": (n_in, n_out),
        "bias": (n_out,),
        "parameters": n_in * n_out + n_out,
        "output": (*shape[:-1], n_out),
    }

# %% wrong: linear_facts
# Misconception: a batch has one axis; the layer flattens whatever else comes, and returns a table.
def linear_facts(n_in, n_out, shape):
    return {
        "neurons": n_out,
        "weight": (n_out, n_in),
        "bias": (n_out,),
        "parameters": n_in * n_out + n_out,
        "output": (shape[0], n_out),
    }
