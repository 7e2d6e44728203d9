"""Chapter 10, layer normalisation (tf2.12.12): the answers."""

import torch
from torch import Tensor, nn


class MyLayerNorm(nn.Module):
    """Layer normalisation: each row gets mean 0 and standard deviation 1, and then a
    scale and a shift that are learned.

    Parameters
    ----------
    n_features : size of the last axis.
    eps : keeps rows whose values are all the same from a division by 0.

    Its parameters are `alpha`, the scale, ones in the beginning, and `beta`, the shift,
    zeros in the beginning: (n_features,) each. Nothing else is in its state.

    Examples
    --------
    >>> layer = MyLayerNorm(2)
    >>> layer(torch.tensor([[1.0, 3.0], [10.0, 50.0]])).detach().round(decimals=2)
    tensor([[-1.,  1.],
            [-1.,  1.]])
    """

    def __init__(self, n_features: int, eps: float = 0.001) -> None:
        super().__init__()
        self.eps = eps
        self.alpha = nn.Parameter(torch.ones(n_features))
        self.beta = nn.Parameter(torch.zeros(n_features))

    def forward(self, X: Tensor) -> Tensor:
        """Return ``alpha * (X - mean) / (std + eps) + beta``, of the shape of X.

        Mean and standard deviation are taken over the last axis of X, (…, n_features),
        of each row by itself. The variance is divided by n_features, not by one less.
        To divide by ``sqrt(variance + eps)``, as PyTorch does, is right as well.
        """
        mean = X.mean(dim=-1, keepdim=True)
        variance = X.var(dim=-1, keepdim=True, unbiased=False)
        return self.alpha * (X - mean) / (variance + self.eps).sqrt() + self.beta


def largest_difference(layer: nn.Module, X: Tensor) -> float:
    """Return how far a layer is from PyTorch's own ``nn.LayerNorm``.

    Parameters
    ----------
    layer : with `alpha`, `beta` and `eps` as `MyLayerNorm` has them.
    X : (…, n_features) float32 inputs.

    Returns
    -------
    The largest absolute difference between their outputs, where PyTorch's layer has the
    same scale, shift and eps.

    Examples
    --------
    >>> largest_difference(MyLayerNorm(4), 10 * torch.rand(3, 4)) < 0.01
    True
    """
    theirs = nn.LayerNorm(X.shape[-1], eps=layer.eps)
    with torch.no_grad():
        theirs.weight.copy_(layer.alpha)
        theirs.bias.copy_(layer.beta)
        return float((layer(X) - theirs(X)).abs().max())
