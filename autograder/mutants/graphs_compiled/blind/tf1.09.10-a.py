# %% right
# Intent: make a tensor of the numbers, check its shape, copy it into the parameter without autograd.
def set_value(model, name, value):
    parameter = dict(model.named_parameters(remove_duplicate=False))[name]
    if isinstance(value, Tensor):
        new = value.detach().clone()
    else:
        new = torch.tensor(np.array(value))
    if tuple(new.shape) != tuple(parameter.shape):
        raise ValueError(f"shape {tuple(new.shape)} given, {tuple(parameter.shape)} needed")
    with torch.no_grad():
        parameter.copy_(new)

# %% wrong: set_value
# Misconception: the parameter is set by putting a new Parameter in its place; the optimiser finds it by its name.
def set_value(model, name, value):
    new = torch.tensor(np.array(value), dtype=torch.float32)
    holder, _, last = name.rpartition(".")
    module = model.get_submodule(holder)
    if new.shape != getattr(module, last).shape:
        raise ValueError("another shape")
    setattr(module, last, nn.Parameter(new))

# %% wrong: set_value
# Misconception: copy_ itself refuses another shape.
def set_value(model, name, value):
    with torch.no_grad():
        try:
            model.get_parameter(name).copy_(torch.tensor(np.array(value)))
        except RuntimeError as error:
            raise ValueError("another shape") from error
