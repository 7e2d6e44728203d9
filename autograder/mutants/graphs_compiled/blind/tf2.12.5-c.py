# %% right
# Intent: with c = min(|e|, delta) the Huber loss is c (|e| - c / 2) on both sides; delta is a float64 buffer.
import torch
from torch import nn


class HuberLoss(nn.Module):
    def __init__(self, delta=1.0):
        super().__init__()
        self.register_buffer("delta", torch.tensor(float(delta), dtype=torch.float64))

    def forward(self, predicted, target):
        size = (predicted - target).abs()
        near = torch.minimum(size, self.delta.to(size))
        return (near * (size - near / 2)).mean()


# %% wrong: HuberLoss
# Misconception: registering the number as a buffer is for saving; forward may use the argument that was kept beside it.
class HuberLoss(nn.Module):
    def __init__(self, delta=1.0):
        super().__init__()
        self.threshold = float(delta)
        self.register_buffer("delta", torch.tensor(float(delta)))

    def forward(self, predicted, target):
        return nn.functional.huber_loss(predicted, target, delta=self.threshold)


# %% wrong: HuberLoss
# Misconception: smooth L1 is the Huber loss by another name, and its beta is delta.
class HuberLoss(nn.Module):
    def __init__(self, delta=1.0):
        super().__init__()
        self.register_buffer("delta", torch.tensor(float(delta)))

    def forward(self, predicted, target):
        return nn.functional.smooth_l1_loss(predicted, target, beta=self.delta.item())
