# %% right
# Intent: let Tensor.numpy(force=True) detach, resolve and bring to the CPU; floats that NumPy lacks are widened first.
import torch
from torch import Tensor

P_10_1_CHOICE = ["b", "d", "e", "g"]


def to_numpy(x: Tensor):
    numpy_has = {torch.float16, torch.float32, torch.float64}
    if x.is_floating_point() and x.dtype not in numpy_has:
        x = x.detach().to(torch.float32)
    return x.numpy(force=True)

# %% wrong: to_numpy
# Misconception: an array from a network is always float32, so everything is converted to it to be on the safe side.
def to_numpy(x: Tensor):
    return x.detach().cpu().float().numpy()

# %% wrong: P_10_1_CHOICE
# Misconception: broadcasting is a trick of tensors that arrays cannot do.
P_10_1_CHOICE = ["b", "c", "d", "e", "g"]
