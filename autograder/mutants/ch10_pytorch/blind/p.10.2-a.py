# %% right
# Intent: the formula as it stands; in place, the result is copied into the tensor's own memory, and the tensor itself is returned.
def squash(x):
    return x / (1 + abs(x))


def squash_(x):
    x.copy_(squash(x))
    return x


P_10_2_CHOICE = ["a", "b", "d"]

# %% wrong: squash_
# Misconception: what changes something in place returns nothing, as list.sort() in Python.
def squash_(x):
    x /= 1 + x.abs()

# %% wrong: squash
# Misconception: inside a function x is a variable of its own, so `x /= …` does not touch the caller's tensor.
def squash(x):
    x /= 1 + abs(x)
    return x
