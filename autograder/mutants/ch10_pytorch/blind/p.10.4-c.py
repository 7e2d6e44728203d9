# %% right
# Intent: a no_grad context, detach, and requires_grad_(False) on the named parameters.
import torch
from torch import Tensor, nn


def quiet(function, x: Tensor):
    with torch.no_grad():
        return function(x)


def cut(x: Tensor) -> Tensor:
    return x.detach()


def freeze(model: nn.Module, prefix: str) -> None:
    for name, parameter in model.named_parameters():
        if name.startswith(prefix):
            parameter.requires_grad_(False)


P_10_4_CHOICE = ["a", "c", "f"]

# %% wrong: quiet
# Misconception: recording is a switch that one turns off before and on after; nothing else can happen in between.
def quiet(function, x: Tensor):
    torch.set_grad_enabled(False)
    result = function(x)
    torch.set_grad_enabled(True)
    return result

# %% wrong: freeze
# Misconception: freezing a part says at the same time that all the rest is to be trained.
def freeze(model: nn.Module, prefix: str) -> None:
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(not name.startswith(prefix))
