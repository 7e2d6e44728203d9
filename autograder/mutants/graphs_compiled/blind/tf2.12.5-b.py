# %% right
# Intent: a buffer for the threshold and torch's own huber_loss.
import torch
from torch import nn
from torch.nn import functional as F


class HuberLoss(nn.Module):
    def __init__(self, delta=1.0):
        super().__init__()
        self.register_buffer("delta", torch.tensor(float(delta)))

    def forward(self, predicted, target):
        return F.huber_loss(predicted, target, delta=self.delta.item())

# %% wrong: HuberLoss
# Misconception: the buffer is for the file; forward may go on using the number that the constructor got.
class HuberLoss(nn.Module):
    def __init__(self, delta=1.0):
        super().__init__()
        self.register_buffer("delta", torch.tensor(float(delta)))
        self.loss = nn.HuberLoss(delta=delta)

    def forward(self, predicted, target):
        return self.loss(predicted, target)

# %% wrong: HuberLoss
# Misconception: smooth L1 is another name of the Huber loss, with beta for delta.
class HuberLoss(nn.Module):
    def __init__(self, delta=1.0):
        super().__init__()
        self.register_buffer("delta", torch.tensor(float(delta)))

    def forward(self, predicted, target):
        return F.smooth_l1_loss(predicted, target, beta=self.delta.item())
