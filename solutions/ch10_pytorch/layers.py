"""Chapter 10, a dense layer, two ways (p.10.14): the answers."""

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
    layer : of float64, without buffers; all its parameters require gradients. They and
        their gradients are left as they were.
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
