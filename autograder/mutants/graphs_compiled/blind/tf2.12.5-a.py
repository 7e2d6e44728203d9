# %% right
# Intent: the threshold is a buffer, and forward reads it there each time; both branches by formula.
class HuberLoss(nn.Module):
    def __init__(self, delta=1.0):
        super().__init__()
        self.register_buffer("delta", torch.tensor(float(delta), dtype=torch.float64))

    def forward(self, predicted, target):
        error = predicted - target
        size = error.abs()
        small = error * error / 2
        large = self.delta * (size - self.delta / 2)
        return torch.where(size <= self.delta, small, large).mean()

# %% wrong: HuberLoss
# Misconception: registering a buffer keeps the attribute of one's own up to date.
class HuberLoss(nn.Module):
    def __init__(self, delta=1.0):
        super().__init__()
        self.threshold = float(delta)
        self.register_buffer("delta", torch.tensor(float(delta)))

    def forward(self, predicted, target):
        d = self.threshold
        size = (predicted - target).abs()
        return torch.where(size <= d, size**2 / 2, d * (size - d / 2)).mean()

# %% wrong: HuberLoss
# Misconception: the smooth L1 loss is the Huber loss under another name, for every threshold.
class HuberLoss(nn.Module):
    def __init__(self, delta=1.0):
        super().__init__()
        self.register_buffer("delta", torch.tensor(float(delta)))

    def forward(self, predicted, target):
        return nn.functional.smooth_l1_loss(predicted, target, beta=float(self.delta))
