"""Training on several devices, networks that answer together (tf1.12.9): the answers."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn


class Ensemble(nn.Module):
    """Several classifiers that answer together.

    Parameters
    ----------
    members : modules, one or more; each takes (n, d) tensors and gives (n, n_classes)
        logits. They are used themselves, not copies of them.
    devices : where the members go: the first member to the first device, the second to
        the second, and so on, from the beginning again when the devices are used up.

    ``forward(X)`` hands `X` to each member, on the member's device, and returns the
    mean of their probabilities (not of their logits), (n, n_classes), on the device of
    `X`. In whatever mode the ensemble is, its members are in evaluation mode. The
    members' weights are among the ensemble's parameters and in its ``state_dict``.

    Examples
    --------
    >>> sure, unsure = nn.Linear(1, 2), nn.Linear(1, 2)
    >>> for layer, bias in ((sure, [9.0, -9.0]), (unsure, [0.0, 0.0])):
    ...     _ = nn.init.zeros_(layer.weight)
    ...     layer.bias.data = torch.tensor(bias)
    >>> Ensemble([sure, unsure])(torch.zeros(1, 1)).detach().numpy().round(3).tolist()
    [[0.75, 0.25]]
    """

    def __init__(self, members: Sequence[nn.Module], devices: Sequence[str | torch.device] = ("cpu",)) -> None:
        super().__init__()
        self._devices = [torch.device(devices[number % len(devices)]) for number in range(len(members))]
        self.members = nn.ModuleList(member.to(device) for member, device in zip(members, self._devices, strict=True))
        self.train()

    def train(self, mode: bool = True) -> "Ensemble":
        """Change the mode of the ensemble, and leave its members in evaluation mode."""
        super().train(mode)
        for member in self.members:
            member.eval()
        return self

    def forward(self, X: Tensor) -> Tensor:
        parts = [
            member(X.to(device)).softmax(dim=1).to(X.device)
            for member, device in zip(self.members, self._devices, strict=True)
        ]
        return torch.stack(parts).mean(dim=0)


def compare_members(ensemble: Ensemble, X: Tensor, y: ArrayLike) -> dict[str, Any]:
    """Compare an ensemble with its members, in the order in which they were given.

    Parameters
    ----------
    X, y : (n, d) float32 on the CPU, and (n,) whole numbers: rows that are new to all.

    Returns
    -------
    ``{"members": [accuracy of each], "ensemble": its accuracy, "gain": …}``, where the
    gain is the ensemble's accuracy less that of its best member, and may be negative.

    Examples
    --------
    >>> X, y = torch.tensor([[1.0, 0.0], [0.0, 1.0]]), [0, 1]
    >>> compare_members(Ensemble([nn.Identity(), nn.ReLU()]), X, y)
    {'members': [1.0, 1.0], 'ensemble': 1.0, 'gain': 0.0}
    """
    labels = torch.as_tensor(np.asarray(y))

    def accuracy(classify: Callable[[Tensor], Tensor], device: torch.device) -> float:
        with torch.no_grad():
            return float((classify(X.to(device)).argmax(dim=1).cpu() == labels).double().mean())

    places = zip(ensemble.members, ensemble._devices, strict=True)
    members = [accuracy(member, device) for member, device in places]
    together = accuracy(ensemble, torch.device("cpu"))
    return {"members": members, "ensemble": together, "gain": together - max(members)}
