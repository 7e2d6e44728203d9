# %% right
# Intent: each unit has a weight for each unit before it and a bias; the cures are a smaller or held-back network, or more data.
def n_parameters(sizes):
    sizes = list(sizes)
    total = 0
    for i in range(1, len(sizes)):
        total += (sizes[i - 1] + 1) * sizes[i]
    return int(total)


P_09_9_CHOICE = ["fewer units", "early stopping", "larger alpha", "more training rows"]

# %% wrong: n_parameters
# Misconception: there is one bias per layer, shared by its units.
def n_parameters(sizes):
    total = 0
    for before, after in zip(sizes[:-1], sizes[1:]):
        total += before * after + 1
    return total

# %% wrong: P_09_9_CHOICE
# Misconception: scaling is always good for a network, so also the targets' scaling helps it not to overfit.
P_09_9_CHOICE = ["fewer units", "early stopping", "larger alpha", "more training rows", "scaling the targets"]
