"""Chapter 10, what grows where, and three loaders of it (p.10.15): wrong answers, and right ones."""

import numpy as np
import torch
from sklearn.model_selection import StratifiedShuffleSplit, train_test_split
from sklearn.preprocessing import StandardScaler
from torch.utils.data import DataLoader, Dataset, RandomSampler, TensorDataset

from autograder.testing import alternative, mutant


class _Cover(Dataset):
    """A data set that is right."""

    def __init__(self, X, y, mean, std):
        self.mean, self.std = np.asarray(mean), np.asarray(std)
        X = np.array(X, dtype=np.float64)
        X[:, :10] = (X[:, :10] - self.mean) / self.std
        self.X = torch.tensor(X, dtype=torch.float32)
        self.y = torch.tensor(np.asarray(y) - 1, dtype=torch.int64)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return self.X[i], self.y[i]


def _split(X, y, seed, stratify=True):
    rows = np.arange(len(y))
    train, rest = train_test_split(rows, test_size=0.4, stratify=y if stratify else None, random_state=seed)
    valid, test = train_test_split(rest, test_size=0.5, stratify=y[rest] if stratify else None, random_state=seed)
    return train, valid, test


def _loaders(X, y, batch_size, seed, parts=None, scale_by=None, shuffles=(True, False, False), drop_last=False):
    X, y = np.asarray(X), np.asarray(y)
    parts = _split(X, y, seed) if parts is None else parts
    own = X[parts[0] if scale_by is None else scale_by, :10].astype(float)
    datasets = [_Cover(X[rows], y[rows], own.mean(axis=0), own.std(axis=0)) for rows in parts]
    order = torch.Generator().manual_seed(seed)
    return tuple(
        DataLoader(dataset, batch_size, shuffle=shuffle, generator=order, drop_last=drop_last)
        for dataset, shuffle in zip(datasets, shuffles, strict=True)
    )


# ---------------------------------------------------------------- the data set, wrong


@mutant("p.10.15", replaces="CoverDataset", fails="test_items_of_the_dataset")
class TypesAsTheyAre(_Cover):
    """Types are 1 to 7, but classes are counted from 0: take 1 away, or `cross_entropy` meets a class 7."""

    def __init__(self, X, y, mean, std):
        super().__init__(X, np.asarray(y) + 1, mean, std)


@mutant("p.10.15", replaces="CoverDataset", fails="test_items_of_the_dataset")
class Unscaled(_Cover):
    """The quantities are left as they were: take the mean away and divide by the standard deviation."""

    def __init__(self, X, y, mean, std):
        super().__init__(X, y, np.zeros(10), np.ones(10))


@mutant("p.10.15", replaces="CoverDataset", fails="test_items_of_the_dataset")
class ScaledByItself(_Cover):
    """You use the mean and standard deviation of the rows at hand: use those that are given, which are the training
    rows'."""

    def __init__(self, X, y, mean, std):
        X = np.asarray(X, dtype=float)
        super().__init__(X, y, X[:, :10].mean(axis=0), X[:, :10].std(axis=0))


@mutant("p.10.15", replaces="CoverDataset", fails="test_items_of_the_dataset")
class AllColumnsScaled(_Cover):
    """The columns that say yes or no stay 0 and 1: only the ten quantities are standardised."""

    def __init__(self, X, y, mean, std):
        super().__init__(X, y, mean, std)
        self.X[:, 10:] = (self.X[:, 10:] - self.X[:, 10:].mean(dim=0)) / (self.X[:, 10:].std(dim=0) + 1e-3)


@mutant("p.10.15", replaces="CoverDataset", fails="test_items_of_the_dataset")
class Doubles(_Cover):
    """Your rows are of float64, and a network's weights of float32: they can't be multiplied."""

    def __getitem__(self, i):
        return self.X[i].double(), self.y[i]


@mutant("p.10.15", replaces="CoverDataset", fails="test_rows_are_left_alone")
class ScaledInPlace(_Cover):
    """You standardise the caller's own array: make a copy first."""

    def __init__(self, X, y, mean, std):
        super().__init__(X, y, mean, std)
        X[:, :10] = (X[:, :10] - self.mean) / self.std


# ---------------------------------------------------------------- the loaders, wrong


@mutant("p.10.15", replaces="make_loaders", fails="test_three_parts")
def overlapping(X, y, batch_size=256, seed=42):
    """Your parts are drawn independently of each other, so that some rows are in two of them."""
    rng, n = np.random.default_rng(seed), len(y)
    sizes = (n * 6 // 10, n // 5, n // 5)
    return _loaders(X, y, batch_size, seed, [rng.choice(n, size, replace=False) for size in sizes])


@mutant("p.10.15", replaces="make_loaders", fails="test_three_parts")
def other_shares(X, y, batch_size=256, seed=42):
    """The shares are 60%, 20% and 20%: a fifth of what is left is less than a fifth of all."""
    y = np.asarray(y)
    rest, test = train_test_split(np.arange(len(y)), test_size=0.2, stratify=y, random_state=seed)
    train, valid = train_test_split(rest, test_size=0.2, stratify=y[rest], random_state=seed)
    return _loaders(X, y, batch_size, seed, (train, valid, test))


@mutant("p.10.15", replaces="make_loaders", fails="test_three_parts")
def not_stratified(X, y, batch_size=256, seed=42):
    """Rare types may be missing from a part: `stratify=y` gives each its share."""
    return _loaders(X, y, batch_size, seed, _split(X, np.asarray(y), seed, stratify=False))


@mutant("p.10.15", replaces="make_loaders", fails="test_three_parts")
def labels_in_old_order(X, y, batch_size=256, seed=42):
    """Rows and types are put into two different orders: use the same row numbers for both."""
    X, y = np.asarray(X), np.asarray(y)
    parts = _split(X, y, seed)
    mixed = X.copy()
    mixed[parts[0]] = X[np.sort(parts[0])]
    return _loaders(mixed, y, batch_size, seed, parts)


@mutant("p.10.15", replaces="make_loaders", fails="test_scale_of_the_training_rows")
def scale_of_all_rows(X, y, batch_size=256, seed=42):
    """Your mean and standard deviation are those of all rows: validation and test rows must not have a part in them."""
    return _loaders(X, y, batch_size, seed, scale_by=slice(None))


@mutant("p.10.15", replaces="make_loaders", fails="test_scale_of_the_training_rows")
def a_scale_for_each_part(X, y, batch_size=256, seed=42):
    """Each of your parts is standardised with figures of its own: the same land gets different numbers."""
    X, y = np.asarray(X), np.asarray(y)
    parts = _split(X, y, seed)
    own = [X[rows, :10].astype(float) for rows in parts]
    datasets = [_Cover(X[r], y[r], o.mean(axis=0), o.std(axis=0)) for r, o in zip(parts, own, strict=True)]
    order = torch.Generator().manual_seed(seed)
    first = DataLoader(datasets[0], batch_size, shuffle=True, generator=order)
    return (first, *(DataLoader(dataset, batch_size) for dataset in datasets[1:]))


@mutant("p.10.15", replaces="make_loaders", fails="test_orders_and_batches")
def nothing_shuffled(X, y, batch_size=256, seed=42):
    """The training rows come in the same order each time: they learn better from a new one."""
    return _loaders(X, y, batch_size, seed, shuffles=(False, False, False))


@mutant("p.10.15", replaces="make_loaders", fails="test_orders_and_batches")
def all_shuffled(X, y, batch_size=256, seed=42):
    """Validation and test rows are shuffled: whoever compares answers with labels later needs their order."""
    return _loaders(X, y, batch_size, seed, shuffles=(True, True, True))


@mutant("p.10.15", replaces="make_loaders", fails="test_orders_and_batches")
def one_batch_size(X, y, batch_size=256, seed=42):
    """Your batches have one size, whatever is asked for."""
    return _loaders(X, y, 256, seed)


@mutant("p.10.15", replaces="make_loaders", fails="test_three_parts")
def last_rows_dropped(X, y, batch_size=256, seed=42):
    """With `drop_last` the rows of the last, smaller batch are never seen."""
    return _loaders(X, y, min(batch_size, 32), seed, drop_last=True)


@mutant("p.10.15", replaces="make_loaders", fails="test_seed_decides_over_the_loaders")
def orders_of_pytorchs_own(X, y, batch_size=256, seed=42):
    """The orders of your training rows hang on PyTorch's own random numbers. Even if you set their seed, others draw
    from them between two epochs: give the DataLoader a generator."""
    torch.manual_seed(seed)
    train, valid, test = _loaders(X, y, batch_size, seed)
    return DataLoader(train.dataset, batch_size, shuffle=True), valid, test


@mutant("p.10.15", replaces="make_loaders", fails="test_seed_decides_over_the_loaders")
def one_split_for_all_seeds(X, y, batch_size=256, seed=42):
    """You split in one way, whatever the seed."""
    return _loaders(X, y, batch_size, 42)


# ---------------------------------------------------------------- right


@alternative("p.10.15", replaces="CoverDataset")
class ByItems(Dataset):
    """Each item is made when it is asked for."""

    def __init__(self, X, y, mean, std):
        self.X, self.y, self.mean, self.std = np.asarray(X), np.asarray(y), np.asarray(mean), np.asarray(std)

    def __len__(self):
        return self.X.shape[0]

    def __getitem__(self, i):
        row = torch.tensor(np.asarray(self.X[i], dtype=np.float64))
        row[:10] = (row[:10] - torch.tensor(self.mean)) / torch.tensor(self.std)
        return row.float(), torch.tensor(int(self.y[i]) - 1)


@alternative("p.10.15", replaces="CoverDataset")
class ByTensors(TensorDataset):
    """A TensorDataset that was filled by its own beginning."""

    def __init__(self, X, y, mean, std):
        rows, self.mean, self.std = torch.tensor(X).double(), torch.tensor(mean), torch.tensor(std)
        scaled = torch.cat([(rows[:, :10] - self.mean) / self.std, rows[:, 10:]], dim=1)
        super().__init__(scaled.to(torch.float32), torch.as_tensor(y).long() - 1)


class _Rows(Dataset):
    def __init__(self, X, y, scaler):
        self.mean, self.std = scaler.mean_, scaler.scale_
        self.X = np.hstack([scaler.transform(X[:, :10].astype(np.float64)), X[:, 10:]]).astype(np.float32)
        self.y = y - 1

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[i], self.y[i]


@alternative("p.10.15", replaces="make_loaders")
def by_splitters(X, y, batch_size=256, seed=42):
    """By scikit-learn's splitters and scaler, and a sampler of batches' orders."""
    X, y = np.asarray(X), np.asarray(y).astype(np.int64)
    train, rest = next(StratifiedShuffleSplit(1, test_size=0.4, random_state=seed).split(X, y))
    one, two = next(StratifiedShuffleSplit(1, test_size=0.5, random_state=seed + 1).split(X[rest], y[rest]))
    scaler = StandardScaler().fit(X[train, :10].astype(np.float64))
    parts = [_Rows(X[rows], y[rows], scaler) for rows in (train, rest[one], rest[two])]
    sampler = RandomSampler(parts[0], generator=torch.Generator().manual_seed(seed))
    return [DataLoader(parts[0], batch_size, sampler=sampler), *(DataLoader(part, batch_size) for part in parts[1:])]
