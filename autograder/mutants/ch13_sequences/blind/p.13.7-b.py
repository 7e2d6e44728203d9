# %% right
# Intent: conv_length counts the places where the whole kernel fits. steps_seen goes down from one output and collects
# the places that it looks at in each layer, so that steps which a large stride skips are not counted.
import numpy as np


def conv_length(length, kernel, stride=1):
    return len(range(0, length - kernel + 1, stride))


def steps_seen(layers):
    places = np.zeros(1, dtype=int)
    for kernel, stride in reversed(layers):
        places = np.unique(np.add.outer(places * stride, np.arange(kernel)))
    return places.size


# %% wrong: conv_length
# Misconception: Thinks that a kernel which hangs over the end still makes an output, so that the length is rounded up.
def conv_length(length, kernel, stride=1):
    return int(np.ceil((length - kernel) / stride)) + 1


# %% wrong: steps_seen
# Misconception: Thinks that a stride only makes the sequence shorter and has no say in how far one output looks.
def steps_seen(layers):
    return 1 + sum(kernel - 1 for kernel, _ in layers)
