# %% right
# Intent: cross entropy of each part with reduction="sum", divided by the number of all rows; backward adds up in .grad.
import torch
from torch.nn import functional as F


def accumulate(model, X, y, size):
    model.zero_grad()
    total = 0.0
    for X_part, y_part in zip(X.split(size), y.split(size)):
        loss = F.cross_entropy(model(X_part), y_part, reduction="sum") / len(X)
        loss.backward()
        total += loss.item()
    return total


P_12_3_CHOICE = [
    "a smaller batch",
    "mixed precision",
    "larger strides in the first layers",
    "fewer maps",
    "gradients accumulated over small batches",
]

# %% wrong: accumulate
# Misconception: the mean over all rows is the mean of the parts' means, also if the last part is smaller.
def accumulate(model, X, y, size):
    model.zero_grad()
    parts, total = list(zip(X.split(size), y.split(size))), 0.0
    for X_part, y_part in parts:
        loss = F.cross_entropy(model(X_part), y_part) / len(parts)
        loss.backward()
        total += loss.item()
    return total

# %% wrong: P_12_3_CHOICE
# Misconception: gentler training is lighter training: a smaller learning rate needs less memory, and a cheap activation such as ReLU stores less.
P_12_3_CHOICE = [
    "a smaller batch",
    "mixed precision",
    "a smaller learning rate",
    "fewer maps",
    "ReLU instead of tanh",
    "gradients accumulated over small batches",
]
