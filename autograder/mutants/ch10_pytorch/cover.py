"""Chapter 10, what grows where (p.10.15): wrong answers that must fail."""

import numpy as np
import torch
from sklearn.model_selection import train_test_split
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, Dataset

from autograder.testing import mutant, naive


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
def order_without_a_seed(X, y, batch_size=256, seed=42):
    """The split has the seed, the order of the training rows has not: give the DataLoader a generator."""
    train, valid, test = _loaders(X, y, batch_size, seed)
    return DataLoader(train.dataset, batch_size, shuffle=True), valid, test


@mutant("p.10.15", replaces="make_loaders", fails="test_seed_decides_over_the_loaders")
def one_split_for_all_seeds(X, y, batch_size=256, seed=42):
    """You split in one way, whatever the seed."""
    return _loaders(X, y, batch_size, 42)


# ---------------------------------------------------------------- the network, wrong


class _Net(nn.Module):
    def __init__(self, n_hidden=64):
        super().__init__()
        self.one, self.two, self.out = nn.Linear(54, n_hidden), nn.Linear(n_hidden, n_hidden), nn.Linear(n_hidden, 7)

    def forward(self, X):
        return self.out(torch.relu(self.two(torch.relu(self.one(X)))))


@mutant("p.10.15", replaces="CoverMLP", fails="test_network_gives_logits")
class Probabilities(_Net):
    """`cross_entropy` has a softmax inside: give it logits, or the softmax is taken twice, and little is learned."""

    def forward(self, X):
        return super().forward(X).softmax(dim=1)


@mutant("p.10.15", replaces="CoverMLP", fails="test_network_gives_logits")
class EightClasses(_Net):
    """There are seven types, so the last layer has seven neurons; class 0 is type 1."""

    def __init__(self, n_hidden=64):
        super().__init__(n_hidden)
        self.out = nn.Linear(n_hidden, 8)


@mutant("p.10.15", replaces="CoverMLP", fails="test_network_gives_logits")
class LayersInAList(nn.Module):
    """Layers in a plain list are not registered: use `nn.ModuleList` or `nn.Sequential`."""

    def __init__(self, n_hidden=64):
        super().__init__()
        self.hidden = [nn.Linear(54, n_hidden), nn.Linear(n_hidden, n_hidden)]
        self.out = nn.Linear(n_hidden, 7)

    def forward(self, X):
        for layer in self.hidden:
            X = torch.relu(layer(X))
        return self.out(X)


@mutant("p.10.15", replaces="CoverMLP", fails="test_network_gives_logits")
class SizeIgnored(_Net):
    """Your hidden layers have one size, whatever `n_hidden` says."""

    def __init__(self, n_hidden=64):
        super().__init__(32)


@naive("p.10.15", replaces="CoverMLP", fails="test_knows_what_grows_where")
class NoHiddenLayer(nn.Module):
    """Without something bent between its layers, a network is a linear model, however many layers it has."""

    def __init__(self, n_hidden=64):
        super().__init__()
        self.one, self.two = nn.Linear(54, n_hidden), nn.Linear(n_hidden, 7)

    def forward(self, X):
        return self.two(self.one(X))


# ---------------------------------------------------------------- training, wrong


def _answers(model, loader):
    model.eval()
    with torch.no_grad():
        parts = [(model(X), y) for X, y in loader]
    return (torch.cat(part) for part in zip(*parts, strict=True))


def _fit(model, train, valid, n_epochs, lr=1e-3, zero=True, modes=True, mean=True, evaluate=_answers, shift=0):
    optimizer = torch.optim.Adam(model.parameters(), lr)
    history = {"loss": [], "valid_loss": [], "valid_accuracy": []}
    for _ in range(n_epochs):
        if modes:
            model.train()
        losses, sizes = [], []
        for X, y in train:
            loss = cross_entropy(model(X), (y + shift) % 7)
            if zero:
                optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            sizes.append(len(y) if mean else 1)
        history["loss"].append(float(np.average(losses, weights=sizes)))
        logits, labels = evaluate(model, valid)
        history["valid_loss"].append(cross_entropy(logits, labels).item())
        history["valid_accuracy"].append((logits.argmax(dim=1) == labels).float().mean().item())
    model.eval()
    return history


@naive("p.10.15", replaces="train_cover", fails="test_knows_what_grows_where")
def one_epoch(model, train_loader, valid_loader, n_epochs):
    """You go through the training rows once: there are `n_epochs` to learn from."""
    history = _fit(model, train_loader, valid_loader, 1)
    return {name: figures * n_epochs for name, figures in history.items()}


@naive("p.10.15", replaces="train_cover", fails="test_knows_what_grows_where")
def plain_descent(model, train_loader, valid_loader, n_epochs):
    """Plain gradient descent with a rate of 0.001 hardly gets anywhere in so few steps: take Adam, or a larger rate."""
    real = torch.optim.Adam
    torch.optim.Adam = torch.optim.SGD
    try:
        return _fit(model, train_loader, valid_loader, n_epochs)
    finally:
        torch.optim.Adam = real


@mutant("p.10.15", replaces="train_cover", fails="test_modes_of_the_loop")
def always_in_evaluation_mode(model, train_loader, valid_loader, n_epochs):
    """After the first validation your model stays in evaluation mode: `train()` belongs into each epoch."""
    model.train()
    return _fit(model, train_loader, valid_loader, n_epochs, modes=False)


@mutant("p.10.15", replaces="train_cover", fails="test_modes_of_the_loop")
def validates_in_training_mode(model, train_loader, valid_loader, n_epochs):
    """Validation rows are asked about in training mode: call `eval()` before."""

    def answers(model, loader):
        with torch.no_grad():
            parts = [(model(X), y) for X, y in loader]
        return (torch.cat(part) for part in zip(*parts, strict=True))

    return _fit(model, train_loader, valid_loader, n_epochs, evaluate=answers)


@mutant("p.10.15", replaces="train_cover", fails="test_modes_of_the_loop")
def validation_is_recorded(model, train_loader, valid_loader, n_epochs):
    """You record the validation batches for gradients that nobody asks for: use `torch.no_grad()`."""

    def answers(model, loader):
        model.eval()
        parts = [(model(X).clone(), y) for X, y in loader]
        return (torch.cat(part).detach() for part in zip(*parts, strict=True))

    return _fit(model, train_loader, valid_loader, n_epochs, evaluate=answers)


@mutant("p.10.15", replaces="train_cover", fails="test_modes_of_the_loop")
def learns_from_validation(model, train_loader, valid_loader, n_epochs):
    """You learn from the validation rows as well: they only measure."""
    both = [*train_loader, *valid_loader]
    return _fit(model, both, valid_loader, n_epochs)


@mutant("p.10.15", replaces="train_cover", fails="test_history_of_the_training")
def mean_of_batch_means(model, train_loader, valid_loader, n_epochs):
    """The mean over the batches gives the rows of the small last one too much weight: weight by rows."""

    history = _fit(model, train_loader, valid_loader, n_epochs)
    parts = [tuple(_answers(model, [batch])) for batch in valid_loader]
    history["valid_loss"][-1] = float(np.mean([cross_entropy(z, y).item() for z, y in parts]))
    history["valid_accuracy"][-1] = float(np.mean([(z.argmax(1) == y).float().mean().item() for z, y in parts]))
    return history


@mutant("p.10.15", replaces="train_cover", fails="test_history_of_the_training")
def one_figure_for_all(model, train_loader, valid_loader, n_epochs):
    """You keep the last epoch's figures only: a list with one for each epoch is asked for."""
    history = _fit(model, train_loader, valid_loader, n_epochs)
    return {name: figures[-1:] for name, figures in history.items()}


@mutant("p.10.15", replaces="cover_types", fails="test_types_of_all_rows")
def classes_not_types(model, loader):
    """These are classes, 0 to 6: types are counted from 1."""
    return next(iter(_answers(model, loader))).argmax(dim=1)


@mutant("p.10.15", replaces="cover_types", fails="test_types_of_all_rows")
def last_batch_only(model, loader):
    """You return the last batch's types only: put all of them together."""
    model.eval()
    with torch.no_grad():
        for X, _ in loader:
            found = model(X).argmax(dim=1) + 1
    return found


@mutant("p.10.15", replaces="cover_types", fails="test_types_of_all_rows")
def sorted_types(model, loader):
    """Leave the types in the loader's order."""
    return next(iter(_answers(model, loader))).argmax(dim=1).sort(descending=True).values + 1
