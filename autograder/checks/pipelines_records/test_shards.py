"""Hidden checks of data pipelines: the stream of record files (tf2.13.9)."""

from collections import Counter

import numpy as np
from numpy.testing import assert_array_equal

from autograder.checks.pipelines_records.inputs import (
    Written,
    buffered,
    by_a_loader,
    interleaved,
    known_by,
    pictures,
    worked,
)
from autograder.testing import check


def _in_turn(streams, n_open):
    """By rounds over lists: what is handed out."""
    queues = [list(one) for one in streams]
    places, later, found = queues[:n_open], queues[n_open:], []
    while any(places) or any(later):
        for place in range(len(places)):
            while not places[place] and later:
                places[place] = later.pop(0)
            if places[place]:
                found.append(places[place].pop(0))
        places = [one for one in places if one or later]
    return found


@check(
    "tf2.13.9",
    core=True,
    hint="Keep a list of iterators, one for each place. What happens when one of them has nothing more?",
)
def test_streams_are_read_in_turn(student, rng):
    """The open streams give one item each in a round, and the next one takes the place of a stream that has ended."""
    ask = student.probe_(interleaved)
    for n_open in (1, 2, 3, 9):
        drawn = [rng.choice([0, 1, 2, 3, 6], int(rng.integers(1, 8))) for _ in range(5)]
        for sizes in [(2, 1, 0, 0, 3, 6, 0, 1), *drawn]:  # first one in which empty ones follow one that ends
            streams = [[100 * number + item for item in range(int(size))] for number, size in enumerate(sizes)]
            found, _ = ask(student.interleave, streams, n_open, 99)
            assert list(found) == _in_turn(streams, n_open)


@check("tf2.13.9", hint="A generator for `interleave`, and `iter` of a stream only when it is its turn to be opened.")
def test_streams_are_opened_late(student, rng):
    """Nothing is taken of a stream before it is handed out, and no stream that is not open yet is begun."""
    ask = student.probe_(interleaved)
    streams = [[100 * number + item for item in range(30)] for number in range(6)]
    for n in (0, 1, 7, 40):
        found, taken = ask(student.interleave, streams, 2, n)
        assert list(taken) == list(found) == _in_turn(streams, 2)[:n]


@check("tf2.13.9", core=True, hint="When the stream has ended, is something left in the buffer?")
def test_buffer_loses_nothing(student, rng):
    """Each item comes once, however large the buffer is, and with a buffer of 1 in order."""
    ask = student.probe_(buffered)
    for k, (n, size) in enumerate(((0, 3), (1, 4), (20, 5), (20, 20), (7, 30), (60, 13), (20, 6))):
        found, _ = ask(student.shuffled, n, size, int(rng.integers(999)), n + 1, k % 2 == 0)
        assert sorted(found) == list(range(n))
        assert n < 13 or list(found) != list(range(n))
    assert list(ask(student.shuffled, 9, 1, int(rng.integers(999)), 10)[0]) == list(range(9))


@check("tf2.13.9", core=True, hint="Hand out one item, then take one. `list(stream)` would never end.")
def test_buffer_holds_no_more(student, rng):
    """No more than the buffer holds has been taken ahead, so that no record comes earlier than it can."""
    ask = student.probe_(buffered)
    for size in (2, 5, 11):
        found, counts = ask(student.shuffled, 10**9, size, int(rng.integers(999)), 80)
        for place, (number, taken) in enumerate(zip(found, counts, strict=True)):
            assert taken <= place + 1 + size
            assert number <= place + size
        assert len(found) == 80 and list(found) != list(range(80))


@check(
    "tf2.13.9", weight=2, hint="Which of those in the buffer may be the next? All of them, each as likely as another."
)
def test_buffer_draws_evenly(student, rng):
    """What leaves the buffer is any of those in it, all equally likely: at the beginning, later, and at the end."""
    ask = student.probe_(buffered)
    runs = [list(ask(student.shuffled, 12, 4, seed, 13)[0]) for seed in rng.choice(10**6, 600, replace=False).tolist()]
    first = Counter(run[0] for run in runs)
    assert set(first) == {0, 1, 2, 3} and min(first.values()) > 95  # of 150, sd 10.6
    newest = sum(run[6] == 9 for run in runs)  # the latest that can be there, after six that have left
    assert 95 < newest < 210
    last = Counter(run[-1] for run in runs)
    assert 95 < last[11] < 210  # of 150: it is the last one to come in, and one of four that are left
    same = [list(ask(student.shuffled, 30, 6, 77, 31)[0]) for _ in range(2)]
    assert same[0] == same[1]


class Files:
    """Record files with pictures that can be told apart, written by the submission."""

    def __init__(self, student, rng, n=23, n_shards=5):
        self.student = student
        self.X, self.y = pictures(rng, n)
        self.known = known_by(self.X, self.y)
        self.written = student.probe_(Written)(student.write_shards, self.X, self.y, n_shards)
        self.file_of = np.full(n, -1)
        for number in range(n_shards):
            for picture, _ in self.written.read(student.read_shard, number)[0]:
                self.file_of[self.known[np.asarray(picture).tobytes()][0]] = number
        assert self.file_of.min() == 0 and len(np.unique(self.file_of)) == n_shards
        self.ask = student.probe_(worked)

    def data(self, **how):
        return self.written.data(self.student.ShardDataset, **how)

    def numbers(self, data, worker=0, n_workers=0):
        """The records' numbers, as they come; each beside its own label."""
        items, kinds = self.ask(data, worker, n_workers)
        assert kinds == ["torch.uint8"] * bool(items)
        found = [(self.known[np.asarray(picture).tobytes()], label) for picture, label in items]
        assert all(right == label for (_, right), label in found)
        return [number for (number, _), _ in found]

    def epoch(self, data, n_workers):
        return [self.numbers(data, worker, n_workers) for worker in range(n_workers)]


@check("tf2.13.9", core=True, hint="Without shuffling there is nothing to draw: file after file.")
def test_validation_has_one_order(student, rng):
    """Without shuffling, the records come in the order of the files, in every epoch."""
    files = Files(student, rng)
    data = files.data()
    for epoch in (None, 0, 3):
        if epoch is not None:
            data.set_epoch(epoch)
        assert files.numbers(data) == list(range(23))
    turned = files.data(turned=True, shuffle=False)
    order = files.numbers(turned)
    assert sorted(order) == list(range(23)) and order[-1] == files.file_of.tolist().count(0) - 1


@check("tf2.13.9", core=True, hint="Make the generator of seed and epoch in `__iter__`: `default_rng([seed, epoch])`.")
def test_each_epoch_has_its_order(student, rng):
    """With shuffling, each record comes once, in an order of its own for each seed and epoch, and the same again for
    the same."""
    for n_shards in (5, 1):  # of one file, only the buffer's order is left
        files = Files(student, rng, 23, n_shards)

        def order(seed, epoch, files=files):
            data = files.data(shuffle=True, n_open=2, buffer_size=4, seed=seed)
            data.set_epoch(epoch)
            return files.numbers(data)

        asked = [(seed, epoch) for seed in (3, 40) for epoch in (0, 1, 2)]  # also their sums differ
        orders = [order(*one) for one in asked]
        for one in orders:
            assert sorted(one) == list(range(23))
        assert len({tuple(one) for one in orders}) == len(asked)
        assert [order(*one) for one in asked[:3]] == orders[:3]
        fresh = files.data(shuffle=True, n_open=2, buffer_size=4, seed=3)
        assert files.numbers(fresh) == orders[0]


@check("tf2.13.9", hint="The order of the files first; then `interleave`; then the buffer.")
def test_files_are_shuffled_and_mixed(student, rng):
    """The files come in an order of chance, and so many of them are read in turn as are to be open."""
    files = Files(student, rng, 24, 6)
    for asked in ([(seed, 0) for seed in range(12)], [(5, epoch) for epoch in range(12)]):
        firsts, alone = set(), set()
        for seed, epoch in asked:
            data = files.data(shuffle=True, n_open=3, buffer_size=1, seed=seed)
            data.set_epoch(epoch)
            order = files.numbers(data)
            in_first_round = files.file_of[order[:3]].tolist()
            assert len(set(in_first_round)) == 3
            assert set(files.file_of[order[:12]]) == set(in_first_round)
            firsts.update(in_first_round)
            data = files.data(shuffle=True, n_open=1, buffer_size=1, seed=seed)
            data.set_epoch(epoch)
            order = files.numbers(data)
            assert all(len(set(files.file_of[order[k : k + 4]])) == 1 for k in range(0, 24, 4))
            assert all(order[k : k + 4] == sorted(order[k : k + 4]) for k in range(0, 24, 4))
            alone.add(int(files.file_of[order[0]]))
        assert len(firsts) > 3 and len(alone) > 2


@check(
    "tf2.13.9",
    core=True,
    weight=2,
    hint="`get_worker_info()` tells a worker its number and how many there are. All have to agree on the files' order.",
)
def test_workers_share_the_files(student, rng):
    """However many workers a loader has, each record comes once, shuffled or not, in every epoch, and each file is read
    by one of them alone."""
    files = Files(student, rng)
    for shuffle in (False, True):
        data = files.data(shuffle=shuffle, n_open=2, buffer_size=3, seed=9)
        for epoch, n_workers in enumerate((1, 2, 3, 7)):
            data.set_epoch(epoch)
            parts = files.epoch(data, n_workers)
            assert sorted(number for part in parts for number in part) == list(range(23))
            owners = [set(files.file_of[part].tolist()) for part in parts if part]
            assert sum(map(len, owners)) == len(set().union(*owners)) == 5
            assert n_workers == 1 or len(owners) == min(n_workers, 5)


@check("tf2.13.9", hint="Is a file opened in `__init__`, or has an iterator been kept? Is it an `IterableDataset`?")
def test_a_data_set_can_be_read_again(student, rng):
    """A data set can be gone through again, in parts too, and by PyTorch's loader."""
    files = Files(student, rng)
    data = files.data(shuffle=True, buffer_size=5, seed=1)
    first = files.numbers(data)
    assert files.numbers(data) == first
    assert sorted(files.numbers(data, 0, 2) + files.numbers(data, 1, 2)) == list(range(23))
    assert_array_equal(sorted(first), np.arange(23))
    labels, shapes = student.probe_(by_a_loader)(files.data(), 10)
    assert list(labels) == files.y.tolist()
    assert [list(shape) for shape in shapes] == [[size, 28, 28] for size in (10, 10, 3)]
