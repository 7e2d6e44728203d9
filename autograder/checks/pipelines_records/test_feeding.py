"""Hidden checks of data pipelines: reading and keeping up (tf2.13.1 to tf2.13.3)."""

import numpy as np

from autograder.testing import check
from autograder.testing.closed import agrees, ask_all


def _batched(batches, items, size, drop_last, once):
    """Probe: all batches of a stream that can be gone through once, or of the list; no more than there can be."""
    from itertools import islice

    stream = (item for item in items) if once else items
    return [list(batch) for batch in list(islice(batches(stream, size, drop_last), len(items) + 1))]


@check("tf2.13.1", core=True, hint="Fill a list; when it is full, hand it out and begin another one.")
def test_batches_in_order(student, rng):
    """Batches have the items of a stream or a list in order, each item once, and the last one has what is left or is
    dropped."""

    def cut(items, size, drop_last, once):
        end = len(items) // size * size if drop_last else len(items)
        return [items[i : i + size] for i in range(0, end, size)]

    cases = [
        (rng.integers(0, 9, n).tolist(), size, drop_last, once)
        for once in (True, False)
        for n in (0, 1, 6, 7, 12)
        for size in (1, 3, 8)
        for drop_last in (False, True)
    ]
    batched = student.probe_(_batched)
    agrees(lambda *case: batched(student.batches, *case), cut, cases)


def _taken(batches, size, n):
    """Probe: how many items of an endless stream have been taken, before and after each batch."""
    taken = []

    def endless():
        while True:
            taken.append(len(taken))
            yield taken[-1]

    stream = iter(batches(endless(), size))
    counts = [len(taken)]
    for _ in range(n):
        next(stream)
        counts.append(len(taken))
    return counts


@check("tf2.13.1", core=True, hint="`yield`: nothing is read before somebody asks for a batch.")
def test_batches_are_read_when_asked_for(student, rng):
    """Of an endless stream no more items are taken than the batches that have been asked for hold."""
    size = int(rng.integers(2, 6))
    assert student.probe_(_taken)(student.batches, size, 4) == [size * n for n in range(5)]


@check("tf2.13.2", core=True, hint="How many records have been read at least when this one comes? And how many of them "
       "can still be in the buffer, when it is the first of those in it to leave?")  # fmt: skip
def test_earliest_place(student, rng):
    """The earliest place is right for any record, buffer and file, in order or not."""

    def tried(record, buffer, size, files_shuffled):
        """By playing through it: the record leaves as soon as it is in the buffer."""
        order = list(range(record // size * size + size))
        if files_shuffled:
            first = record // size * size
            order = order[first : first + size] + order[:first]
        # Filled with the first ones; each time that one leaves, the next comes in.
        place = 0
        while record not in order[: buffer + place]:
            place += 1
        return place

    cases = [
        (int(rng.integers(0, 60)), int(rng.integers(1, 25)), int(rng.integers(1, 20)), bool(n % 2)) for n in range(40)
    ]
    cases += [(56, 3, 19, True), (56, 3, 19, False), (40, 1, 13, True), (10, 10, 19, False), (7, 20, 19, False)]
    ask_all(student.earliest_place, tried, cases)


def _critical(n, load, train, workers):
    """The longest chain: wait for one batch, then train on it and all that follow."""
    if not workers:
        return n * load + n * train
    return max((batch // workers + 1) * load + (n - batch) * train for batch in range(n))


@check(
    "tf2.13.3",
    core=True,
    hint="When is batch i there? When is the step before it done? It begins at the later of both.",
)
def test_seconds_of_an_epoch(student, rng):
    """The time of an epoch is right without workers and with one or more, whichever side is the slower."""
    cases = [
        (int(rng.integers(1, 30)), float(rng.uniform(0.1, 4)), float(rng.uniform(0.1, 2)), workers)
        for workers in (0, 1, 2, 3, 5)
        for _ in range(6)
    ]
    cases += [(7, 0.2, 3.0, 2), (7, 9.0, 0.1, 3), (2, 1.0, 1.0, 40)]
    ask_all(student.epoch_seconds, _critical, cases)
    assert np.isfinite(float(student.epoch_seconds(3, 1.0, 1.0, 1)))
