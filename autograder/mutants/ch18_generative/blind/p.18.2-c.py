# %% right
# Intent: (inputs + 1) * units for each layer that is not frozen, plus the new layer on the codings.
def trainable_parameters(sizes, n_classes, n_frozen):
    free = list(zip(sizes[:-1], sizes[1:]))[n_frozen:]
    return int(sum((a + 1) * b for a, b in free) + (sizes[-1] + 1) * n_classes)


P_18_2_CHOICE = {"first": "C", "second": "F", "third": "A", "fourth": "D"}

# %% wrong: trainable_parameters
# Misconception: the layers near the output are frozen, since they are the ones that hold the finished features.
def trainable_parameters(sizes, n_classes, n_frozen):
    layers = [(a + 1) * b for a, b in zip(sizes[:-1], sizes[1:])]
    return sum(layers[: max(0, len(layers) - n_frozen)]) + (sizes[-1] + 1) * n_classes

# %% wrong: P_18_2_CHOICE
# Misconception: the decoder is the part that produces outputs, so the classifier's output layer goes onto it.
P_18_2_CHOICE = {"first": "C", "second": "E", "third": "A", "fourth": "D"}
