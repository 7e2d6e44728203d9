# %% right
# Intent: sum of the cross entropies of each part, divided by the number of all rows; backward adds the parts' gradients up.
import torch
from torch import nn


def accumulate(model, X, y, size):
    model.zero_grad(set_to_none=True)
    total = 0.0
    with torch.enable_grad():
        for some, wanted in zip(X.split(size), y.split(size)):
            loss = nn.functional.cross_entropy(model(some), wanted.long(), reduction="sum") / len(X)
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
# Misconception: the mean over all rows is the mean of the parts' means, also where the last part is smaller.
def accumulate(model, X, y, size):
    model.zero_grad()
    parts = list(zip(X.split(size), y.split(size)))
    total = 0.0
    for some, wanted in parts:
        loss = nn.functional.cross_entropy(model(some), wanted) / len(parts)
        loss.backward()
        total += loss.item()
    return total


# %% wrong: accumulate, P_12_3_CHOICE
# Misconception: gradients are set to zero after an optimiser's step, so at the beginning they are zero anyway;
# and smaller learning rates and ReLU make training lighter in everything, memory included.
def accumulate(model, X, y, size):
    total = 0.0
    for some, wanted in zip(X.split(size), y.split(size)):
        loss = nn.functional.cross_entropy(model(some), wanted, reduction="sum") / len(X)
        loss.backward()
        total += loss.item()
    return total


P_12_3_CHOICE = [
    "a smaller batch",
    "mixed precision",
    "a smaller learning rate",
    "fewer maps",
    "ReLU instead of tanh",
]
