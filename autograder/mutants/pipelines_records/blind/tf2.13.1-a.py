# %% right
# Intent: one plain loop that appends to a list and hands the list out as soon as it is full, so nothing is
# taken in advance; what is left at the end goes out only if it may be short.
def batches(stream, batch_size, drop_last=False):
    gathered = []
    for item in stream:
        gathered.append(item)
        if len(gathered) == batch_size:
            yield gathered
            gathered = []
    if gathered and not drop_last:
        yield gathered

# %% wrong: batches
# Misconception: to know whether a batch is the last one, one has to look at the item that follows it before
# handing the batch out.
def batches(stream, batch_size, drop_last=False):
    source = iter(stream)
    end = object()
    ahead = next(source, end)
    while ahead is not end:
        gathered = []
        while ahead is not end and len(gathered) < batch_size:
            gathered.append(ahead)
            ahead = next(source, end)
        if len(gathered) == batch_size or not drop_last:
            yield gathered

# %% wrong: batches
# Misconception: drop_last leaves the last batch out, whether it is full or not.
def batches(stream, batch_size, drop_last=False):
    gathered, ready = [], None
    for item in stream:
        if len(gathered) == batch_size:
            if ready is not None:
                yield ready
            ready, gathered = gathered, []
        gathered.append(item)
    if ready is not None:
        yield ready
    if gathered and not drop_last:
        yield gathered
