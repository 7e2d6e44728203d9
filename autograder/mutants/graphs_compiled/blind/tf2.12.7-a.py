# %% right
# Intent: go through all modules and keep the names of those without children.
def leaf_layers(model):
    names = []
    for name, module in model.named_modules():
        held = 0
        for _ in module.children():
            held += 1
        if held == 0:
            names.append(name)
    return names

TF2_12_7_CHOICE = {
    "is an nn.Module": "both",
    "has parameters()": "both",
    "may hold other modules": "both",
    "is one part of what is trained": "a layer",
    "is what one trains, evaluates and ships": "a model",
}

# %% wrong: leaf_layers
# Misconception: only what has parameters of its own is a layer; activations are functions.
def leaf_layers(model):
    return [name for name, module in model.named_modules() if len(list(module.parameters(recurse=False))) > 0]

# %% wrong: leaf_layers
# Misconception: a model's children are its layers.
def leaf_layers(model):
    return [name for name, _ in model.named_children()] or [""]
