# %% right
# Intent: compare by identity with the parameters of all groups.
import itertools


def missed_parameters(model, optimizer):
    held = set(map(id, itertools.chain.from_iterable(group["params"] for group in optimizer.param_groups)))
    return [name for name, parameter in model.named_parameters() if id(parameter) not in held]

# %% wrong: missed_parameters
# Misconception: an optimiser knows a parameter by its values, so one with equal values is the same one.
def missed_parameters(model, optimizer):
    import torch

    held = [p for group in optimizer.param_groups for p in group["params"]]
    return [name for name, p in model.named_parameters() if not any(torch.equal(p, q) for q in held)]

# %% wrong: missed_parameters
# Misconception: an optimiser has one list of parameters, and that is param_groups[0]["params"].
def missed_parameters(model, optimizer):
    held = {id(p) for p in optimizer.param_groups[0]["params"]}
    return [name for name, p in model.named_parameters() if id(p) not in held]
