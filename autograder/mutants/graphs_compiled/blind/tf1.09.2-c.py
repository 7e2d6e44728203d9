# %% right
# Intent: run both on copies of the input, without gradients, and take the largest absolute difference.
import torch


@torch.no_grad()
def hook_gap(model, x):
    called = model(x.clone()).clone()
    forwarded = model.forward(x.clone())
    return (called - forwarded).abs().max().item()


TF1_09_2_CHOICE = {
    "product": "the same",
    "number": "the same",
    "call": "not the same",
    "in place": "not the same",
}

# %% wrong: hook_gap
# Misconception: the largest difference is the maximum of the differences, with their signs.
@torch.no_grad()
def hook_gap(model, x):
    return (model(x) - model.forward(x)).max().item()


# %% wrong: TF1_09_2_CHOICE
# Misconception: calling a module is nothing but another spelling of its forward.
TF1_09_2_CHOICE = {
    "product": "the same",
    "number": "the same",
    "call": "the same",
    "in place": "not the same",
}
