# %% right
# Intent: the times are sorted, so a binary search gives the first request that comes too late for a batch; the batch ends there or when full.
import numpy as np


def batch_requests(arrivals, max_batch, max_wait):
    times = np.asarray(arrivals, dtype=np.float64)
    batches, first = [], 0
    while first < len(times):
        late = int(np.searchsorted(times, times[first] + max_wait, side="right"))
        end = min(late, first + max_batch)
        batches.append(list(range(first, end)))
        first = end
    return batches


TF2_19_2_CHOICE = ["canary", "one GPU", "many clients", "weekly versions"]

# %% wrong: batch_requests
# Misconception: the clock starts anew with each request that joins, so the wait is measured from the last arrival.
def batch_requests(arrivals, max_batch, max_wait):
    batches = []
    for i, now in enumerate(arrivals):
        if batches and len(batches[-1]) < max_batch and now <= arrivals[batches[-1][-1]] + max_wait:
            batches[-1].append(i)
        else:
            batches.append([i])
    return batches

# %% wrong: TF2_19_2_CHOICE
# Misconception: a production server is a better home for a model in general, so its predictions get better, too.
TF2_19_2_CHOICE = ["many clients", "weekly versions", "one GPU", "canary", "accuracy"]
