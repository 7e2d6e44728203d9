# %% right
# Intent: memory first, the seed once, then reset_parameters of each module that has parameters or buffers of its own.
def materialise(model, seed):
    model.to_empty(device="cpu")
    torch.manual_seed(seed)
    for module in model.modules():
        own = list(module.parameters(recurse=False)) + list(module.buffers(recurse=False))
        if own and hasattr(module, "reset_parameters"):
            module.reset_parameters()
    return model

# %% wrong: materialise
# Misconception: for reproducible layers, the seed has to be set before each of them.
def materialise(model, seed):
    model.to_empty(device="cpu")
    for module in model.modules():
        if hasattr(module, "reset_parameters"):
            torch.manual_seed(seed)
            module.reset_parameters()
    return model

# %% wrong: materialise
# Misconception: children() lists all layers of a model, however deep they stand.
def materialise(model, seed):
    model.to_empty(device="cpu")
    torch.manual_seed(seed)
    for module in [model, *model.children()]:
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()
    return model
