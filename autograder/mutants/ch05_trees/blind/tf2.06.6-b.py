# %% right
# Intent: m * log2(m) vectorised: summed over the nodes without presort; with it once for the root, plus one walk
# through the whole list for each node.
def sorting_steps(sizes, presort):
    sizes = np.asarray(sizes, dtype=float)
    if presort:
        return sizes[0] * np.log2(sizes[0]) + len(sizes) * sizes[0]
    return np.sum(sizes * np.log2(sizes))


TF2_06_6_CHOICE = "slower"


# %% wrong: sorting_steps, TF2_06_6_CHOICE
# Misconception: Thinks that once all is sorted, each node has to walk through its own rows only, so that presorting
# must pay off for large sets.
def sorting_steps(sizes, presort):
    sizes = np.asarray(sizes, dtype=float)
    if presort:
        return sizes[0] * np.log2(sizes[0]) + sizes.sum()
    return np.sum(sizes * np.log2(sizes))


TF2_06_6_CHOICE = "faster"


# %% wrong: sorting_steps
# Misconception: Thinks that the root need not walk, as it has all rows and they have just been put in order.
def sorting_steps(sizes, presort):
    sizes = np.asarray(sizes, dtype=float)
    if presort:
        return sizes[0] * np.log2(sizes[0]) + len(sizes[1:]) * sizes[0]
    return np.sum(sizes * np.log2(sizes))
