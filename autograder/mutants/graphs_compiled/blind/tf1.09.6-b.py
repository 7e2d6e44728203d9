# %% right
# Intent: to_empty on the CPU, one seed, then reset_parameters wherever there is such a method.
import torch


def materialise(model, seed):
    model = model.to_empty(device="cpu")
    torch.manual_seed(seed)
    for module in model.modules():
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()
    return model

# %% wrong: materialise
# Misconception: each layer draws from a fresh generator, so the seed has to be set before each of them.
def materialise(model, seed):
    model = model.to_empty(device="cpu")
    for module in model.modules():
        if hasattr(module, "reset_parameters"):
            torch.manual_seed(seed)
            module.reset_parameters()
    return model

# %% wrong: materialise
# Misconception: to_empty gives memory and draws the first values, as a layer's constructor does.
def materialise(model, seed):
    torch.manual_seed(seed)
    return model.to_empty(device="cpu")
