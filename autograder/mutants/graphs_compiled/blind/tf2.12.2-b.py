# %% right
# Intent: torch.std with correction=0; whole numbers become float64 first.
import torch


def numpy_std(t, dim):
    return torch.std(t if t.is_floating_point() else t.double(), dim=dim, correction=0)


TF2_12_2_CHOICE = ["from_numpy shares memory", "tensor of an array keeps its dtype"]

# %% wrong: numpy_std
# Misconception: NumPy divides by n - 1 as well; only the types differ between the two libraries.
def numpy_std(t, dim):
    return torch.std(t if t.is_floating_point() else t.double(), dim=dim)

# %% wrong: numpy_std
# Misconception: float32 is what real numbers are everywhere, also when NumPy averages whole numbers.
def numpy_std(t, dim):
    return t.float().std(dim=dim, unbiased=False)

# %% wrong: TF2_12_2_CHOICE
# Misconception: torch.tensor wraps the array just as from_numpy does, without copying.
TF2_12_2_CHOICE = ["from_numpy shares memory", "tensor shares memory", "tensor of an array keeps its dtype"]
