# %% right
# Intent: count, for each time step, the lengths that are larger than it; the padded rectangle less the sum of the
# lengths is what is saved.
def alive_at_each_step(lengths):
    sizes = []
    for step in range(max(lengths)):
        sizes.append(sum(1 for length in lengths if length > step))
    return sizes


def saved_by_packing(lengths):
    padded = len(lengths) * int(max(lengths))
    needed = sum(int(length) for length in lengths)
    return (padded - needed) / padded


TF1_14_4_CHOICE = [
    "no work is done for padding",
    "one call for all steps, instead of Python's own time for each of them",
    "the state after each sequence's own last step comes out by itself",
]


# %% wrong: saved_by_packing
# Misconception: what is saved is to be compared with the work that has to be done, not with all that padding makes.
def saved_by_packing(lengths):
    padded = len(lengths) * int(max(lengths))
    needed = sum(int(length) for length in lengths)
    return (padded - needed) / needed


# %% wrong: TF1_14_4_CHOICE
# Misconception: a layer of the library shares weights between time steps, which a loop of one's own does not.
TF1_14_4_CHOICE = [
    "no work is done for padding",
    "the network has fewer parameters",
    "one call for all steps, instead of Python's own time for each of them",
]
