# %% right
# Intent: torch.full with the device handed to it; or torch.full on the CPU, and then `.to`.
import torch


def made_there(shape, value, device):
    return torch.full(tuple(shape), float(value), dtype=torch.float32, device=device)


def moved_there(shape, value, device):
    first = torch.full(tuple(shape), float(value), dtype=torch.float32, device="cpu")
    return first.to(device)

# %% wrong: made_there
# Misconception: calling .to(device) in the line that makes the tensor means that it is made there.
def made_there(shape, value, device):
    return torch.full(tuple(shape), float(value), dtype=torch.float32).to(device)

# %% wrong: made_there, moved_there
# Misconception: tensors take Python's precision: a float is 64 bits wide there, so the tensor is best of float64.
def made_there(shape, value, device):
    return torch.full(tuple(shape), value, dtype=torch.float64, device=device)


def moved_there(shape, value, device):
    return torch.full(tuple(shape), value, dtype=torch.float64).to(device)
