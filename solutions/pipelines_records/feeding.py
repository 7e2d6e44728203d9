"""Data pipelines, reading and keeping up (tf2.13.1 to tf2.13.3): the answers."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

TF2_13_1 = """
A training loop wants one thing: the next batch, at once, and in an order of chance. What stands behind it is a good
deal of work that is the same in every project. Records have to be read from one or many files that together may be far
larger than the memory, decoded, prepared and shuffled, gathered into batches and moved to the device; and all that
while the network is busy with the batch before, on several cores. `Dataset` (records by number) or `IterableDataset`
(records as a stream) say where a record comes from, and `DataLoader` does the rest: it shuffles, batches, starts worker
processes and has them fetch ahead. The loop stays three lines long, and stays the same when the data move elsewhere.
"""
TF2_13_1_RUBRIC = """
- 1 point: data that don't fit into memory are read piece by piece, from several places
- 1 point: shuffling, preparing and batching come ready made, and are efficient (several processes, fetching ahead)
- 1 point: names what does it in PyTorch (Dataset or IterableDataset, and DataLoader), and for which part
"""


def batches(stream: Iterable[Any], batch_size: int, drop_last: bool = False) -> Iterator[list[Any]]:
    """Gather what comes from a stream into batches.

    Parameters
    ----------
    stream : any iterable; it may have no end, or be gone through only once.
    batch_size : 1 or more.
    drop_last : whether a last batch that is not full is left out.

    Returns
    -------
    An iterator over lists of `batch_size` items, in order; the last one may be shorter.
    Items are taken from the stream only when a batch is asked for, and then no more
    than belong into it.

    Examples
    --------
    >>> list(batches("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    >>> list(batches("abcde", 2, drop_last=True))
    [['a', 'b'], ['c', 'd']]
    """
    items = iter(stream)
    while batch := list(islice(items, batch_size)):
        if len(batch) == batch_size or not drop_last:
            yield batch


TF2_13_2 = """
- A large data set does not fit onto one disk, or not onto one machine: files can be spread over several, be downloaded
  at the same time, and be copied, checked and repaired one by one.
- Several processes, or machines, can read at the same time, each of them files of its own.
- The files can come in another order in each epoch. That is a coarse shuffling, which costs nothing; a shuffle buffer,
  which can't reach further than it is large, then does the fine one. Reading a few files in turn mixes them once more.

With small data all that isn't worth it: thousands of tiny files are slow to open, and one file is easier to handle.
"""
TF2_13_2_RUBRIC = """
- 1 point: can be larger than one machine or disk; easier to move, download or repair in parts
- 1 point: several workers or machines read at the same time
- 1 point: shuffling: files in an order of chance first, then a buffer (and files read in turn)
"""


def earliest_place(record: int, buffer_size: int, file_size: int, files_shuffled: bool) -> int:
    """Return the earliest place at which a record can leave a pipeline.

    The records, numbered from 0, lie one after the other in files of `file_size`
    records each. One file is read after the other, and all records go through a shuffle
    buffer: it is filled with the first `buffer_size` records; then one of them, chosen
    by chance, leaves, and the next record takes its place; and so on.

    Parameters
    ----------
    record : number of the record.
    buffer_size : 1 or more; 1 keeps the order.
    files_shuffled : whether the files are read in an order of chance, else in order.

    Examples
    --------
    >>> earliest_place(750, buffer_size=100, file_size=200, files_shuffled=False)
    651
    >>> earliest_place(750, buffer_size=100, file_size=200, files_shuffled=True)
    51
    """
    read = record % file_size if files_shuffled else record  # how many are read before it, at least
    return max(0, read - buffer_size + 1)


TF2_13_3 = """
First measure: how long does an epoch take if the batches are only loaded and the model is left out, and how long if
the same batch is used again and again? Whatever is the slower of both is the bottleneck; a profiler (or the use of the
GPU in `nvidia-smi`) shows the same: a GPU that waits between steps is starved by the pipeline. Then, in this order:

- have it done at the same time: several workers (`num_workers`), which fetch some batches ahead (`prefetch_factor`),
  and pinned memory, so that copying to the GPU overlaps with computing;
- do less: prepare once and keep the result (in memory, or in the record files), decode faster, prepare whole batches
  rather than single records, do what is heavy on the GPU;
- read better: few large files instead of many small ones, read one after the other; from a nearby or faster disk;
- buy more: cores, memory, bandwidth.
"""
TF2_13_3_RUBRIC = """
- 1 point: how it shows: profiler, an idle GPU, or timing the loader and the model apart
- 1 point: workers in parallel that fetch ahead, so that loading and training overlap
- 1 point: less work in each epoch (prepare ahead, cache, faster formats), or more hardware
"""


def epoch_seconds(n_batches: int, load: float, train: float, workers: int) -> float:
    """Return how long an epoch takes.

    Parameters
    ----------
    n_batches : 1 or more.
    load, train : seconds to load one batch, and to train on it.
    workers : 0: the training loop loads each batch itself, then trains on it. Else
        the number of processes that load: batch 0 is loaded by the first of them,
        batch 1 by the second and so on, in turn; all begin at time 0, need `load`
        seconds for each of their batches, and never wait. The loop takes the batches
        in order, each as soon as it is there and the step before is done.

    Examples
    --------
    >>> epoch_seconds(4, load=2.0, train=3.0, workers=0)
    20.0
    >>> epoch_seconds(4, load=2.0, train=3.0, workers=1)
    14.0
    """
    if workers == 0:
        return n_batches * (load + train)
    done = 0.0
    for batch in range(n_batches):
        loaded = (batch // workers + 1) * load
        done = max(done, loaded) + train
    return done
