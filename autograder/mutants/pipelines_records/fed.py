"""Data pipelines, a network that is fed from record files (tf2.13.9): wrong answers, and right ones."""

import copy

import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader

from autograder.testing import alternative, mutant, naive
from solutions.pipelines_records.fed import Standardise as Right
from solutions.pipelines_records.fed import fit_from_shards
from solutions.pipelines_records.shards import ShardDataset

# ---------------------------------------------------------------- standardising, wrong


@mutant("tf2.13.9", replaces="Standardise", fails="test_each_pixel_is_standardised")
class OneForAllPixels(Right):
    """You take one mean over all pixels: each pixel has its own."""

    def adapt(self, batches):
        super().adapt(batches)
        self.mean.fill_(self.mean.mean())
        self.std.fill_(self.std.mean())


@mutant("tf2.13.9", replaces="Standardise", fails="test_each_pixel_is_standardised")
class FirstBatchOnly(Right):
    """You learn from the first batch only: the stream goes on."""

    def adapt(self, batches):
        super().adapt([next(iter(batches))])


@mutant("tf2.13.9", replaces="Standardise", fails="test_each_pixel_is_standardised")
class MeanOfMeans(Right):
    """A mean of the batches' means and deviations is none of all inputs: batches differ, and the last is smaller."""

    def adapt(self, batches):
        parts = [batch.double() for batch in batches]
        self.mean.copy_(torch.stack([part.mean(0) for part in parts]).mean(0))
        std = torch.stack([part.std(0, correction=0) for part in parts]).mean(0)
        self.std.copy_(torch.where(std > 0, std, 1.0))


@mutant("tf2.13.9", replaces="Standardise", fails="test_each_pixel_is_standardised")
class OneLess(Right):
    """You divide by n - 1, as PyTorch's `std` and `var` do unless they are told: with `correction=0` it is n."""

    def adapt(self, batches):
        super().adapt(parts := list(batches))
        n = sum(map(len, parts))
        self.std.copy_(torch.where(self.std == 1, 1, self.std * (n / (n - 1)) ** 0.5))


@mutant("tf2.13.9", replaces="Standardise", fails="test_each_pixel_is_standardised")
class TwoPasses(Right):
    """You go through the batches twice, for the means and for the deviations: a stream comes only once."""

    def adapt(self, batches):
        n, total, squares = 0, 0.0, torch.zeros(self.mean.shape).double()
        for X in batches:
            n, total = n + len(X), total + X.double().sum(0)
        for X in batches:
            squares = squares + (X.double() - total / n).square().sum(0)
        self.mean.copy_(total / n)
        self.std.copy_(torch.where(squares > 0, (squares / n).sqrt(), 1.0))


@mutant("tf2.13.9", replaces="Standardise", fails="test_each_pixel_is_standardised")
class RoughSums(Right):
    """Where values lie far from 0, the mean of their squares and the square of their mean are nearly the same: in
    float32 nothing right is left of the difference. Take sums in float64, or squares about the mean."""

    def adapt(self, batches):
        n, total, squares = 0, 0.0, 0.0
        for X in batches:
            n, total, squares = n + len(X), total + X.float().sum(0), squares + X.float().square().sum(0)
        variance = squares / n - (total / n) ** 2
        self.mean.copy_(total / n)
        self.std.copy_(torch.where(variance > 0, variance, 1.0).sqrt())


@mutant("tf2.13.9", replaces="Standardise", fails="test_batches_are_not_kept")
class AllInOnePiece(Right):
    """You put all batches together first: they don't fit into memory as a whole. Keep sums only."""

    def adapt(self, batches):
        super().adapt([torch.cat(list(batches))])


@mutant("tf2.13.9", replaces="Standardise", fails="test_constant_pixels_and_adapting_again")
class NearlyNothing(Right):
    """In place of a deviation of 0 you take a tiny number: a pixel that is another one later becomes huge. Take 1."""

    def adapt(self, batches):
        super().adapt(parts := list(batches))
        same = torch.cat(parts).double().std(dim=0, correction=0) == 0
        self.std.copy_(torch.where(same, 1e-7, self.std))


@mutant("tf2.13.9", replaces="Standardise", fails="test_constant_pixels_and_adapting_again")
class DividesByNothing(Right):
    """A pixel that is always the same has a deviation of 0: divide it by 1."""

    def forward(self, X):
        return (X.float() - self.mean) / torch.where(self.std == 1, 0.0, self.std) if self.mean.any() else X.float()


@mutant("tf2.13.9", replaces="Standardise", fails="test_constant_pixels_and_adapting_again")
class NeverForgets(Right):
    """A second `adapt` goes on with what the first has learned: it has to begin anew."""

    def adapt(self, batches):
        self.seen = [*getattr(self, "seen", []), *batches]
        super().adapt(self.seen)


@mutant("tf2.13.9", replaces="Standardise", fails="test_statistics_are_saved_and_not_trained")
class PlainAttributes(nn.Module):
    """Means and deviations are plain attributes, which nobody saves: `register_buffer` puts them into the state."""

    def __init__(self, shape=(28, 28)):
        super().__init__()
        self._inner = [Right(shape)]
        self.register_buffer("nothing", torch.zeros(1))

    def adapt(self, batches):
        self._inner[0].adapt(batches)

    def forward(self, X):
        return self._inner[0](X)


@mutant("tf2.13.9", replaces="Standardise", fails="test_statistics_are_saved_and_not_trained")
class AsParameters(nn.Module):
    """As parameters, the statistics would be changed by the optimiser: they are buffers."""

    def __init__(self, shape=(28, 28)):
        super().__init__()
        self.mean, self.std = nn.Parameter(torch.zeros(*shape)), nn.Parameter(torch.ones(*shape))

    def adapt(self, batches):
        inner = Right(self.mean.shape)
        inner.adapt(batches)
        self.mean.data, self.std.data = inner.mean, inner.std

    def forward(self, X):
        return ((X.float() - self.mean) / self.std).detach()


# ---------------------------------------------------------------- training, wrong


def trained(paths, n_classes, n_epochs, batch_size, seed, standardise=None, shuffle=True, **how):
    """A training as the reference has it, for others to change."""
    torch.manual_seed(seed)
    layer = standardise or Right()
    if standardise is None:
        layer.adapt(X for X, _ in DataLoader(ShardDataset(paths), batch_size=256))
    model = nn.Sequential(layer, nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, n_classes))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    data = ShardDataset(paths, shuffle=shuffle, seed=seed, **how)
    for epoch in range(n_epochs):
        data.set_epoch(epoch)
        for X, y in DataLoader(data, batch_size=batch_size):
            loss = cross_entropy(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model


class By255(nn.Module):
    def forward(self, X):
        return X.float() / 255


@naive("tf2.13.9", replaces="fit_from_shards", fails="test_reads_letters_from_files")
def in_the_order_of_the_files(paths, n_classes, n_epochs=5, batch_size=32, seed=0):
    """You train in the order of the files, which are sorted by label: what comes last is remembered best."""
    return trained(paths, n_classes, n_epochs, batch_size, seed, shuffle=False)


@naive("tf2.13.9", replaces="fit_from_shards", fails="test_reads_letters_from_files")
def by_default_settings(paths, n_classes, n_epochs=5, batch_size=32, seed=0):
    """Two open files and a buffer of 100 records don't mix files that are sorted by label: open more of them."""
    return trained(paths, n_classes, n_epochs, batch_size, seed)


@naive("tf2.13.9", replaces="fit_from_shards", fails="test_reads_letters_from_files")
def divided_by_255(paths, n_classes, n_epochs=5, batch_size=32, seed=0):
    """You divide by 255, and all pictures are nearly the same then: standardise them by what the files hold."""
    return trained(paths, n_classes, n_epochs, batch_size, seed, By255(), n_open=9, buffer_size=1000)


@naive("tf2.13.9", replaces="fit_from_shards", fails="test_reads_letters_from_files")
def all_files_but_one(paths, n_classes, n_epochs=5, batch_size=32, seed=0):
    """You leave out the last file: kinds that are only there are never learned."""
    return trained(paths[:-1] or paths, n_classes, n_epochs, batch_size, seed, n_open=9, buffer_size=1000)


@mutant("tf2.13.9", replaces="fit_from_shards", fails="test_seed_decides_the_network")
def one_seed_for_all(paths, n_classes, n_epochs=5, batch_size=32, seed=0):
    """You don't use the seed that you are given: first weights and the records' order have to depend on it."""
    return fit_from_shards(paths, n_classes, n_epochs, batch_size, 0)


@mutant("tf2.13.9", replaces="fit_from_shards", fails="test_network_is_whole_in_its_state_dict")
def statistics_beside_the_network(paths, n_classes, n_epochs=5, batch_size=32, seed=0):
    """What the network standardises with is not in its `state_dict`: on another machine it would be lost."""
    model = fit_from_shards(paths, n_classes, n_epochs, batch_size, seed)

    class Kept(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = [copy.deepcopy(model[0])]
            self.rest = model[1:]

        def forward(self, X):
            return self.rest(self.first[0](X))

    return Kept()


# ---------------------------------------------------------------- right


@alternative("tf2.13.9", replaces="Standardise")
class BySums(nn.Module):
    """By the sums of numbers and of their squares; factor and offset are kept in place of both."""

    def __init__(self, shape=(28, 28)):
        super().__init__()
        self.register_buffer("factor", torch.ones(*shape, dtype=torch.float64))
        self.register_buffer("offset", torch.zeros(*shape, dtype=torch.float64))

    def adapt(self, batches):
        n, total, squares = 0, 0.0, 0.0
        for X in batches:
            X = X.to(torch.float64)
            n, total, squares = n + X.size(0), total + X.sum(0), squares + X.square().sum(0)
        variance = squares / n - (total / n) ** 2
        self.factor = torch.where(variance > 1e-9, variance, 1.0).rsqrt()
        self.offset = total / n

    def forward(self, X):
        return ((X - self.offset) * self.factor).to(torch.float32)


@alternative("tf2.13.9", replaces="fit_from_shards")
def normalised_by_batches(paths, n_classes, n_epochs=5, batch_size=32, seed=0):
    """A convolutional network that normalises its input by running statistics, and files in an order of its own."""
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Unflatten(1, (1, 28)),
        _AsFloat(),
        nn.BatchNorm2d(1, affine=False, momentum=None),
        nn.Conv2d(1, 8, 5, stride=2, padding=2),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(8 * 14 * 14, n_classes),
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    data = list(ShardDataset(paths))
    generator = torch.Generator().manual_seed(seed)
    for _ in range(n_epochs):
        for X, y in DataLoader(data, batch_size=batch_size, shuffle=True, generator=generator):
            optimizer.zero_grad()
            cross_entropy(model(X), y).backward()
            optimizer.step()
    return model.eval()


class _FromBytes(nn.Module):
    """Scales by what the type of its input can hold, as libraries for pictures do, and then standardises."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, X):
        return self.layer(X.float() / torch.iinfo(X.dtype).max)


@alternative("tf2.13.9", replaces="fit_from_shards")
def scaled_by_its_type(paths, n_classes, n_epochs=5, batch_size=32, seed=0):
    """Pictures of bytes are brought to [0, 1] first, and standardised there; scores in double precision."""
    layer = Right()
    layer.adapt(X / 255 for X, _ in DataLoader(ShardDataset(paths), batch_size=100))
    model = trained(paths, n_classes, n_epochs, batch_size, seed, _FromBytes(layer), n_open=9, buffer_size=1000)
    return nn.Sequential(model, _AsDouble())


class _AsDouble(nn.Module):
    def forward(self, X):
        return X.double()


class _AsFloat(nn.Module):
    def forward(self, X):
        return X.float()


@alternative("tf2.13.9", replaces="fit_from_shards")
def one_scale_for_all(paths, n_classes, n_epochs=5, batch_size=32, seed=0):
    """Standardised by one mean and one deviation of all pixels, with a larger buffer."""
    layer = Right()
    X = torch.stack([picture for picture, _ in ShardDataset(paths)]).double()
    layer.mean.fill_(X.mean())
    layer.std.fill_(X.std())
    return trained(paths, n_classes, n_epochs, batch_size, seed, layer, n_open=50, buffer_size=5000)
