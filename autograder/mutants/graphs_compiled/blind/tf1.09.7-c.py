# %% right
# Intent: mean and std are persistent buffers (copies, in the default type), the linear layer is a submodule.
import numpy as np
import torch
from torch import nn


class Standardised(nn.Module):
    def __init__(self, mean, std, n_outputs):
        super().__init__()
        for name, column in (("mean", mean), ("std", std)):
            values = torch.tensor(np.asarray(column), dtype=torch.get_default_dtype())
            self.register_buffer(name, values)
        self.linear = nn.Linear(len(self.mean), n_outputs)

    def forward(self, x):
        return self.linear((x - self.mean) / self.std)


TF1_09_7_CHOICE = {
    "pictures": "argument",
    "weights": "parameter",
    "running mean": "buffer",
    "mask": "argument",
    "vocabulary mean": "buffer",
    "embedding": "parameter",
    "learning rate": "none of them",
}

# %% wrong: Standardised
# Misconception: whatever belongs to a module's state is a parameter.
class Standardised(nn.Module):
    def __init__(self, mean, std, n_outputs):
        super().__init__()
        self.mean = nn.Parameter(torch.tensor(np.asarray(mean), dtype=torch.float32))
        self.std = nn.Parameter(torch.tensor(np.asarray(std), dtype=torch.float32))
        self.linear = nn.Linear(len(self.mean), n_outputs)

    def forward(self, x):
        return self.linear((x - self.mean) / self.std)


# %% wrong: Standardised
# Misconception: a tensor that is an attribute of a module moves and is saved with it.
class Standardised(nn.Module):
    def __init__(self, mean, std, n_outputs):
        super().__init__()
        self.mean = torch.tensor(np.asarray(mean), dtype=torch.float32)
        self.std = torch.tensor(np.asarray(std), dtype=torch.float32)
        self.linear = nn.Linear(len(self.mean), n_outputs)

    def forward(self, x):
        return self.linear((x - self.mean) / self.std)
