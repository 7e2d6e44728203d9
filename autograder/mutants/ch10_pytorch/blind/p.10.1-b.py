# %% right
# Intent: Tensor.numpy(force=True) already detaches and brings to the CPU; only bfloat16 has to be widened before.
import torch


def to_numpy(x):
    return (x.float() if x.dtype == torch.bfloat16 else x).numpy(force=True)


P_10_1_CHOICE = ["b", "d", "e", "g"]

# %% wrong: to_numpy
# Misconception: networks compute in float32, so every tensor may be handed back as float32 numbers.
def to_numpy(x):
    return x.detach().cpu().float().numpy()

# %% wrong: to_numpy
# Misconception: detach_() only affects what is returned; that it cuts the caller's own tensor off goes unnoticed.
def to_numpy(x):
    x = x.detach_().cpu()
    return (x.float() if x.dtype == torch.bfloat16 else x).numpy()
