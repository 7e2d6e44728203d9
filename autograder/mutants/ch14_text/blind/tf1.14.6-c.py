# %% right
# Intent: the cells lie on diagonals, so time = layer + step (an outer sum); sending is counted by comparing shifted arrays of GPUs.
import torch


def earliest_times(n_layers, n_steps):
    return (torch.arange(n_layers)[:, None] + torch.arange(n_steps)[None, :]).tolist()


def handed_over(gpu_of):
    gpus = torch.as_tensor([list(row) for row in gpu_of])
    along = (gpus[:, 1:] != gpus[:, :-1]).sum()
    upwards = (gpus[1:] != gpus[:-1]).sum()
    return int(along + upwards)


TF1_14_6_CHOICE = "each layer on a GPU of its own"

# %% wrong: earliest_times
# Misconception: a layer hands its whole output sequence to the next layer, so that one can begin only when the layer below is through.
def earliest_times(n_layers, n_steps):
    return torch.arange(n_layers * n_steps).reshape(n_layers, n_steps).tolist()


# %% wrong: handed_over
# Misconception: a state leaves its GPU once or not at all; it does not matter for how many cells elsewhere it is needed.
def handed_over(gpu_of):
    gpus = torch.as_tensor([list(row) for row in gpu_of])
    leaves = torch.zeros_like(gpus, dtype=torch.bool)
    leaves[:, :-1] |= gpus[:, 1:] != gpus[:, :-1]
    leaves[:-1] |= gpus[1:] != gpus[:-1]
    return int(leaves.sum())
