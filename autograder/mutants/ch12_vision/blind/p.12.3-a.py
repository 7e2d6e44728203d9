# %% right
# Intent: add up the loss of each part as a sum over rows divided by the number of all rows; backward adds up gradients.
from torch import nn


def accumulate(model, X, y, size):
    for parameter in model.parameters():
        parameter.grad = None
    n, total = len(X), 0.0
    for start in range(0, n, size):
        logits = model(X[start : start + size])
        loss = nn.functional.cross_entropy(logits, y[start : start + size], reduction="sum") / n
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
# Misconception: the mean over all rows is the mean of the parts' means, even if the last part is smaller.
def accumulate(model, X, y, size):
    for parameter in model.parameters():
        parameter.grad = None
    starts = range(0, len(X), size)
    total = 0.0
    for start in starts:
        logits = model(X[start : start + size])
        loss = nn.functional.cross_entropy(logits, y[start : start + size]) / len(starts)
        loss.backward()
        total += loss.item()
    return total

# %% wrong: P_12_3_CHOICE
# Misconception: accumulating gradients needs more memory, since more of them are kept; ReLU's zeros take no memory.
P_12_3_CHOICE = [
    "a smaller batch",
    "mixed precision",
    "larger strides in the first layers",
    "fewer maps",
    "ReLU instead of tanh",
]
