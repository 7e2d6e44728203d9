# %% right
# Intent: slice one shared iterator again and again, lazily; a short slice means that the stream has ended.
from itertools import islice


def batches(stream, batch_size, drop_last=False):
    source = iter(stream)
    while len(batch := list(islice(source, batch_size))) == batch_size:
        yield batch
    if batch and not drop_last:
        yield batch

# %% wrong: batches
# Misconception: a stream is just a list that has not been written down yet, so one collects it first and then slices it.
def batches(stream, batch_size, drop_last=False):
    items = list(stream)
    stop = len(items) - len(items) % batch_size if drop_last else len(items)
    return iter([items[first : first + batch_size] for first in range(0, stop, batch_size)])

# %% wrong: batches
# Misconception: drop_last means what it literally says: the last batch is left out, full or not.
def batches(stream, batch_size, drop_last=False):
    source, held = iter(stream), None
    while batch := list(islice(source, batch_size)):
        if held is not None:
            yield held
        held = batch
    if held is not None and not drop_last:
        yield held
