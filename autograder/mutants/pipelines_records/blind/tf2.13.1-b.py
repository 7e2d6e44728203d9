# %% right
# Intent: slice one shared iterator with islice until a slice comes back empty; takewhile stops at a short one.
from itertools import islice, takewhile


def batches(stream, batch_size, drop_last=False):
    it = iter(stream)
    found = iter(lambda: list(islice(it, batch_size)), [])
    return takewhile(lambda batch: len(batch) == batch_size, found) if drop_last else found


# %% wrong: batches
# Misconception: drop_last means that the last batch goes, whether it is full or not.
def batches(stream, batch_size, drop_last=False):
    it = iter(stream)
    found = iter(lambda: list(islice(it, batch_size)), [])
    if not drop_last:
        yield from found
        return
    previous = next(found, None)
    for batch in found:
        yield previous
        previous = batch


# %% wrong: batches
# Misconception: to know whether a batch is the last one, one has to look at the next item first; that costs nothing.
def batches(stream, batch_size, drop_last=False):
    batch = []
    for item in stream:
        if len(batch) == batch_size:
            yield batch
            batch = []
        batch.append(item)
    if batch and (len(batch) == batch_size or not drop_last):
        yield batch
