# %% right
# Intent: named_parameters and named_buffers know the names; vars() of every named module shows the plain attributes.
from itertools import chain


def left_behind(model, device):
    plain = (
        (f"{path}.{name}" if path else name, value)
        for path, module in model.named_modules()
        for name, value in vars(module).items()
        if isinstance(value, torch.Tensor)
    )
    everything = chain(model.named_parameters(), model.named_buffers(), plain)
    return sorted(name for name, value in everything if value.device.type != torch.device(device).type)


# %% wrong: left_behind
# Misconception: the state_dict lists all parameters and all buffers of a model, so only plain attributes have to be looked for besides.
def left_behind(model, device):
    tensors = dict(model.state_dict())
    for path, module in model.named_modules():
        for name, value in vars(module).items():
            if isinstance(value, torch.Tensor):
                tensors[f"{path}.{name}" if path else name] = value
    return sorted(name for name, value in tensors.items() if value.device.type != torch.device(device).type)


# %% wrong: left_behind
# Misconception: the modules inside a model are its children (modules inside these are found by named_parameters anyway).
def left_behind(model, device):
    tensors = dict(model.named_parameters()) | dict(model.named_buffers())
    for path, module in [("", model), *model.named_children()]:
        for name, value in vars(module).items():
            if isinstance(value, torch.Tensor):
                tensors[f"{path}.{name}" if path else name] = value
    return sorted(name for name, value in tensors.items() if value.device.type != torch.device(device).type)
