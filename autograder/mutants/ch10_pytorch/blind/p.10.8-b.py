# %% right
# Intent: tensors hash by identity, so a set of what the optimiser holds answers who is missing.
def missed_parameters(model, optimizer):
    held = {p for group in optimizer.param_groups for p in group["params"]}
    return [name for name, p in model.named_parameters() if p not in held]

# %% wrong: missed_parameters
# Misconception: an optimiser has one list of parameters, param_groups[0].
def missed_parameters(model, optimizer):
    held = {p for p in optimizer.param_groups[0]["params"]}
    return [name for name, p in model.named_parameters() if p not in held]

# %% wrong: missed_parameters
# Misconception: two parameters with the same numbers are the same parameter.
def missed_parameters(model, optimizer):
    import torch

    held = [p for group in optimizer.param_groups for p in group["params"]]
    return [name for name, p in model.named_parameters() if not any(torch.equal(p, q) for q in held)]
