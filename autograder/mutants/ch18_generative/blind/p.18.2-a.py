# %% right
# Intent: go through the layers with their number, skip the frozen ones, add weights and biases; the output layer always counts.
def trainable_parameters(sizes, n_classes, n_frozen):
    total = 0
    for i in range(len(sizes) - 1):
        if i >= n_frozen:
            total += sizes[i] * sizes[i + 1] + sizes[i + 1]
    total += sizes[-1] * n_classes + n_classes
    return total


P_18_2_CHOICE = {"first": "C", "second": "F", "third": "A", "fourth": "D"}

# %% wrong: trainable_parameters
# Misconception: freezing starts from the top, the layers nearest to the output.
def trainable_parameters(sizes, n_classes, n_frozen):
    layers = [sizes[i] * sizes[i + 1] + sizes[i + 1] for i in range(len(sizes) - 1)]
    free = layers[: max(len(layers) - n_frozen, 0)]
    return sum(free) + sizes[-1] * n_classes + n_classes

# %% wrong: P_18_2_CHOICE
# Misconception: the autoencoder has to be trained on what the classifier is trained on, the labelled pictures.
P_18_2_CHOICE = {"first": "B", "second": "F", "third": "A", "fourth": "D"}
