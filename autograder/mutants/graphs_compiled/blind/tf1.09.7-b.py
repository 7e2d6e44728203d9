# %% right
# Intent: mean and std as buffers, a linear layer as the child `linear`, x as the argument.
import numpy as np
import torch
from torch import nn


class Standardised(nn.Module):
    def __init__(self, mean, std, n_outputs):
        super().__init__()
        self.register_buffer("mean", torch.tensor(np.asarray(mean), dtype=torch.float32))
        self.register_buffer("std", torch.tensor(np.asarray(std), dtype=torch.float32))
        self.linear = nn.Linear(len(self.mean), n_outputs)

    def forward(self, x):
        return self.linear((x - self.mean) / self.std)


TF1_09_7_CHOICE = {
    "pictures": "argument", "weights": "parameter", "running mean": "buffer", "mask": "argument",
    "vocabulary mean": "buffer", "embedding": "parameter", "learning rate": "none of them",
}

# %% wrong: Standardised
# Misconception: what is to be saved with the model has to be a parameter.
class Standardised(nn.Module):
    def __init__(self, mean, std, n_outputs):
        super().__init__()
        self.mean = nn.Parameter(torch.tensor(np.asarray(mean), dtype=torch.float32))
        self.std = nn.Parameter(torch.tensor(np.asarray(std), dtype=torch.float32))
        self.linear = nn.Linear(len(self.mean), n_outputs)

    def forward(self, x):
        return self.linear((x - self.mean) / self.std)

# %% wrong: Standardised
# Misconception: any tensor that is a module's attribute belongs to its state.
class Standardised(nn.Module):
    def __init__(self, mean, std, n_outputs):
        super().__init__()
        self.mean = torch.tensor(np.asarray(mean), dtype=torch.float32)
        self.std = torch.tensor(np.asarray(std), dtype=torch.float32)
        self.linear = nn.Linear(len(self.mean), n_outputs)

    def forward(self, x):
        return self.linear((x - self.mean) / self.std)

# %% wrong: TF1_09_7_CHOICE
# Misconception: masks are kept with the model, and averages over training rows are learned, hence parameters.
TF1_09_7_CHOICE = {
    "pictures": "argument", "weights": "parameter", "running mean": "buffer", "mask": "buffer",
    "vocabulary mean": "parameter", "embedding": "parameter", "learning rate": "none of them",
}
