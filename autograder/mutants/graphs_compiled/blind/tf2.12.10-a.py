# %% right
# Intent: two choices by torch.where; the divisor is the sum where that is above 10, else 1.
def squeezed(x):
    values = torch.where(x < 0, x / 10, x)
    total = values.sum()
    divisor = torch.where(total > 10, total, torch.ones_like(total))
    return values / divisor

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
# Misconception: "the sum" is that of x as it came in.
def squeezed(x):
    values = torch.where(x < 0, x / 10, x)
    total = x.sum()
    return torch.where(total > 10, values / total, values)

# %% wrong: squeezed
# Misconception: an `if` on a tensor's value goes into the graph, once loops and lists are gone.
def squeezed(x):
    values = torch.where(x < 0, x / 10, x)
    if values.sum() > 10:
        values = values / values.sum()
    return values
