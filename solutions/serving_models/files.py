"""Serving models, a version of a model as a file (tf2.19.9): the answers."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import nn

# A model as a server knows it: rows (n, d) in float64 to predictions (n,) or (n, k).
Model = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def save_network(network: nn.Sequential, path: str | Path) -> None:
    """Write a network's weights to a file in the safetensors format.

    Parameters
    ----------
    network : one or more `nn.Linear`, each with a bias, with an `nn.ReLU` between two
        of them, and perhaps `nn.Dropout`. It may be in either mode and is left as it
        is, on whatever device.
    path : the file; its folder exists.

    The tensors have their names in ``network.state_dict()`` and float32. Nothing else
    is in the file, but for "__metadata__" if you have a use for it.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "one.safetensors"
    >>> network = nn.Sequential(nn.Linear(2, 1))
    >>> save_network(network, path) or b'"0.weight"' in path.read_bytes()
    True
    """
    from safetensors.torch import save_file

    save_file({name: tensor.detach().cpu().contiguous() for name, tensor in network.state_dict().items()}, path)


def load_network(path: str | Path) -> Model:
    """Return the model in a file that `save_network` has written.

    Returns
    -------
    A function of rows, any array-like (n, d) of numbers. It returns what the network
    gives for them in evaluation mode, in float32, as an array (n, k) of float64, and
    holds the weights in memory: the file may be written over or deleted afterwards.
    (`load_file` only maps it, so that its tensors change with the file: copy them.) It
    raises `ValueError` for anything but two dimensions with as many columns as the
    network has inputs.

    Raises
    ------
    Exception : the file is not there, or is no safetensors file. It is never unpickled.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "one.safetensors"
    >>> network = nn.Sequential(nn.Linear(2, 1), nn.ReLU(), nn.Linear(1, 1))
    >>> for parameter in network.parameters():
    ...     _ = nn.init.constant_(parameter, 0.5)
    >>> save_network(network, path)
    >>> load_network(path)([[1.0, 2.0], [3.0, -9.0]]).tolist()
    [[1.5], [0.5]]
    """
    import safetensors.torch

    weights = safetensors.torch.load(Path(path).read_bytes())
    numbers = sorted(int(name.removesuffix(".weight")) for name in weights if name.endswith(".weight"))
    layers = [(weights[f"{number}.weight"], weights[f"{number}.bias"]) for number in numbers]
    n_inputs = layers[0][0].shape[1]

    def model(X: ArrayLike) -> NDArray[np.float64]:
        rows = np.asarray(X, dtype=np.float32)
        if rows.ndim != 2 or rows.shape[1] != n_inputs:
            raise ValueError(f"{n_inputs} numbers are wanted in each row")
        Z = torch.from_numpy(rows)
        for step, (weight, bias) in enumerate(layers):
            Z = nn.functional.linear(Z.relu() if step else Z, weight, bias)
        return Z.numpy().astype(np.float64)

    return model
