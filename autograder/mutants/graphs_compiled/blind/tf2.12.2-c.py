# %% right
# Intent: torch's std with correction 0; whole numbers become float64 first, as NumPy does it.
import torch


def numpy_std(t, dim):
    real = t if t.is_floating_point() else t.to(torch.float64)
    return torch.std(real, dim=dim, correction=0)


TF2_12_2_CHOICE = ["from_numpy shares memory", "tensor of an array keeps its dtype"]

# %% wrong: numpy_std
# Misconception: std needs real numbers, and .float() is the way to get them; the type of the result follows.
def numpy_std(t, dim):
    return t.float().std(dim=dim, correction=0)


# %% wrong: TF2_12_2_CHOICE
# Misconception: Python's floats have 64 bits, so a tensor made of them has, too.
TF2_12_2_CHOICE = [
    "from_numpy shares memory",
    "tensor of an array keeps its dtype",
    "tensor of a list is float64",
]
