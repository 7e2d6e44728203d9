# %% right
# Intent: one pass over the requests; a new batch begins when the open one is full or its time is over.
def batch_requests(arrivals, max_batch, max_wait):
    batches = []
    closes = None
    for i in range(len(arrivals)):
        if closes is None or len(batches[-1]) == max_batch or arrivals[i] > closes:
            batches.append([])
            closes = arrivals[i] + max_wait
        batches[-1].append(i)
    return batches


TF2_19_2_CHOICE = ["canary", "one GPU", "weekly versions", "many clients"]

# %% wrong: batch_requests
# Misconception: the patience begins anew with each request that joins, as with a timer that is reset.
def batch_requests(arrivals, max_batch, max_wait):
    batches = []
    for i in range(len(arrivals)):
        if not batches or len(batches[-1]) == max_batch or arrivals[i] > arrivals[i - 1] + max_wait:
            batches.append([])
        batches[-1].append(i)
    return batches


# %% wrong: TF2_19_2_CHOICE
# Misconception: whatever runs regularly in production belongs behind a server, also a nightly script.
TF2_19_2_CHOICE = ["many clients", "weekly versions", "one GPU", "canary", "one script"]
