"""Data pipelines, record files for Fashion-MNIST (tf2.13.9), the stream and the network: the answers."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from course import device
from solutions.pipelines_records.records import read_shard


def interleave(streams: Sequence[Iterable[Any]], n_open: int) -> Iterator[Any]:
    """Read some streams in turn.

    The first `n_open` streams are open, and in each round each of them gives one item,
    in order. When a stream that is asked for an item has none left, the next one that
    has not been open yet takes its place in the round and gives its first item instead;
    if there is no such stream any more, the place is given up.

    Parameters
    ----------
    streams : iterables; some may be empty.
    n_open : 1 or more.

    Returns
    -------
    An iterator over all items. A stream is not asked for its first item before it is
    open, and nothing is taken before it is handed out.

    Examples
    --------
    >>> "".join(interleave(["ace", "bd", "xyz"], n_open=2))
    'abcdexyz'
    >>> "".join(interleave(["ab", "ABCD", "xy"], n_open=3))
    'aAxbByCD'
    """
    waiting = map(iter, streams)
    places = list(islice(waiting, n_open))
    while places:
        still_open = []
        for stream in places:
            for source in chain([stream], waiting):
                try:
                    item = next(source)
                except StopIteration:
                    continue
                yield item
                still_open.append(source)
                break
        places = still_open


def shuffled(stream: Iterable[Any], buffer_size: int, rng: np.random.Generator) -> Iterator[Any]:
    """Shuffle a stream by a buffer.

    The first `buffer_size` items are put into the buffer. Then one of those in it,
    chosen by chance and all equally likely, is handed out, and the next of the stream
    takes its place; and so on. When the stream has ended, the rest is handed out in an
    order of chance.

    Parameters
    ----------
    stream : any iterable; it may have no end.
    buffer_size : 1 or more; 1 leaves the order as it is.
    rng : where chance comes from.

    Returns
    -------
    An iterator over all items. When it has handed out k items, it has taken no more
    than ``k + buffer_size`` from the stream.

    Examples
    --------
    >>> sorted(shuffled("records", 3, np.random.default_rng(1)))
    ['c', 'd', 'e', 'o', 'r', 'r', 's']
    """
    items = iter(stream)
    buffer = list(islice(items, buffer_size))
    for item in items:
        place = rng.integers(len(buffer))
        yield buffer[place]
        buffer[place] = item
    for place in rng.permutation(len(buffer)):
        yield buffer[place]


class ShardDataset(IterableDataset[tuple[Tensor, int]]):
    """The records of some files as a stream, for a `DataLoader`.

    Parameters
    ----------
    paths : from `write_shards`.
    shuffle : False: one file after the other, each from its beginning to its end, in
        the order of `paths`. True: the files are put into an order of chance, read in
        turn by `interleave`, and what comes out goes through `shuffled`.
    n_open, buffer_size : for these two.
    seed : decides the order, together with the epoch (see `set_epoch`), all chance.

    Each item is a picture, a (28, 28) uint8 tensor, and its label, an int. If a
    `DataLoader` has several workers, each of them reads files of its own
    (``torch.utils.data.get_worker_info()`` says which of how many this one is), so that
    each record comes once. There may be more workers than files.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from solutions.pipelines_records.records import write_shards
    >>> X = np.zeros((5, 28, 28), dtype=np.uint8)
    >>> paths = write_shards(X, [3, 1, 4, 1, 5], mkdtemp(), n_shards=2)
    >>> [label for picture, label in ShardDataset(paths)]
    [3, 1, 4, 1, 5]
    """

    def __init__(
        self,
        paths: Sequence[str],
        shuffle: bool = False,
        n_open: int = 2,
        buffer_size: int = 100,
        seed: int = 0,
    ) -> None:
        self.paths, self.shuffle, self.n_open = list(paths), shuffle, n_open
        self.buffer_size, self.seed, self.epoch = buffer_size, seed, 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the order, one for each epoch: from 0 on, which it begins with."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[tuple[Tensor, int]]:
        info = get_worker_info()
        worker, n_workers = (info.id, info.num_workers) if info else (0, 1)
        rng = np.random.default_rng([self.seed, self.epoch])
        order = rng.permutation(len(self.paths)) if self.shuffle else np.arange(len(self.paths))
        mine = [read_shard(self.paths[number]) for number in order[worker::n_workers]]  # none is opened yet
        records: Iterator[Any] = chain.from_iterable(mine)
        if self.shuffle:
            # All workers agree on the files' order; from here on each draws for itself.
            own = np.random.default_rng([self.seed, self.epoch, worker])
            records = shuffled(interleave(mine, self.n_open), self.buffer_size, own)
        for picture, label in records:
            yield torch.from_numpy(picture), label


class Standardise(nn.Module):
    """A layer that takes each pixel's mean away and divides by its standard deviation.

    Parameters
    ----------
    shape : of one input.

    Until `adapt` is called, the means are 0 and the deviations 1. Both are saved with
    the model (``state_dict``), and are no parameters: no optimiser changes them.

    Examples
    --------
    >>> layer = Standardise((2,))
    >>> layer.adapt([torch.tensor([[1, 5], [3, 5]]), torch.tensor([[5, 5]])])
    >>> layer(torch.tensor([[3, 6]])).tolist()
    [[0.0, 1.0]]
    """

    def __init__(self, shape: Sequence[int] = (28, 28)) -> None:
        super().__init__()
        self.mean: Tensor
        self.std: Tensor
        self.register_buffer("mean", torch.zeros(*shape))
        self.register_buffer("std", torch.ones(*shape))

    def adapt(self, batches: Iterable[Tensor]) -> None:
        """Learn means and deviations (of all n inputs: divide by n) from a stream.

        Parameters
        ----------
        batches : (B, \\*shape) tensors of any type of numbers, with any B; it can
            be gone through only once, and does not fit into memory as a whole.

        The deviation of a pixel that is always the same is set to 1. What was learned
        before is forgotten.
        """
        n, mean, squares = 0, torch.zeros(self.mean.shape).double(), torch.zeros(self.mean.shape).double()
        for batch in batches:
            X = batch.double().cpu()
            n += len(X)
            moved = X.mean(dim=0) - mean
            # Squares about the new mean: within the batch, and what both means' distance adds.
            squares += X.var(dim=0, correction=0) * len(X) + moved**2 * len(X) * (n - len(X)) / n
            mean += moved * len(X) / n
        std = (squares / n).sqrt()
        self.mean.copy_(mean)
        self.std.copy_(torch.where(std > 0, std, 1.0))

    def forward(self, X: Tensor) -> Tensor:
        """Return (B, \\*shape) float32; `X` is of any type of numbers."""
        return (X.float() - self.mean) / self.std


def fit_from_shards(
    paths: Sequence[str], n_classes: int, n_epochs: int = 5, batch_size: int = 32, seed: int = 0
) -> nn.Module:
    """Train a network on record files.

    Parameters
    ----------
    paths : from `write_shards`; often the records are sorted by label. Labels are from
        0 to ``n_classes - 1``.
    n_epochs : how often it is trained on each record.
    seed : decides all chance: the same seed trains the same network.

    Returns
    -------
    A model that takes pictures as the files have them, (B, 28, 28) uint8, and returns
    (B, n_classes) scores: the highest names the class. What it knows of the training
    data, to standardise others, is saved with it in its ``state_dict``.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from solutions.pipelines_records.records import write_shards
    >>> X = np.random.default_rng(0).integers(0, 256, (6, 28, 28)).astype(np.uint8)
    >>> paths = write_shards(X, [0, 0, 1, 1, 2, 2], mkdtemp(), n_shards=3)
    >>> fit_from_shards(paths, n_classes=3, n_epochs=1)(torch.from_numpy(X)).shape
    torch.Size([6, 3])
    """
    torch.manual_seed(seed)
    where = device()
    standardise = Standardise((28, 28))
    standardise.adapt(X for X, _ in DataLoader(ShardDataset(paths), batch_size=256))
    model = nn.Sequential(
        standardise, nn.Flatten(), nn.Linear(28 * 28, 100), nn.ReLU(), nn.Linear(100, n_classes)
    ).to(where)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    # All files are open at once, so that each batch has records of all of them.
    data = ShardDataset(paths, shuffle=True, n_open=len(paths), buffer_size=1000, seed=seed)
    for epoch in range(n_epochs):
        data.set_epoch(epoch)
        for X, y in DataLoader(data, batch_size=batch_size):
            loss = cross_entropy(model(X.to(where)), y.to(where))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.cpu()
