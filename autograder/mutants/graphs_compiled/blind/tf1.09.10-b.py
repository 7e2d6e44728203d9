# %% right
# Intent: get_parameter, a look at the shape, and copy_ without gradients.
import torch


def set_value(model, name, value):
    parameter = model.get_parameter(name)
    value = torch.as_tensor(value, dtype=parameter.dtype)
    if value.shape != parameter.shape:
        raise ValueError(f"{name} has shape {tuple(parameter.shape)}, not {tuple(value.shape)}")
    with torch.no_grad():
        parameter.copy_(value)

# %% wrong: set_value
# Misconception: a new Parameter under the same name is as good as the old one with new numbers.
def set_value(model, name, value):
    parameter = model.get_parameter(name)
    value = torch.as_tensor(value, dtype=parameter.dtype)
    if value.shape != parameter.shape:
        raise ValueError("another shape")
    parent, _, last = name.rpartition(".")
    setattr(model.get_submodule(parent), last, torch.nn.Parameter(value.clone()))

# %% wrong: set_value
# Misconception: copy_ complains about every other shape by itself; its error only has to be turned into a ValueError.
def set_value(model, name, value):
    parameter = model.get_parameter(name)
    try:
        with torch.no_grad():
            parameter.copy_(torch.as_tensor(value))
    except RuntimeError as error:
        raise ValueError(str(error)) from error
