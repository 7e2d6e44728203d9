# %% right
# Intent: both decisions by torch.where; the second one chooses what to divide by.
import torch


def squeezed(x):
    y = torch.where(x < 0, x / 10, x)
    total = y.sum()
    return y / torch.where(total > 10, total, torch.ones_like(total))


TF2_12_10_CHOICE = {
    "shape": "right",
    "layers": "right",
    "where": "right",
    "torch.rand": "right",
    "clock": "frozen",
    "random": "frozen",
    "if": "refused",
    "range": "refused",
}

# %% wrong: squeezed
# Misconception: the sum that decides is that of the numbers that came in.
def squeezed(x):
    y = torch.where(x < 0, x / 10, x)
    return torch.where(x.sum() > 10, y / y.sum(), y)


# %% wrong: squeezed
# Misconception: only loops and lists are in the way; an if on a tensor is fine once everything is made of tensors.
def squeezed(x):
    y = torch.where(x < 0, x / 10, x)
    if y.sum() > 10:
        y = y / y.sum()
    return y
