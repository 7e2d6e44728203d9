"""Chapter 10, what grows where (p.10.15): the answers."""

import numpy as np
import torch
from numpy.typing import ArrayLike
from sklearn.model_selection import train_test_split
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, Dataset

from course import device

N_QUANTITIES, N_TYPES = 10, 7  # the first columns are measured; the others say yes or no

Pair = tuple[Tensor, Tensor]


class CoverDataset(Dataset[Pair]):
    """Patches of land, as a network wants to be given them.

    Parameters
    ----------
    X : (n, 54) a row for each patch: 10 quantities, then 44 columns of 0 and 1.
    y : (n,) what grows there, 1 to 7.
    mean, std : (10,) what the quantities are standardised with: mean 0 and standard
        deviation 1, if it is theirs. Both can be read as attributes of these names.

    Examples
    --------
    >>> X = np.hstack([np.full((3, 10), 6.0), np.ones((3, 44))])
    >>> dataset = CoverDataset(X, [7, 1, 2], mean=np.full(10, 2.0), std=np.full(10, 8.0))
    >>> row, label = dataset[0]
    >>> row[8:12], label
    (tensor([0.5000, 0.5000, 1.0000, 1.0000]), tensor(6))
    """

    def __init__(self, X: ArrayLike, y: ArrayLike, mean: ArrayLike, std: ArrayLike) -> None:
        self.mean, self.std = np.asarray(mean, dtype=np.float64), np.asarray(std, dtype=np.float64)
        rows = np.array(X, dtype=np.float32)  # a copy: X is the caller's
        rows[:, :N_QUANTITIES] = (rows[:, :N_QUANTITIES] - self.mean) / self.std
        self.rows = torch.from_numpy(rows)
        self.labels = torch.from_numpy(np.asarray(y).astype(np.int64) - 1)

    def __len__(self) -> int:
        """Return the number of patches."""
        return len(self.rows)

    def __getitem__(self, i: int) -> Pair:
        """Return patch `i`: its row, (54,) float32, and its class, () int64, 0 to 6."""
        return self.rows[i], self.labels[i]

    def __getitems__(self, rows: list[int]) -> list[Pair]:
        """Return several patches at once: what a DataLoader asks for if it can."""
        return list(zip(self.rows[rows], self.labels[rows], strict=True))


def make_loaders(
    X: ArrayLike, y: ArrayLike, batch_size: int = 256, seed: int = 42
) -> tuple[DataLoader[Pair], DataLoader[Pair], DataLoader[Pair]]:
    """Split patches into three parts, and return a DataLoader of each.

    Parameters
    ----------
    X, y : as for `CoverDataset`. They are left as they are.
    batch_size : rows of a batch; only the last batch of a loader may be smaller.
    seed : decides the split, and all the orders of the training rows.

    Returns
    -------
    Loaders for training (60% of all rows, to within one), validation and testing (20%
    each). Of each class that share, to within two rows. The training loader gives its
    rows in a new order each time, the others always in the same. Their `dataset` is a
    `CoverDataset`, and all three have mean and standard deviation (that of NumPy,
    ``ddof=0``) of the training rows.

    Examples
    --------
    >>> X, y = np.random.default_rng(1).random((100, 54)), np.arange(100) % 5 + 1
    >>> [len(loader.dataset) for loader in make_loaders(X, y)]
    [60, 20, 20]
    """
    X, y = np.asarray(X, dtype=np.float32), np.asarray(y)
    train, rest = train_test_split(np.arange(len(y)), test_size=0.4, stratify=y, random_state=seed)
    valid, test = train_test_split(rest, test_size=0.5, stratify=y[rest], random_state=seed)
    quantities = X[train, :N_QUANTITIES].astype(np.float64)
    mean, std = quantities.mean(axis=0), quantities.std(axis=0)
    datasets = [CoverDataset(X[rows], y[rows], mean, std) for rows in (train, valid, test)]
    order = torch.Generator().manual_seed(seed)
    return (
        DataLoader(datasets[0], batch_size, shuffle=True, generator=order),
        DataLoader(datasets[1], batch_size),
        DataLoader(datasets[2], batch_size),
    )


class CoverMLP(nn.Module):
    """A network that says what grows on a patch of land.

    Parameters
    ----------
    n_hidden : size of its hidden layers: there are two or more.

    Examples
    --------
    >>> CoverMLP(n_hidden=8)(torch.rand(5, 54)).shape
    torch.Size([5, 7])
    """

    def __init__(self, n_hidden: int = 64) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(54, n_hidden, bias=False),  # batch norm has a shift of its own
            nn.BatchNorm1d(n_hidden),
            nn.ReLU(),
            nn.Linear(n_hidden, n_hidden, bias=False),
            nn.BatchNorm1d(n_hidden),
            nn.ReLU(),
            nn.Linear(n_hidden, N_TYPES),
        )

    def forward(self, X: Tensor) -> Tensor:
        """Return logits, (B, 7), for rows of a `CoverDataset`, (B, 54) float32."""
        return self.layers(X)


def train_cover(
    model: nn.Module, train_loader: DataLoader[Pair], valid_loader: DataLoader[Pair], n_epochs: int
) -> dict[str, list[float]]:
    """Train a network for some epochs.

    Parameters
    ----------
    model : a `CoverMLP`, or another module from (B, 54) to (B, 7). It is trained in
        place, and left on the CPU and in evaluation mode.
    train_loader : its batches are what the model learns from.
    valid_loader : its batches only measure.
    n_epochs : how often all training batches are seen.

    Returns
    -------
    Lists of `n_epochs` figures, one for each epoch:

    - ``"loss"``: the mean cross-entropy over all training rows, as it came in training;
    - ``"valid_loss"`` and ``"valid_accuracy"``: the mean cross-entropy over all
      validation rows, and the share of them named rightly, at the end of the epoch.

    Examples
    --------
    >>> X, y = np.random.default_rng(1).random((100, 54)), np.arange(100) % 5 + 1
    >>> train_loader, valid_loader, _ = make_loaders(X, y, batch_size=10)
    >>> history = train_cover(CoverMLP(8), train_loader, valid_loader, n_epochs=2)
    >>> {name: len(figures) for name, figures in history.items()}
    {'loss': 2, 'valid_loss': 2, 'valid_accuracy': 2}
    """
    model.to(device())
    optimizer = torch.optim.AdamW(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=n_epochs * len(train_loader))
    history: dict[str, list[float]] = {"loss": [], "valid_loss": [], "valid_accuracy": []}
    for _ in range(n_epochs):
        model.train()
        total = 0.0
        for X, y in train_loader:
            loss = cross_entropy(model(X.to(device())), y.to(device()))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(y)
        history["loss"].append(total / len(train_loader.dataset))  # type: ignore[arg-type]  # it has a length
        logits, labels = _answers(model, valid_loader)
        history["valid_loss"].append(cross_entropy(logits, labels).item())
        history["valid_accuracy"].append((logits.argmax(dim=1) == labels).float().mean().item())
    model.cpu().eval()
    return history


def _answers(model: nn.Module, loader: DataLoader[Pair]) -> Pair:
    """Return logits and labels of all rows of a loader, on the CPU; the model is left in evaluation mode."""
    where = next(model.parameters()).device
    model.eval()
    with torch.no_grad():
        parts = [(model(X.to(where)).cpu(), y) for X, y in loader]
    logits, labels = (torch.cat(part) for part in zip(*parts, strict=True))
    return logits, labels


def cover_types(model: nn.Module, loader: DataLoader[Pair]) -> Tensor:
    """Return what grows on each patch, as a network has it.

    Parameters
    ----------
    model : trained, in any mode.
    loader : of a `CoverDataset`.

    Returns
    -------
    (n,) int64 types, 1 to 7, in the order in which the loader gives the rows.

    Examples
    --------
    >>> dataset = CoverDataset(np.zeros((5, 54)), np.ones(5), np.zeros(10), np.ones(10))
    >>> cover_types(CoverMLP(8), DataLoader(dataset, batch_size=2)).shape
    torch.Size([5])
    """
    return _answers(model, loader)[0].argmax(dim=1) + 1
