# %% right
# Intent: mean and variance by sums over the last axis, divided by its size, eps below the root; nn.LayerNorm gets the same numbers.
import torch
from torch import nn


class MyLayerNorm(nn.Module):
    def __init__(self, n_features, eps=0.001):
        super().__init__()
        self.n_features, self.eps = n_features, eps
        self.alpha = nn.Parameter(torch.ones(n_features))
        self.beta = nn.Parameter(torch.zeros(n_features))

    def forward(self, X):
        n = X.shape[-1]
        centered = X - X.sum(dim=-1, keepdim=True) / n
        variance = (centered * centered).sum(dim=-1, keepdim=True) / n
        return self.alpha * centered / (variance + self.eps) ** 0.5 + self.beta


def largest_difference(layer, X):
    n = X.shape[-1]
    theirs = nn.LayerNorm(n, eps=layer.eps)
    with torch.no_grad():
        theirs.weight.copy_(layer.alpha)
        theirs.bias.copy_(layer.beta)
        return float((layer(X) - theirs(X)).abs().max())

# %% wrong: MyLayerNorm
# Misconception: layer normalisation takes mean and deviation of each whole sample: over all axes but the first.
class MyLayerNorm(nn.Module):
    def __init__(self, n_features, eps=0.001):
        super().__init__()
        self.eps = eps
        self.alpha = nn.Parameter(torch.ones(n_features))
        self.beta = nn.Parameter(torch.zeros(n_features))

    def forward(self, X):
        axes = tuple(range(1, X.ndim)) or (0,)
        mean = X.mean(dim=axes, keepdim=True)
        variance = ((X - mean) ** 2).mean(dim=axes, keepdim=True)
        return self.alpha * (X - mean) / (variance + self.eps).sqrt() + self.beta

# %% wrong: largest_difference
# Misconception: both layers begin with a scale of one and a shift of zero, so that nothing but eps has to be carried over.
def largest_difference(layer, X):
    theirs = nn.LayerNorm(X.shape[-1], eps=layer.eps)
    with torch.no_grad():
        return float((layer(X) - theirs(X)).abs().max())
