# %% right
# Intent: A seeded permutation of the row numbers, cut after share * n.
def hold_out(n, share, seed):
    rows = np.random.default_rng(seed).permutation(n)
    size = round(share * n)
    return rows[size:], rows[:size]


# %% wrong: hold_out
# Misconception: Thinks that the last rows are the natural test set, and that shuffling those that train is all the
# chance that is needed.
def hold_out(n, share, seed):
    size = round(share * n)
    return np.random.default_rng(seed).permutation(n - size), np.arange(n - size, n)
