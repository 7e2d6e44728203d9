# %% right
# Intent: those of named_modules() that have no child.
def leaf_layers(model):
    return [name for name, module in model.named_modules() if next(module.children(), None) is None]


TF2_12_7_CHOICE = {
    "is an nn.Module": "both",
    "has parameters()": "both",
    "may hold other modules": "both",
    "is one part of what is trained": "a layer",
    "is what one trains, evaluates and ships": "a model",
}

# %% wrong: leaf_layers
# Misconception: only nn.Sequential holds other modules.
from torch import nn


def leaf_layers(model):
    return [name for name, module in model.named_modules() if not isinstance(module, nn.Sequential)]


# %% wrong: TF2_12_7_CHOICE
# Misconception: as in Keras, only a model may hold others.
TF2_12_7_CHOICE = {
    "is an nn.Module": "both",
    "has parameters()": "both",
    "may hold other modules": "a model",
    "is one part of what is trained": "a layer",
    "is what one trains, evaluates and ships": "a model",
}
