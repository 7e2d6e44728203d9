"""Chapter 11, transfer to the other half of the digits (tf1.11.9): few rows, and what is reused of a network."""

import copy

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from course import device


def some_of_each(y: ArrayLike, n: int, seed: int = 42) -> NDArray[np.int64]:
    """Return which rows to take to have `n` of each class, drawn at random.

    Parameters
    ----------
    y : (m,) labels, at least `n` of each.

    Returns
    -------
    Different row numbers, in any order.

    Examples
    --------
    >>> sorted(some_of_each([5, 5, 6, 7, 6, 7], n=2).tolist())
    [0, 1, 2, 3, 4, 5]
    """
    rng, y = np.random.default_rng(seed), np.asarray(y)
    return np.concatenate([rng.choice(np.flatnonzero(y == label), n, replace=False) for label in np.unique(y)])


class Transferred(nn.Module):
    """Layers that were learned elsewhere, and a new output layer.

    Parameters
    ----------
    hidden : the layers that are reused, in their order.
    n_outputs : logits that come out.

    Attributes
    ----------
    hidden : an ``nn.Sequential`` of them.
    output : an ``nn.Linear``, for as many numbers as the last of the hidden layers'
        ``nn.Linear`` gives.

    Examples
    --------
    >>> layer = nn.Sequential(nn.Linear(3, 4), nn.ELU())
    >>> Transferred([layer], n_outputs=2)(torch.zeros(5, 3)).shape
    torch.Size([5, 2])
    """

    def __init__(self, hidden: list[nn.Module], n_outputs: int) -> None:
        super().__init__()
        self.hidden = nn.Sequential(*hidden)
        (n_hidden,) = [part.out_features for part in hidden[-1].modules() if isinstance(part, nn.Linear)]
        self.output = nn.Linear(n_hidden, n_outputs)

    def forward(self, X: Tensor) -> Tensor:
        """Return logits, (B, n_outputs)."""
        logits: Tensor = self.output(self.hidden(X))
        return logits


def _prepared(new: Transferred, frozen: nn.Module, unfrozen: nn.Module, rate: float) -> torch.optim.Optimizer:
    """Freeze what is to stay; return an optimiser of the rest, with a rate for each part."""
    new.train().requires_grad_(True)
    frozen.eval().requires_grad_(False)
    groups = [(new.output, rate), (unfrozen, rate / 10)]
    return torch.optim.Adam([{"params": list(part.parameters()), "lr": lr} for part, lr in groups])


def transfer(
    model: nn.Module,
    X: ArrayLike,
    y: ArrayLike,
    *,
    n_outputs: int = 5,
    n_reused: int = 5,
    n_unfrozen: int = 0,
    cached: bool = False,
    n_epochs: int = 30,
    rate: float = 5e-3,
    batch_size: int = 32,
    seed: int = 42,
) -> Transferred:
    """Teach a new task to a network, with little data, on top of what it has learned.

    Parameters
    ----------
    model : was trained for another task. Its ``hidden`` is an ``nn.Sequential`` with a
        part for each hidden layer, of which each has one ``nn.Linear``. It is left as
        it is, in its mode too: what is trained is a copy.
    X, y : (n, d) float32 rows and (n,) labels of the new task, 0 to `n_outputs` - 1.
    n_reused : how many of its hidden layers are taken, from the inputs on.
    n_unfrozen : how many of these, from the top on, learn as well. All others are
        frozen: nothing in them changes, not even the running statistics of batch norm,
        and they work in evaluation mode meanwhile.
    cached : whether what the frozen layers make of the rows is worked out only once,
        before training, all rows together; all else is the same, but for rounding.
    rate : of Adam, for the output layer; a tenth of it for unfrozen layers.
    batch_size, n_epochs : rows in a batch (fewer in the last), shuffled each epoch.
    seed : decides everything that is left to chance.

    Returns
    -------
    A `Transferred`, on the CPU, in evaluation mode.

    Examples
    --------
    >>> old = nn.Module()
    >>> old.hidden = nn.Sequential(nn.Sequential(nn.Linear(2, 3), nn.ELU()))
    >>> new = transfer(old, np.eye(2), [0, 1], n_outputs=2, n_reused=1, n_epochs=2)
    >>> bool((new.hidden[0][0].weight == old.hidden[0][0].weight).all())
    True
    """
    torch.manual_seed(seed)
    rows = torch.tensor(np.asarray(X), dtype=torch.float32).to(device())
    labels = torch.tensor(np.asarray(y), dtype=torch.int64).to(device())
    new = Transferred([copy.deepcopy(part) for part in list(model.hidden)[:n_reused]], n_outputs).to(device())
    frozen, unfrozen = new.hidden[: n_reused - n_unfrozen], new.hidden[n_reused - n_unfrozen :]
    optimizer = _prepared(new, frozen, unfrozen, rate)
    below: nn.Module = frozen
    if cached:
        with torch.no_grad():
            below, rows = nn.Identity(), frozen(rows)
    for _ in range(n_epochs):
        for batch in torch.randperm(len(rows)).split(batch_size):
            optimizer.zero_grad()
            cross_entropy(new.output(unfrozen(below(rows[batch]))), labels[batch]).backward()
            optimizer.step()
    return new.cpu().eval()
