# %% right
# Intent: walk named_modules, and look into each module's own three places: parameters, buffers, and its __dict__.
def left_behind(model: nn.Module, device: str | torch.device) -> list[str]:
    wanted = torch.device(device).type
    return sorted(
        f"{path}.{name}" if path else name
        for path, module in model.named_modules()
        for place in (module._parameters, module._buffers, vars(module))
        for name, value in place.items()
        if isinstance(value, Tensor) and value.device.type != wanted
    )


# %% wrong: left_behind
# Misconception: all that a model has is in its state_dict (so neither unsaved buffers nor plain attributes are seen).
def left_behind(model: nn.Module, device: str | torch.device) -> list[str]:
    wanted = torch.device(device).type
    return sorted(name for name, value in model.state_dict().items() if value.device.type != wanted)


# %% wrong: left_behind
# Misconception: plain tensors are only an issue in the model that one has written oneself, the outermost one; what is
# inside consists of parameters and buffers.
def left_behind(model: nn.Module, device: str | torch.device) -> list[str]:
    wanted = torch.device(device).type
    found = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    found |= {name: value for name, value in vars(model).items() if isinstance(value, Tensor)}
    return sorted(name for name, value in found.items() if value.device.type != wanted)
