# %% right
# Intent: centre, variance as an einsum of the centred rows with themselves, and rsqrt(variance + eps).
import torch
from torch import Tensor, nn


class MyLayerNorm(nn.Module):
    def __init__(self, n_features: int, eps: float = 0.001) -> None:
        super().__init__()
        self.eps = eps
        self.alpha = nn.Parameter(torch.ones(n_features))
        self.beta = nn.Parameter(torch.zeros(n_features))

    def forward(self, X: Tensor) -> Tensor:
        centred = X - X.mean(dim=-1, keepdim=True)
        variance = torch.einsum("...i,...i->...", centred, centred)[..., None] / X.shape[-1]
        return self.alpha * centred * torch.rsqrt(variance + self.eps) + self.beta


def largest_difference(layer: nn.Module, X: Tensor) -> float:
    with torch.no_grad():
        theirs = nn.functional.layer_norm(X, X.shape[-1:], layer.alpha, layer.beta, layer.eps)
        return (layer(X) - theirs).abs().max().item()

# %% wrong: MyLayerNorm
# Misconception: normalising is per feature, over the rows of the batch, as standardising a table is.
class MyLayerNorm(nn.Module):
    def __init__(self, n_features: int, eps: float = 0.001) -> None:
        super().__init__()
        self.eps = eps
        self.alpha = nn.Parameter(torch.ones(n_features))
        self.beta = nn.Parameter(torch.zeros(n_features))

    def forward(self, X: Tensor) -> Tensor:
        std, mean = torch.std_mean(X, dim=0, keepdim=True, correction=0)
        return self.alpha * (X - mean) / (std + self.eps) + self.beta

# %% wrong: largest_difference
# Misconception: PyTorch's layer, made with the same eps, is the same layer; what was learned does not belong to it.
def largest_difference(layer: nn.Module, X: Tensor) -> float:
    theirs = nn.LayerNorm(X.shape[-1], eps=layer.eps)
    with torch.no_grad():
        return (layer(X) - theirs(X)).abs().max().item()
