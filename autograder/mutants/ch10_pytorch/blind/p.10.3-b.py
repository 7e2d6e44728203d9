# %% right
# Intent: torch.full with and without device=, the second followed by to().
import torch


def made_there(shape, value, device):
    return torch.full(tuple(shape), value, dtype=torch.float32, device=device)


def moved_there(shape, value, device):
    return torch.full(tuple(shape), value, dtype=torch.float32, device="cpu").to(device)

# %% wrong: moved_there
# Misconception: to() moves a tensor itself, as it does with a module.
def moved_there(shape, value, device):
    x = torch.full(tuple(shape), value, dtype=torch.float32)
    x.to(device)
    return x

# %% wrong: made_there
# Misconception: a call of to() in the same line makes the tensor there; nothing is on the CPU in between.
def made_there(shape, value, device):
    return torch.full(tuple(shape), value, dtype=torch.float32).to(device)
