# %% right
# Intent: walk over all modules with their names, look into their parameter and buffer tables and into their plain
# attributes, and note each tensor whose kind of device is another one.
import torch


def left_behind(model, device):
    wanted = torch.device(device).type
    names = []
    for prefix, module in model.named_modules():
        found = []
        for key, value in module._parameters.items():
            found.append((key, value))
        for key, value in module._buffers.items():
            found.append((key, value))
        for key, value in vars(module).items():
            found.append((key, value))
        for key, value in found:
            if isinstance(value, torch.Tensor) and value.device.type != wanted:
                names.append(prefix + "." + key if prefix else key)
    return sorted(names)

# %% wrong: left_behind
# Misconception: the state_dict holds all tensors of a module that count (so neither unsaved buffers nor attributes).
def left_behind(model, device):
    wanted = torch.device(device).type
    return sorted(name for name, value in model.state_dict().items() if value.device.type != wanted)

# %% wrong: left_behind
# Misconception: plain attributes have to be looked for on the model itself only; modules inside know just parameters
# and buffers.
def left_behind(model, device):
    wanted = torch.device(device).type
    every = list(model.named_parameters()) + list(model.named_buffers())
    every += [(key, value) for key, value in vars(model).items() if isinstance(value, torch.Tensor)]
    return sorted(name for name, value in every if value.device.type != wanted)
