"""Chapter 10, what grows where (p.10.15): the answers."""

import numpy as np
import torch
from numpy.typing import ArrayLike
from sklearn.model_selection import train_test_split
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

N_QUANTITIES, N_TYPES = 10, 7  # the first columns are measured; the others say yes or no
Pair = tuple[Tensor, Tensor]  # a row and its class, or a batch of them


class CoverDataset(Dataset[Pair]):
    """Patches of land, as a network wants to be given them.

    Parameters
    ----------
    X : (n, 54) a row for each patch: 10 quantities, then 44 columns of 0 and 1.
    y : (n,) what grows there, 1 to 7.
    mean, std : (10,) what the quantities are standardised with: mean 0 and standard
        deviation 1, if it is theirs. No std is 0. Both can be read as attributes of
        these names.

    Examples
    --------
    >>> X = np.hstack([np.full((3, 10), 6.0), np.ones((3, 44))])
    >>> dataset = CoverDataset(X, [7, 1, 2], np.full(10, 2.0), np.full(10, 8.0))
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
    X, y : as for `CoverDataset`. They are left as they are. Each class that is there
        has five rows or more, and no quantity is the same in all rows.
    batch_size : rows of a batch; only the last batch of a loader may be smaller.
    seed : decides the split, and all the orders of the training rows, whatever else is
        drawn meanwhile.

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
