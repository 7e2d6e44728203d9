# %% right
# Intent: torch.std_mean over the last axis with correction=0; functional layer_norm with the same numbers to compare.
import torch
from torch import nn
from torch.nn.functional import layer_norm


class MyLayerNorm(nn.Module):
    def __init__(self, n_features, eps=0.001):
        super().__init__()
        self.eps = eps
        self.alpha = nn.Parameter(torch.ones(n_features))
        self.beta = nn.Parameter(torch.zeros(n_features))

    def forward(self, X):
        std, mean = torch.std_mean(X, dim=-1, correction=0, keepdim=True)
        return self.alpha * (X - mean) / (std + self.eps) + self.beta


@torch.no_grad()
def largest_difference(layer, X):
    theirs = layer_norm(X, X.shape[-1:], layer.alpha, layer.beta, layer.eps)
    return (layer(X) - theirs).abs().max().item()

# %% wrong: MyLayerNorm
# Misconception: torch's std divides by n, as NumPy's does.
class MyLayerNorm(nn.Module):
    def __init__(self, n_features, eps=0.001):
        super().__init__()
        self.eps = eps
        self.alpha = nn.Parameter(torch.ones(n_features))
        self.beta = nn.Parameter(torch.zeros(n_features))

    def forward(self, X):
        mean, std = X.mean(dim=-1, keepdim=True), X.std(dim=-1, keepdim=True)
        return self.alpha * (X - mean) / (std + self.eps) + self.beta

# %% wrong: largest_difference
# Misconception: a fresh nn.LayerNorm of the same size is the same layer; scale, shift and eps need not be handed over.
@torch.no_grad()
def largest_difference(layer, X):
    return (layer(X) - nn.LayerNorm(X.shape[-1])(X)).abs().max().item()
