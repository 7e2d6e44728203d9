# %% right
# Intent: switch the record off by hand and put it back in `finally`; detach; set the flag parameter by parameter.
import torch


def quiet(function, x):
    before = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    try:
        return function(x)
    finally:
        torch.set_grad_enabled(before)


def cut(x):
    return x.detach()


def freeze(model, prefix):
    for name, parameter in model.named_parameters():
        if name[: len(prefix)] == prefix:
            parameter.requires_grad = False


P_10_4_CHOICE = ["a", "c", "f"]

# %% wrong: quiet
# Misconception: if the input is detached, there is nothing to be recorded (the network's own parameters are forgotten).
def quiet(function, x):
    return function(x.detach())

# %% wrong: freeze
# Misconception: a part of a network has a switch requires_grad, as a tensor has, that holds for all in it.
def freeze(model, prefix):
    for name, part in model.named_modules():
        if name and (name + ".").startswith(prefix):
            part.requires_grad = False
