# %% right
# Intent: those of named_modules that have no children.
def leaf_layers(model):
    return [name for name, module in model.named_modules() if not list(module.children())]


TF2_12_7_CHOICE = {
    "is an nn.Module": "both", "has parameters()": "both", "may hold other modules": "both",
    "is one part of what is trained": "a layer", "is what one trains, evaluates and ships": "a model",
}

# %% wrong: leaf_layers
# Misconception: a layer is what has weights of its own; what has none is only a function.
def leaf_layers(model):
    return [name for name, module in model.named_modules() if list(module.parameters(recurse=False))]

# %% wrong: leaf_layers
# Misconception: a Sequential is a container even when it is empty, and only such containers hold modules; everything else is a layer.
from torch import nn


def leaf_layers(model):
    return [
        name for name, module in model.named_modules()
        if name and not isinstance(module, (nn.Sequential, nn.ModuleList, nn.ModuleDict))
    ]

# %% wrong: TF2_12_7_CHOICE
# Misconception: as in Keras, only a model holds other modules.
TF2_12_7_CHOICE = {
    "is an nn.Module": "both", "has parameters()": "both", "may hold other modules": "a model",
    "is one part of what is trained": "a layer", "is what one trains, evaluates and ships": "a model",
}
