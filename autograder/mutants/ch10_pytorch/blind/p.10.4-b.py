# %% right
# Intent: the three built-ins: no_grad as a context, detach, requires_grad_(False).
import torch


def quiet(function, x):
    with torch.no_grad():
        return function(x)


def cut(x):
    return x.detach()


def freeze(model, prefix):
    for name, parameter in model.named_parameters():
        if name.startswith(prefix):
            parameter.requires_grad_(False)


P_10_4_CHOICE = ["a", "c", "f"]

# %% wrong: quiet
# Misconception: without gradients for the input nothing is recorded; that parameters require them too is forgotten.
def quiet(function, x):
    return function(x.detach())

# %% wrong: freeze, P_10_4_CHOICE
# Misconception: freezing one part means that exactly the rest is trained; and eval() switches gradients off.
def freeze(model, prefix):
    for name, parameter in model.named_parameters():
        parameter.requires_grad = not name.startswith(prefix)


P_10_4_CHOICE = ["a", "b", "c", "f"]
