# %% right
# Intent: collect the identities of what the optimiser holds in any of its groups, and go through the model's names.
def missed_parameters(model, optimizer):
    held = set()
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            held.add(id(parameter))
    missed = []
    for name, parameter in model.named_parameters():
        if id(parameter) not in held:
            missed.append(name)
    return missed

# %% wrong: missed_parameters
# Misconception: parameters are the same if their values are.
def missed_parameters(model, optimizer):
    import torch

    held = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    missed = []
    for name, parameter in model.named_parameters():
        if not any(torch.equal(parameter, other) for other in held):
            missed.append(name)
    return missed

# %% wrong: missed_parameters
# Misconception: all that an optimiser holds is in param_groups[0].
def missed_parameters(model, optimizer):
    held = {id(parameter) for parameter in optimizer.param_groups[0]["params"]}
    return [name for name, parameter in model.named_parameters() if id(parameter) not in held]
