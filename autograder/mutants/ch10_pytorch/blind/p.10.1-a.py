# %% right
# Intent: step by step: take it out of the record, bring it to the CPU, widen only bfloat16, and give back a copy.
import numpy as np
import torch


def to_numpy(x):
    values = x.detach()
    if values.device.type != "cpu":
        values = values.cpu()
    if values.dtype == torch.bfloat16:
        values = values.to(torch.float32)
    return np.array(values.numpy())


P_10_1_CHOICE = ["b", "d", "e", "g"]

# %% wrong: to_numpy
# Misconception: NumPy's counterpart of a tensor is float32 anyway, so everything has to be turned into that.
def to_numpy(x):
    return x.detach().cpu().float().numpy()

# %% wrong: to_numpy
# Misconception: to get the values out, the tensor itself has to be taken off the graph (detach_ is just how one writes it).
def to_numpy(x):
    x.detach_()
    values = x.cpu()
    if values.dtype == torch.bfloat16:
        values = values.float()
    return values.numpy()
