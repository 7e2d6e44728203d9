"""Chapter 11, learning from pairs (tf1.11.10): the same digit or not, and what that is good for."""

import copy
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from course import device


def make_pairs(
    X: ArrayLike, y: ArrayLike, n: int, seed: int = 42
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]:
    """Draw pairs of pictures: of the same class, and of two.

    Parameters
    ----------
    X : (m, d) numbers, a row for each picture.
    y : (m,) its class; each class has two rows or more.
    n : how many pairs, an even number.
    seed : decides everything that is left to chance.

    Returns
    -------
    A, B : (n, d) float32; ``A[i]`` and ``B[i]`` are two different rows of X, also where
        they are of one class.
    labels : (n,) int64, 0 where both are of the same class and 1 where they are not:
        n/2 of each, in mixed order. Both rows are drawn from all that fit: where n is
        large, no class is rare among the pairs of either label, and all pairs of
        classes turn up, either way round.

    Examples
    --------
    >>> A, B, labels = make_pairs([[1.0], [2.0], [8.0], [9.0]], [0, 0, 1, 1], n=6)
    >>> A.shape, B.shape, int(labels.sum())
    ((6, 1), (6, 1), 3)
    >>> np.array_equal(abs(A - B).ravel() > 5, labels == 1)
    True
    """
    rng = np.random.default_rng(seed)
    X, y = np.asarray(X, dtype=np.float32), np.asarray(y)
    labels = rng.permutation(np.arange(n) % 2)
    first = rng.integers(len(X), size=n)
    second = np.empty(n, dtype=np.int64)
    for i in range(n):
        alike = y == y[first[i]]
        alike[first[i]] = not labels[i]  # the row itself is no partner, neither here …
        wanted = ~alike if labels[i] else alike
        wanted[first[i]] = False  # … nor there
        second[i] = rng.choice(np.flatnonzero(wanted))
    return X[first], X[second], labels


def _tower(sizes: list[int]) -> nn.Sequential:
    """Return dense layers of ELU units, with He's weights."""
    parts: list[nn.Module] = []
    for fan_in, fan_out in pairwise(sizes):
        linear = nn.Linear(fan_in, fan_out)
        nn.init.kaiming_normal_(linear.weight, nonlinearity="relu")
        nn.init.zeros_(linear.bias)
        parts += [linear, nn.ELU()]
    return nn.Sequential(*parts)


class PairNet(nn.Module):
    """Two towers of dense layers, one for each picture; what comes out of both, side by
    side, goes through one more hidden layer, of n_hidden units, to a single output.

    All layers have biases, and there is nothing else in it that learns. Which
    activation stands behind a hidden layer is up to you, and whether there is dropout.

    Parameters
    ----------
    n_inputs : pixels of a picture.
    n_hidden, n_layers : units of each hidden layer, and hidden layers of each tower.

    Attributes
    ----------
    tower_a, tower_b : modules that map (B, n_inputs) to (B, n_hidden). Each has weights
        of its own.

    Examples
    --------
    >>> net = PairNet(n_inputs=6, n_hidden=4, n_layers=2)
    >>> net(torch.zeros(3, 6), torch.ones(3, 6)).shape
    torch.Size([3])
    """

    def __init__(self, n_inputs: int = 784, n_hidden: int = 100, n_layers: int = 5) -> None:
        super().__init__()
        sizes = [n_inputs, *[n_hidden] * n_layers]
        self.tower_a, self.tower_b = _tower(sizes), _tower(sizes)
        self.top = nn.Sequential(_tower([2 * n_hidden, n_hidden]), nn.Linear(n_hidden, 1))

    def forward(self, A: Tensor, B: Tensor) -> Tensor:
        """Return a logit for each pair, (B,): the sigmoid of it is the probability that
        the two pictures, (B, n_inputs) each, are of different classes."""
        both = torch.cat([self.tower_a(A), self.tower_b(B)], dim=1)
        logits: Tensor = self.top(both).squeeze(1)
        return logits


def fit_pairs(
    net: nn.Module,
    A: ArrayLike,
    B: ArrayLike,
    labels: ArrayLike,
    *,
    n_epochs: int = 20,
    rate: float = 1e-3,
    batch_size: int = 64,
    seed: int = 42,
) -> list[float]:
    """Train a `PairNet` in place, to tell pairs of one class from pairs of two.

    Parameters
    ----------
    net : may be left in either mode.
    A, B, labels : as `make_pairs` gives them.
    rate, batch_size, n_epochs : of the optimiser, which is yours to choose; pairs in a
        batch; and how often each pair is used.
    seed : decides everything that is left to chance.

    Returns
    -------
    For each epoch the mean loss of its batches, each in training mode and before its
    step; a smaller last batch may count as much as the others or less.

    Examples
    --------
    >>> A, B = torch.zeros(4, 3), torch.ones(4, 3)
    >>> len(fit_pairs(PairNet(3, 4, 1), A, B, [0, 1, 0, 1], n_epochs=2))
    2
    """
    torch.manual_seed(seed)
    where = device()
    first, second, wanted = (torch.tensor(np.asarray(part), dtype=torch.float32).to(where) for part in (A, B, labels))
    net.to(where).train()
    optimizer = torch.optim.NAdam(net.parameters(), lr=rate)
    losses = []
    for _ in range(n_epochs):
        steps = []
        for batch in torch.randperm(len(first)).split(batch_size):
            loss = binary_cross_entropy_with_logits(net(first[batch], second[batch]), wanted[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            steps.append(loss.item())
        losses.append(float(np.mean(steps)))
    net.cpu().eval()
    return losses


def fit_head(
    net: nn.Module,
    X: ArrayLike,
    y: ArrayLike,
    n_outputs: int = 10,
    *,
    n_epochs: int = 30,
    rate: float = 5e-3,
    batch_size: int = 32,
    seed: int = 42,
) -> nn.Module:
    """Make a classifier of a pair network's first tower, frozen, with a new output
    layer.

    Parameters
    ----------
    net : a trained `PairNet`, or another module with a ``tower_a``, whose outputs are
        (B, n_hidden). It is left as it is, in its mode too.
    X, y : (n, d) float32 rows and (n,) labels, 0 to `n_outputs` - 1.
    rate, batch_size, n_epochs, seed : as for `fit_pairs`; the optimiser is yours to
        choose, here too.

    Returns
    -------
    A module that gives (B, n_outputs) logits, on the CPU, in evaluation mode: a copy of
    the tower, unchanged, and one ``nn.Linear`` that has been trained on top of what the
    tower gives in evaluation mode.

    Examples
    --------
    >>> model = fit_head(PairNet(3, 4, 1), torch.zeros(6, 3), [0, 1] * 3, 2, n_epochs=1)
    >>> model(torch.zeros(5, 3)).shape
    torch.Size([5, 2])
    """
    torch.manual_seed(seed)
    tower = copy.deepcopy(net.tower_a).cpu().eval().requires_grad_(False)
    labels = torch.tensor(np.asarray(y), dtype=torch.int64)
    with torch.no_grad():
        features = tower(torch.tensor(np.asarray(X), dtype=torch.float32))  # (n, n_hidden): once is enough
    head = nn.Linear(features.shape[1], n_outputs)
    optimizer = torch.optim.NAdam(head.parameters(), lr=rate)
    for _ in range(n_epochs):
        for batch in torch.randperm(len(features)).split(batch_size):
            optimizer.zero_grad()
            cross_entropy(head(features[batch]), labels[batch]).backward()
            optimizer.step()
    return nn.Sequential(tower, head).eval()
