# %% right
# Intent: the largest absolute difference of the two results, without gradients and as a Python float.
import torch


def hook_gap(model, x):
    with torch.no_grad():
        return float((model(x) - model.forward(x)).abs().max())


TF1_09_2_CHOICE = {"product": "the same", "number": "the same", "call": "not the same", "in place": "not the same"}

# %% wrong: hook_gap
# Misconception: "how different" is an average, like a mean absolute error.
def hook_gap(model, x):
    with torch.no_grad():
        return torch.nn.functional.l1_loss(model(x), model.forward(x)).item()

# %% wrong: hook_gap
# Misconception: the largest difference is the maximum of the differences; their sign is taken care of.
def hook_gap(model, x):
    with torch.no_grad():
        return (model(x) - model.forward(x)).max().item()

# %% wrong: TF1_09_2_CHOICE
# Misconception: calling a module is only shorthand for calling its forward.
TF1_09_2_CHOICE = {"product": "the same", "number": "the same", "call": "the same", "in place": "not the same"}
