"""Data pipelines, record files for Fashion-MNIST (tf2.13.9), the stream: the answers."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

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
    open, and nothing is taken before it is handed out. (`iter` of a stream takes
    nothing, and may be called earlier.)

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
    n_open, buffer_size : for these two; with several workers, in each of them.
    seed : decides the order, together with the epoch (see `set_epoch`), all chance.

    Each item is a picture, a (28, 28) uint8 tensor, and its label, an int. If a
    `DataLoader` has several workers, each of them reads files of its own
    (``torch.utils.data.get_worker_info()`` says which of how many this one is), so that
    each record comes once. There may be more workers than files. Each `iter` begins
    anew.

    Examples
    --------
    >>> from tempfile import mkdtemp
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
        """Choose the order, one for each epoch: from 0 on, which it begins with.

        It holds from the next `iter` on. Workers that are running already need not
        learn of it (``persistent_workers=True`` is not used).
        """
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
