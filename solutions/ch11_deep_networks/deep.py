"""Chapter 11, twenty layers (p.11.8): the data, the networks, and what happens in their layers."""

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn


def standardised(X_train: ArrayLike, *others: ArrayLike) -> list[NDArray[np.float32]]:
    """Return the arrays that are given, each column with mean 0 and standard deviation
    1 *in the first of them*.

    Parameters
    ----------
    X_train : (n, d) numbers, whole ones too. A column that is the same in all rows has
        no spread to divide by: it only loses its mean.
    others : (m, d) each: the validation rows, the test rows. They are moved and divided
        by the training rows' figures.

    Returns
    -------
    A list of as many new arrays as were given (one, if there are no others), in that
    order, of the same shapes, float32.

    Examples
    --------
    >>> train, new = standardised([[0, 7], [4, 7]], [[6, 9]])
    >>> train.tolist(), new.tolist()
    ([[-1.0, 0.0], [1.0, 0.0]], [[2.0, 2.0]])
    """
    train = np.asarray(X_train, dtype=np.float64)
    mean, std = train.mean(axis=0), train.std(axis=0)
    std = np.where(np.ptp(train, axis=0) > 0, std, 1.0)
    return [((np.asarray(X, dtype=np.float64) - mean) / std).astype(np.float32) for X in (X_train, *others)]


def make_mlp(
    variant: str = "base",
    n_inputs: int = 3072,
    n_outputs: int = 10,
    n_hidden: int = 100,
    n_layers: int = 20,
    dropout: float = 0.1,
) -> nn.Module:
    """Return a deep dense network, ready to be trained.

    Parameters
    ----------
    variant : what its hidden layers are made of:

        ``"base"``: an ``nn.Linear``, then SiLU (also called Swish);
        ``"batch norm"``: an ``nn.Linear``, then batch norm, then SiLU;
        ``"selu"``: an ``nn.Linear``, then SELU;
        ``"alpha dropout"``: as "selu", and one alpha dropout with the rate `dropout`
        after the last hidden layer, before the output layer.
    n_inputs, n_outputs : numbers that go in, and logits that come out (no softmax), by
        an ``nn.Linear`` of its own.
    n_hidden, n_layers : units of each hidden layer, and how many of these there are.

    Returns
    -------
    A module that takes (B, n_inputs) float32 and gives (B, n_outputs). The weights of
    the hidden layers are drawn around 0 (normal or uniform), with the variance of He's
    rule (for fan in) before SiLU and of LeCun's before SELU; their biases are 0. A bias
    that batch norm makes pointless may be left out. How the output layer begins is up
    to you. Activations are modules (``nn.SiLU``, ``nn.SELU``).

    Examples
    --------
    >>> net = make_mlp("base", 4, 3, n_hidden=5, n_layers=2)
    >>> sum(parameter.numel() for parameter in net.parameters())
    73
    >>> make_mlp("selu", 4, 3, n_hidden=5, n_layers=2)(torch.zeros(7, 4)).shape
    torch.Size([7, 3])
    """
    selu = variant in ("selu", "alpha dropout")
    gain = 1.0 if selu else 2.0  # LeCun's variance is 1 / fan in, He's 2 / fan in
    layers: list[nn.Module] = []
    for fan_in in [n_inputs, *[n_hidden] * (n_layers - 1)]:
        linear = nn.Linear(fan_in, n_hidden)
        nn.init.normal_(linear.weight, std=(gain / fan_in) ** 0.5)
        nn.init.zeros_(linear.bias)
        layers.append(linear)
        if variant == "batch norm":
            layers.append(nn.BatchNorm1d(n_hidden))
        layers.append(nn.SELU() if selu else nn.SiLU())
    if variant == "alpha dropout":
        layers.append(nn.AlphaDropout(dropout))
    return nn.Sequential(*layers, nn.Linear(n_hidden, n_outputs))


def layer_statistics(model: nn.Module, X: Tensor, kind: type[nn.Module]) -> list[tuple[float, float]]:
    """Tell what comes out of a network's layers: mean and standard deviation.

    Parameters
    ----------
    model : any module. It is asked once, in evaluation mode and without gradients, and
        left as it was: in its mode, and without anything attached to it.
    X : what it is given.
    kind : of which of its modules, e.g. ``nn.SELU``, the outputs are looked at.

    Returns
    -------
    (mean, std) of all numbers that come out of such a module (std with a division by
    their number), for each time that one is called, in the order of the calls.

    Examples
    --------
    >>> net = nn.Sequential(nn.ReLU(), nn.Linear(2, 1), nn.ReLU())
    >>> mean, std = layer_statistics(net, torch.tensor([[-1.0, 3.0]]), nn.ReLU)[0]
    >>> mean, std
    (1.5, 1.5)
    """
    found: list[tuple[float, float]] = []

    def note(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        found.append((float(output.mean()), float(output.std(correction=0))))

    hooks = [module.register_forward_hook(note) for module in model.modules() if isinstance(module, kind)]
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            model(X)
    finally:
        model.train(training)
        for hook in hooks:
            hook.remove()
    return found
