# %% right
# Intent: note the mode of every part, switch all to evaluation, and put each back even if the model raises.
import torch
from torch import Tensor, nn


def predict(model: nn.Module, X: Tensor) -> Tensor:
    modes = [(part, part.training) for part in model.modules()]
    try:
        with torch.no_grad():
            return model.eval()(X)
    finally:
        for part, training in modes:
            part.training = training

# %% wrong: predict
# Misconception: a model has one mode, that of the whole; train(mode) brings back what was before.
def predict(model: nn.Module, X: Tensor) -> Tensor:
    training = model.training
    model.eval()
    with torch.no_grad():
        y = model(X)
    model.train(training)
    return y

# %% wrong: predict
# Misconception: torch.no_grad() tells a model that it is being used, and so switches dropout off as well.
def predict(model: nn.Module, X: Tensor) -> Tensor:
    with torch.no_grad():
        return model(X)
