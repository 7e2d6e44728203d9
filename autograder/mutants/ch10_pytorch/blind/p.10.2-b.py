# %% right
# Intent: PyTorch has the function as softsign; in place it is one div_, which also returns x.
from torch.nn.functional import softsign


def squash(x):
    return softsign(x)


def squash_(x):
    return x.div_(1 + x.abs())


P_10_2_CHOICE = ["a", "b", "d"]

# %% wrong: squash_
# Misconception: giving the name x a new value changes the caller's tensor.
def squash_(x):
    x = softsign(x)
    return x

# %% wrong: squash_, P_10_2_CHOICE
# Misconception: as list.sort() does, what works in place returns None; and a slice is a copy, as in a list.
def squash_(x):
    x.div_(1 + x.abs())


P_10_2_CHOICE = ["b", "d", "f"]
