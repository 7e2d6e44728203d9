# %% right
# Intent: weights plus biases of the layers that are not frozen, and of the output layer.
def trainable_parameters(sizes, n_classes, n_frozen):
    layers = list(zip(sizes[:-1], sizes[1:]))[n_frozen:] + [(sizes[-1], n_classes)]
    return sum((inputs + 1) * outputs for inputs, outputs in layers)


P_18_2_CHOICE = {"first": "C", "second": "F", "third": "A", "fourth": "D"}

# %% wrong: trainable_parameters
# Misconception: the output layer is one of the layers that are counted, so freezing more than the encoder has freezes it too.
def trainable_parameters(sizes, n_classes, n_frozen):
    sizes = [*sizes, n_classes]
    return sum((inputs + 1) * outputs for inputs, outputs in list(zip(sizes[:-1], sizes[1:]))[n_frozen:])


# %% wrong: P_18_2_CHOICE
# Misconception: the autoencoder should see the same pictures as the classifier, the labelled ones.
P_18_2_CHOICE = {"first": "B", "second": "F", "third": "A", "fourth": "D"}
