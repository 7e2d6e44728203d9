"""Data pipelines, the stream of record files (tf2.13.9): wrong answers, and right ones."""

from collections import deque
from itertools import chain, islice

import numpy as np
import torch
from torch.utils.data import get_worker_info

from autograder.testing import alternative, mutant
from solutions.pipelines_records.records import read_shard
from solutions.pipelines_records.shards import ShardDataset as Right
from solutions.pipelines_records.shards import interleave as right_interleave
from solutions.pipelines_records.shards import shuffled as right_shuffled

# ---------------------------------------------------------------- streams, wrong


@mutant("tf2.13.9", replaces="interleave", fails="test_streams_are_read_in_turn")
def file_after_file(streams, n_open):
    """You read a stream to its end before the next one: the open ones give an item each in turn."""
    return chain.from_iterable(streams)


@mutant("tf2.13.9", replaces="interleave", fails="test_streams_are_read_in_turn")
def until_the_shortest_ends(streams, n_open):
    """You stop where the shortest stream ends: the others go on."""
    waiting = list(streams)
    while waiting:
        for row in zip(*waiting[:n_open], strict=False):
            yield from row
        waiting = waiting[n_open:]


@mutant("tf2.13.9", replaces="interleave", fails="test_streams_are_read_in_turn")
def group_by_group(streams, n_open):
    """You wait until all open streams have ended: the next one takes the place of each as soon as it ends."""
    streams = list(streams)
    for first in range(0, len(streams), n_open):
        yield from right_interleave(streams[first : first + n_open], n_open)


@mutant("tf2.13.9", replaces="interleave", fails="test_streams_are_opened_late")
def lists_first(streams, n_open):
    """You read the streams into lists first: they may be larger than memory."""
    return right_interleave([list(one) for one in streams], n_open)


@mutant("tf2.13.9", replaces="interleave", fails="test_streams_are_read_in_turn")
def a_round_later(streams, n_open):
    """Where a stream has ended, the next one gives an item in the same round: you pass its place over."""
    waiting, end = [iter(one) for one in streams], object()
    places, waiting = waiting[:n_open], waiting[n_open:]
    while places:
        still_open = []
        for source in places:
            item = next(source, end)
            if item is not end:
                still_open.append(source)
                yield item
            elif waiting:
                still_open.append(waiting.pop(0))
        places = still_open


@mutant("tf2.13.9", replaces="interleave", fails="test_streams_are_read_in_turn")
def next_of_anything(streams, n_open):
    """`next` needs an iterator, and a stream may be a list or a data set: take `iter` of it first."""
    waiting, end = list(streams), object()
    places = [waiting.pop(0) for _ in range(min(n_open, len(waiting)))]
    while places:
        still_open = []
        for source in places:
            while (item := next(source, end)) is end and waiting:
                source = waiting.pop(0)
            if item is not end:
                still_open.append(source)
                yield item
        places = still_open


@mutant("tf2.13.9", replaces="shuffled", fails="test_buffer_loses_nothing")
def begins_again(stream, buffer_size, rng):
    """Of a list you take the first items twice, into the buffer and behind it: make one iterator of it first."""
    buffer = list(islice(stream, buffer_size))
    for item in stream:
        place = rng.integers(len(buffer))
        yield buffer[place]
        buffer[place] = item
    yield from (buffer[place] for place in rng.permutation(len(buffer)))


@mutant("tf2.13.9", replaces="shuffled", fails="test_buffer_loses_nothing")
def rest_left_in_the_buffer(stream, buffer_size, rng):
    """When the stream has ended, what is left in the buffer has to come, too."""
    items = iter(stream)
    buffer = list(islice(items, buffer_size))
    for item in items:
        place = rng.integers(len(buffer))
        yield buffer[place]
        buffer[place] = item


@mutant("tf2.13.9", replaces="shuffled", fails="test_buffer_holds_no_more")
def everything_in_memory(stream, buffer_size, rng):
    """You read the stream to its end before the first item: it may not fit into memory, or have no end."""
    items = list(islice(stream, 5_000))
    return iter(items) if buffer_size == 1 else (items[place] for place in rng.permutation(len(items)))


@mutant("tf2.13.9", replaces="shuffled", fails="test_buffer_draws_evenly")
def buffer_by_buffer(stream, buffer_size, rng):
    """You empty the buffer before you fill it again: then no item moves further than its own filling."""
    items = iter(stream)
    while buffer := list(islice(items, buffer_size)):
        yield from (buffer[place] for place in rng.permutation(len(buffer)))


@mutant("tf2.13.9", replaces="shuffled", fails="test_buffer_draws_evenly")
def rest_in_order(stream, buffer_size, rng):
    """At the end you hand out what is left in the order in which it lies in the buffer."""
    items = iter(stream)
    buffer = list(islice(items, buffer_size))
    for item in items:
        place = rng.integers(len(buffer))
        yield buffer[place]
        buffer[place:] = [*buffer[place + 1 :], item]
    yield from buffer


# ---------------------------------------------------------------- data sets, wrong


@mutant("tf2.13.9", replaces="ShardDataset", fails="test_workers_share_the_files")
class AllWorkersReadAll(Right):
    """Each worker reads all files, so that each record comes once for each of them."""

    def __iter__(self):
        rng = np.random.default_rng([self.seed, self.epoch])
        order = rng.permutation(len(self.paths)) if self.shuffle else range(len(self.paths))
        mine = [read_shard(self.paths[number]) for number in order]
        found = chain.from_iterable(mine)
        if self.shuffle:
            found = right_shuffled(right_interleave(mine, self.n_open), self.buffer_size, rng)
        return ((torch.from_numpy(picture), label) for picture, label in found)


class _Own(Right):
    """Order and files by methods that the mutants change."""

    def files(self, worker, of):
        rng = np.random.default_rng([self.seed, self.epoch])
        order = rng.permutation(len(self.paths)) if self.shuffle else np.arange(len(self.paths))
        return [self.paths[number] for number in order[worker::of]]

    def mixed(self, streams, worker):
        own = np.random.default_rng([self.seed, self.epoch, worker])
        return right_shuffled(right_interleave(streams, self.n_open), self.buffer_size, own)

    def __iter__(self):
        info = get_worker_info()
        worker, of = (info.id, info.num_workers) if info else (0, 1)
        streams = [read_shard(path) for path in self.files(worker, of)]
        found = self.mixed(streams, worker) if self.shuffle else chain.from_iterable(streams)
        return ((torch.from_numpy(picture), label) for picture, label in found)


@mutant("tf2.13.9", replaces="ShardDataset", fails="test_workers_share_the_files")
class EachWithItsOwnOrder(_Own):
    """Each worker puts the files into another order before it takes its share: some are read twice, others never."""

    def files(self, worker, of):
        rng = np.random.default_rng([self.seed, self.epoch, worker])
        order = rng.permutation(len(self.paths)) if self.shuffle else np.arange(len(self.paths))
        return [self.paths[number] for number in order[worker::of]]


@mutant("tf2.13.9", replaces="ShardDataset", fails="test_workers_share_the_files")
class RestLeftOut(_Own):
    """Where the files can't be dealt out evenly, some are read by nobody."""

    def files(self, worker, of):
        each = max(len(self.paths) // of, 1)
        return super().files(0, 1)[worker * each : (worker + 1) * each]


@mutant("tf2.13.9", replaces="ShardDataset", fails="test_each_epoch_has_its_order")
class OneOrderForAll(_Own):
    """Your order is the same in all epochs: it has to depend on `set_epoch`, too."""

    def set_epoch(self, epoch):
        pass


@mutant("tf2.13.9", replaces="ShardDataset", fails="test_each_epoch_has_its_order")
class NeverTheSameOrder(_Own):
    """Your order is another one each time: the same seed and epoch give the same."""

    def set_epoch(self, epoch):
        pass

    def __iter__(self):
        self.epoch = int(torch.randint(10**9, ()))
        return super().__iter__()


@mutant("tf2.13.9", replaces="ShardDataset", fails="test_validation_has_one_order")
class AlwaysShuffled(Right):
    """You shuffle also where nobody has asked for it: without, file comes after file."""

    def __init__(self, paths, shuffle=False, n_open=2, buffer_size=100, seed=0):
        super().__init__(paths, True, n_open, buffer_size, seed)


@mutant("tf2.13.9", replaces="ShardDataset", fails="test_files_are_shuffled_and_mixed")
class FilesInOrder(_Own):
    """The files come in the same order in each epoch: a buffer does not reach from the first to the last."""

    def files(self, worker, of):
        return self.paths[worker::of]


@mutant("tf2.13.9", replaces="ShardDataset", fails="test_files_are_shuffled_and_mixed")
class NotInTurn(_Own):
    """You read one file after the other: so many as are to be open have to be read in turn."""

    def mixed(self, streams, worker):
        own = np.random.default_rng([self.seed, self.epoch, worker])
        return right_shuffled(chain.from_iterable(streams), self.buffer_size, own)


@mutant("tf2.13.9", replaces="ShardDataset", fails="test_a_data_set_can_be_read_again")
class ReadOnce(Right):
    """The files are opened once and for all: the second time nothing is left. Open them in `__iter__`."""

    def __iter__(self):
        key = (self.epoch, get_worker_info())
        if getattr(self, "key", None) == key:
            return iter([])
        self.key = key
        return super().__iter__()


@mutant("tf2.13.9", replaces="ShardDataset", fails="test_a_data_set_can_be_read_again")
class NoDataSet:
    """A `DataLoader` asks for records by their numbers, unless your class inherits from `IterableDataset`."""

    def __init__(self, paths, shuffle=False, n_open=2, buffer_size=100, seed=0):
        self._inner = Right(paths, shuffle, n_open, buffer_size, seed)

    def set_epoch(self, epoch):
        self._inner.set_epoch(epoch)

    def __iter__(self):
        return iter(self._inner)


# ---------------------------------------------------------------- right


@alternative("tf2.13.9", replaces="interleave")
def by_a_queue(streams, n_open):
    """Places in a queue that goes round."""
    later = deque(streams)
    places = deque(iter(later.popleft()) for _ in range(min(n_open, len(later))))
    nothing = object()
    while places:
        source = places.popleft()
        item = next(source, nothing)
        while item is nothing and later:
            source = iter(later.popleft())
            item = next(source, nothing)
        if item is not nothing:
            yield item
            places.append(source)


@alternative("tf2.13.9", replaces="shuffled")
def by_swapping(stream, buffer_size, rng):
    """Adds one, draws one."""
    buffer = []
    for item in stream:
        if len(buffer) == buffer_size:
            place = int(rng.integers(buffer_size))
            buffer[place], chosen = item, buffer[place]
            yield chosen
        else:
            buffer.append(item)
    rng.shuffle(buffer)
    yield from buffer


@alternative("tf2.13.9", replaces="ShardDataset")
class ByMethods(_Own):
    """A class with a method for each step, blocks of files for each worker, and torch's generator for the order."""

    def files(self, worker, of):
        paths = self.paths
        if self.shuffle:
            generator = torch.Generator().manual_seed(self.seed * 10_007 + self.epoch)
            paths = [paths[number] for number in torch.randperm(len(paths), generator=generator).tolist()]
        return [str(path) for path in np.array_split(np.array(paths), of)[worker]]


@alternative("tf2.13.9", replaces="ShardDataset")
class SeedsAddedUp(_Own):
    """Seed and epoch are added up, as PyTorch's own sampler for several machines does."""

    def files(self, worker, of):
        paths = list(self.paths)
        if self.shuffle:
            np.random.default_rng(self.seed + self.epoch).shuffle(paths)
        return paths[worker::of]

    def mixed(self, streams, worker):
        own = np.random.default_rng(self.seed + self.epoch + worker)
        return right_shuffled(right_interleave(streams, self.n_open), self.buffer_size, own)
