# %% right
# Intent: memory first, one seed, then each module that has something of its own to reset, in the order of modules().
import torch


def materialise(model, seed):
    model = model.to_empty(device="cpu")
    torch.manual_seed(seed)
    for module in model.modules():
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()
    return model


# %% wrong: materialise
# Misconception: to be reproducible, the seed has to be set before each layer is drawn.
def materialise(model, seed):
    model = model.to_empty(device="cpu")
    for module in model.modules():
        if hasattr(module, "reset_parameters"):
            torch.manual_seed(seed)
            module.reset_parameters()
    return model


# %% wrong: materialise
# Misconception: only matrices of weights need first values; a normalisation's or embedding's numbers come with the memory.
from torch import nn


def materialise(model, seed):
    model = model.to_empty(device="cpu")
    torch.manual_seed(seed)
    for module in model.modules():
        if isinstance(module, nn.Linear):
            module.reset_parameters()
    return model
