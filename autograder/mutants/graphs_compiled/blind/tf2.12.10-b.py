# %% right
# Intent: both decisions by torch.where, the second one on the sum as a tensor.
import torch


def squeezed(x):
    y = torch.where(x < 0, x / 10, x)
    total = y.sum()
    return torch.where(total > 10, y / total, y)


TF2_12_10_CHOICE = {
    "shape": "right", "layers": "right", "where": "right", "torch.rand": "right",
    "clock": "frozen", "random": "frozen", "if": "refused", "range": "refused",
}

# %% wrong: squeezed
# Misconception: it is the loop and tolist() that can't be captured; an `if` on a tensor's sum is fine.
def squeezed(x):
    y = torch.where(x < 0, x / 10, x)
    if y.sum() > 10:
        y = y / y.sum()
    return y

# %% wrong: squeezed
# Misconception: the sum that decides is that of the numbers that came in.
def squeezed(x):
    y = torch.where(x < 0, x / 10, x)
    return torch.where(x.sum() > 10, y / x.sum(), y)

# %% wrong: TF2_12_10_CHOICE
# Misconception: all that is random is drawn once and kept, and `if` keeps the branch that was taken.
TF2_12_10_CHOICE = {
    "shape": "right", "layers": "right", "where": "right", "torch.rand": "frozen",
    "clock": "frozen", "random": "frozen", "if": "frozen", "range": "frozen",
}
