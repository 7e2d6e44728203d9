# %% right
# Intent: check the shape, then copy_ into the parameter under no_grad.
import numpy as np
import torch


@torch.no_grad()
def set_value(model, name, value):
    parameter = model.get_parameter(name)
    if not isinstance(value, torch.Tensor):
        value = torch.tensor(np.asarray(value))
    if value.shape != parameter.shape:
        raise ValueError(f"{name} has shape {tuple(parameter.shape)}, not {tuple(value.shape)}")
    parameter.copy_(value)


# %% wrong: set_value
# Misconception: a new Parameter under the old name is the same parameter to everybody.
def set_value(model, name, value):
    owner_name, _, last = name.rpartition(".")
    owner = model.get_submodule(owner_name)
    new = torch.tensor(np.asarray(value), dtype=getattr(owner, last).dtype)
    if new.shape != getattr(owner, last).shape:
        raise ValueError("another shape")
    setattr(owner, last, torch.nn.Parameter(new))


# %% wrong: set_value
# Misconception: copy_ complains by itself if the shapes are not the same.
@torch.no_grad()
def set_value(model, name, value):
    parameter = model.get_parameter(name)
    try:
        parameter.copy_(torch.tensor(np.asarray(value)))
    except RuntimeError as error:
        raise ValueError("another shape") from error
