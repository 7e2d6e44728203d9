"""Chapter 10, layers of one's own (p.10.14 and tf2.12.12): the answers."""

import math

import torch
from torch import Tensor, nn


class Dense(nn.Module):
    """A linear layer with ReLU on top, built of the modules that PyTorch has.

    Parameters
    ----------
    n_in, n_out : number of inputs and of neurons.

    Its weights are those of an ``nn.Linear`` in the attribute `linear`.

    Examples
    --------
    >>> layer = Dense(3, 2)
    >>> sorted(layer.state_dict())
    ['linear.bias', 'linear.weight']
    """

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.linear = nn.Linear(n_in, n_out)
        self.activation = nn.ReLU()

    def forward(self, X: Tensor) -> Tensor:
        """Return (…, n_out) for inputs of (…, n_in): any number of axes before."""
        return self.activation(self.linear(X))


class DenseParam(nn.Module):
    """The same layer from parameters, without any module inside.

    Parameters
    ----------
    n_in, n_out : number of inputs and of neurons.

    Its parameters are `weight`, (n_out, n_in), and `bias`, (n_out,). Both begin as in
    ``nn.Linear``: every number is drawn evenly between -1/√n_in and 1/√n_in.

    Examples
    --------
    >>> layer = DenseParam(3, 2)
    >>> layer
    DenseParam(n_in=3, n_out=2)
    >>> sorted(layer.state_dict())
    ['bias', 'weight']
    """

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        bound = 1 / math.sqrt(n_in)
        self.weight = nn.Parameter(torch.empty(n_out, n_in).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(n_out).uniform_(-bound, bound))

    def forward(self, X: Tensor) -> Tensor:
        """Return (…, n_out) for inputs of (…, n_in): any number of axes before."""
        return (X @ self.weight.T + self.bias).relu()

    def extra_repr(self) -> str:
        """Return what stands between the brackets when the layer is printed."""
        n_out, n_in = self.weight.shape
        return f"{n_in=}, {n_out=}"


def gradients_agree(layer: nn.Module, X: Tensor) -> bool:
    """Tell whether autograd's gradients of a layer are those that small steps show.

    Parameters
    ----------
    layer : of float64. Its parameters and their gradients are left as they were.
    X : (…, n_in) float64 inputs.

    Returns
    -------
    Whether ``torch.autograd.gradcheck`` finds no difference, neither for the inputs nor
    for any of the layer's parameters.

    Examples
    --------
    >>> gradients_agree(nn.Linear(3, 2).double(), torch.rand(4, 3).double())
    True
    """
    names = [name for name, _ in layer.named_parameters()]
    values = [value.detach().clone().requires_grad_() for value in layer.parameters()]

    def outputs(X: Tensor, *values: Tensor) -> Tensor:
        return torch.func.functional_call(layer, dict(zip(names, values, strict=True)), (X,))

    inputs = (X.detach().clone().requires_grad_(), *values)
    return bool(torch.autograd.gradcheck(outputs, inputs, raise_exception=False))


class MyLayerNorm(nn.Module):
    """Layer normalisation: each row gets mean 0 and standard deviation 1, and then a
    scale and a shift that are learned.

    Parameters
    ----------
    n_features : size of the last axis.
    eps : keeps rows whose values are all the same from a division by 0.

    Its parameters are `alpha`, the scale, ones in the beginning, and `beta`, the shift,
    zeros in the beginning: (n_features,) each.

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
