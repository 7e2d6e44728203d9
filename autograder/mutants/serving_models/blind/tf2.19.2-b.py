# %% right
# Intent: searchsorted with side="right" finds the first request that comes too late for the batch; max_batch cuts it short.
import numpy as np


def batch_requests(arrivals, max_batch, max_wait):
    arrivals = np.asarray(arrivals, dtype=float)
    batches, first = [], 0
    while first < len(arrivals):
        late = int(np.searchsorted(arrivals, arrivals[first] + max_wait, side="right"))
        end = min(late, first + max_batch)
        batches.append(list(range(first, end)))
        first = end
    return batches


TF2_19_2_CHOICE = ["many clients", "weekly versions", "one GPU", "canary"]

# %% wrong: batch_requests
# Misconception: the waiting time begins anew with each request that joins, so a batch ends when nobody has come for
# max_wait seconds.
def batch_requests(arrivals, max_batch, max_wait):
    batches = []
    for i, now in enumerate(arrivals):
        if batches and len(batches[-1]) < max_batch and now - arrivals[i - 1] <= max_wait:
            batches[-1].append(i)
        else:
            batches.append([i])
    return batches


# %% wrong: TF2_19_2_CHOICE
# Misconception: a server always has the newest model, on better hardware, so its predictions become better too.
TF2_19_2_CHOICE = ["many clients", "weekly versions", "one GPU", "canary", "accuracy"]
