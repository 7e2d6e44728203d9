"""Data pipelines, reading and keeping up (tf2.13.1 to tf2.13.3): wrong answers, and right ones."""

import itertools

from autograder.testing import alternative, mutant
from solutions.pipelines_records.feeding import batches as right_batches
from solutions.pipelines_records.feeding import earliest_place as right_place
from solutions.pipelines_records.feeding import epoch_seconds as right_seconds

# ---------------------------------------------------------------- tf2.13.1


@mutant("tf2.13.1", replaces="batches", fails="test_batches_are_read_when_asked_for")
def all_at_once(stream, batch_size, drop_last=False):
    """You read the whole stream before the first batch: it may have no end."""
    items = list(itertools.islice(stream, 10_000))
    return right_batches(items, batch_size, drop_last)


@mutant("tf2.13.1", replaces="batches", fails="test_batches_are_read_when_asked_for")
def one_ahead(stream, batch_size, drop_last=False):
    """You take the first item of the next batch before this one is handed out."""
    batch = []
    for item in stream:
        if len(batch) == batch_size:
            yield batch
            batch = []
        batch.append(item)
    if batch and (len(batch) == batch_size or not drop_last):
        yield batch


@mutant("tf2.13.1", replaces="batches", fails="test_batches_in_order")
def always_drops(stream, batch_size, drop_last=False):
    """You leave out a last batch that is not full, also where nobody has asked for that."""
    return right_batches(stream, batch_size, True)


@mutant("tf2.13.1", replaces="batches", fails="test_batches_in_order")
def drops_a_full_one(stream, batch_size, drop_last=False):
    """With `drop_last` you drop the last batch even if it is full."""
    found = list(right_batches(itertools.islice(stream, 10_000), batch_size))
    return iter(found[:-1] if drop_last else found)


@mutant("tf2.13.1", replaces="batches", fails="test_batches_in_order")
def an_empty_one_at_the_end(stream, batch_size, drop_last=False):
    """If the items fill the last batch exactly, an empty one follows."""
    found = [*right_batches(itertools.islice(stream, 10_000), batch_size, drop_last)]
    return iter(found + [[]] * (not found or len(found[-1]) == batch_size))


@mutant("tf2.13.1", replaces="batches", fails="test_batches_in_order")
def one_list_for_all(stream, batch_size, drop_last=False):
    """You empty the list that you have handed out, and fill it again: who keeps the batches has it several times."""
    batch = []
    for item in stream:
        batch.append(item)
        if len(batch) == batch_size:
            yield batch
            batch.clear()
    if batch and not drop_last:
        yield batch


@mutant("tf2.13.1", replaces="batches", fails="test_batches_in_order")
def a_list_begins_again(stream, batch_size, drop_last=False):
    """Of a list you take the first items again and again: make one iterator of the stream, by `iter`, in front."""
    while batch := list(itertools.islice(stream, batch_size)):
        if len(batch) == batch_size or not drop_last:
            yield batch


@alternative("tf2.13.1", replaces="batches")
def a_list_that_fills(stream, batch_size, drop_last=False):
    """Item by item."""
    batch = []
    for item in stream:
        batch.append(item)
        if len(batch) == batch_size:
            yield batch
            batch = []
    if batch and not drop_last:
        yield batch


@alternative("tf2.13.1", replaces="batches")
def by_tuples(stream, batch_size, drop_last=False):
    """By `iter` with a sentinel."""
    items = iter(stream)
    for batch in iter(lambda: tuple(itertools.islice(items, batch_size)), ()):
        if not (drop_last and len(batch) < batch_size):
            yield list(batch)


# ---------------------------------------------------------------- tf2.13.2


@mutant("tf2.13.2", replaces="earliest_place", fails="test_earliest_place")
def one_too_early(record, buffer_size, file_size, files_shuffled):
    """You are off by one: a buffer of 1 keeps the order, so that each record leaves at its own place."""
    read = record % file_size if files_shuffled else record
    return max(0, read - buffer_size)


@mutant("tf2.13.2", replaces="earliest_place", fails="test_earliest_place")
def before_the_beginning(record, buffer_size, file_size, files_shuffled):
    """No place is negative: a record of the first filling can leave at place 0."""
    return (record % file_size if files_shuffled else record) - buffer_size + 1


@mutant("tf2.13.2", replaces="earliest_place", fails="test_earliest_place")
def order_of_files_ignored(record, buffer_size, file_size, files_shuffled):
    """Its file may be the first: then only the records before it in its file have been read."""
    return right_place(record, buffer_size, file_size, False)


@mutant("tf2.13.2", replaces="earliest_place", fails="test_earliest_place")
def always_at_the_beginning(record, buffer_size, file_size, files_shuffled):
    """If files are shuffled, a file can be the first, but not each of its records."""
    return 0 if files_shuffled else right_place(record, buffer_size, file_size, False)


@mutant("tf2.13.2", replaces="earliest_place", fails="test_earliest_place")
def a_buffer_for_each_file(record, buffer_size, file_size, files_shuffled):
    """There is one buffer for all records: it isn't emptied where a file ends, so that a record can leave before the
    last ones of the file before."""
    place = record % file_size
    return (0 if files_shuffled else record - place) + max(0, place - buffer_size + 1)


@mutant("tf2.13.2", replaces="earliest_place", fails="test_earliest_place")
def block_by_block(record, buffer_size, file_size, files_shuffled):
    """The buffer isn't emptied and filled anew: as soon as one record has left, the next one takes its place."""
    read = record % file_size if files_shuffled else record
    return read // buffer_size * buffer_size


@alternative("tf2.13.2", replaces="earliest_place")
def by_the_last_filling(record, buffer_size, file_size, files_shuffled):
    """The first place at which the buffer has seen the record."""
    position = record - record // file_size * file_size * files_shuffled
    return next(place for place in range(record + 1) if position < place + buffer_size)


# ---------------------------------------------------------------- tf2.13.3


@mutant("tf2.13.3", replaces="epoch_seconds", fails="test_seconds_of_an_epoch")
def slower_side_alone(n_batches, load, train, workers):
    """The slower side is nearly right: but the first step has to wait for the first batch, and after the last batch has
    been loaded a step is still to come."""
    return n_batches * (max(load / workers, train) if workers else load + train)


@mutant("tf2.13.3", replaces="epoch_seconds", fails="test_seconds_of_an_epoch")
def no_overlap(n_batches, load, train, workers):
    """Workers load while the loop trains: the times do not add up."""
    return n_batches * (load / max(workers, 1) + train)


@mutant("tf2.13.3", replaces="epoch_seconds", fails="test_seconds_of_an_epoch")
def trained_when_loaded(n_batches, load, train, workers):
    """A step has to wait for the step before as well as for its batch."""
    return n_batches * (load + train) if not workers else ((n_batches - 1) // workers + 1) * load + train


@mutant("tf2.13.3", replaces="epoch_seconds", fails="test_seconds_of_an_epoch")
def one_worker(n_batches, load, train, workers):
    """You count on one worker, however many there are."""
    return right_seconds(n_batches, load, train, min(workers, 1))


@mutant("tf2.13.3", replaces="epoch_seconds", fails="test_seconds_of_an_epoch")
def evenly_delivered(n_batches, load, train, workers):
    """Batches don't come evenly: the workers begin together, so that one from each is there at the same time."""
    if not workers:
        return n_batches * (load + train)
    return load + (n_batches - 1) * max(load / workers, train) + train


@mutant("tf2.13.3", replaces="epoch_seconds", fails="test_seconds_of_an_epoch")
def loads_then_trains(n_batches, load, train, workers):
    """Workers load at the same time as each other, and also while the loop trains."""
    return -(-n_batches // max(workers, 1)) * load + n_batches * train


@mutant("tf2.13.3", replaces="epoch_seconds", fails="test_seconds_of_an_epoch")
def together_on_each_batch(n_batches, load, train, workers):
    """Workers don't share the work on one batch: each loads batches of its own, and needs `load` seconds for each."""
    return right_seconds(n_batches, load / max(workers, 1), train, min(workers, 1))


@alternative("tf2.13.3", replaces="epoch_seconds")
def longest_chain(n_batches, load, train, workers):
    """Some batch is the last one that is waited for."""
    if workers == 0:
        return n_batches * load + n_batches * train
    return max((i // workers + 1) * load + (n_batches - i) * train for i in range(n_batches))
