# %% right
# Intent: mean and std are float32 buffers (copies), the linear layer holds the parameters, x is the argument.
class Standardised(nn.Module):
    def __init__(self, mean, std, n_outputs):
        super().__init__()
        mean = np.array(mean, dtype=np.float32)
        std = np.array(std, dtype=np.float32)
        self.register_buffer("mean", torch.tensor(mean))
        self.register_buffer("std", torch.tensor(std))
        self.linear = nn.Linear(mean.shape[0], n_outputs)

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
# Misconception: what is to be in the state and to move with the model has to be a Parameter.
class Standardised(nn.Module):
    def __init__(self, mean, std, n_outputs):
        super().__init__()
        self.mean = nn.Parameter(torch.tensor(np.array(mean, dtype=np.float32)))
        self.std = nn.Parameter(torch.tensor(np.array(std, dtype=np.float32)))
        self.linear = nn.Linear(len(mean), n_outputs)

    def forward(self, x):
        return self.linear((x - self.mean) / self.std)

# %% wrong: Standardised
# Misconception: "persistent" means that the optimiser may change it; what isn't trained is not persistent.
class Standardised(nn.Module):
    def __init__(self, mean, std, n_outputs):
        super().__init__()
        self.register_buffer("mean", torch.tensor(np.array(mean, dtype=np.float32)), persistent=False)
        self.register_buffer("std", torch.tensor(np.array(std, dtype=np.float32)), persistent=False)
        self.linear = nn.Linear(len(mean), n_outputs)

    def forward(self, x):
        return self.linear((x - self.mean) / self.std)
