# %% right
# Intent: allocate on the device and fill there; or fill on the CPU and call .to.
import torch
from torch import Tensor


def made_there(shape, value, device) -> Tensor:
    return torch.empty(tuple(shape), dtype=torch.float32, device=device).fill_(value)


def moved_there(shape, value, device) -> Tensor:
    on_cpu = torch.full(tuple(shape), value, dtype=torch.float32, device="cpu")
    return on_cpu.to(device)

# %% wrong: made_there
# Misconception: if .to(device) stands in the same line, the tensor is made on the device directly.
def made_there(shape, value, device) -> Tensor:
    return torch.full(tuple(shape), value, dtype=torch.float32).to(device)

# %% wrong: moved_there
# Misconception: a tensor's .to works in place, as that of a module does.
def moved_there(shape, value, device) -> Tensor:
    x = torch.full(tuple(shape), value, dtype=torch.float32)
    x.to(device)
    return x
