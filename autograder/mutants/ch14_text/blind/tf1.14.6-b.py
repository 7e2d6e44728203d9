# %% right
# Intent: a cell can begin at layer + step, an outer sum; states that are handed over are neighbours that differ, along both axes of an array.
import numpy as np


def earliest_times(n_layers, n_steps):
    return np.add.outer(np.arange(n_layers), np.arange(n_steps)).tolist()


def handed_over(gpu_of):
    gpus = np.asarray(gpu_of)
    return int(np.count_nonzero(np.diff(gpus, axis=0)) + np.count_nonzero(np.diff(gpus, axis=1)))


TF1_14_6_CHOICE = "each layer on a GPU of its own"


# %% wrong: earliest_times
# Misconception: a layer can only begin when the layer below has gone through the whole sequence.
def earliest_times(n_layers, n_steps):
    return np.arange(n_layers * n_steps).reshape(n_layers, n_steps).tolist()


# %% wrong: handed_over, TF1_14_6_CHOICE
# Misconception: states only go up from layer to layer; the next step of a layer has its own memory already, so steps can be spread for nothing.
def handed_over(gpu_of):
    return int(np.count_nonzero(np.diff(np.asarray(gpu_of), axis=0)))


TF1_14_6_CHOICE = "each time step on a GPU of its own"
