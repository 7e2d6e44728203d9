# %% right
# Intent: simulate the GPU: each batch begins when the one before is done and its own worker has loaded it.
def epoch_seconds(n_batches, load, compute, workers):
    now = 0.0
    for i in range(n_batches):
        if workers == 0:
            now = now + load
        else:
            ready = (i // workers + 1) * load
            if ready > now:
                now = ready
        now = now + compute
    return now


P_10_9_CHOICE = ["num_workers", "pin_memory", "prefetch_factor"]

# %% wrong: epoch_seconds
# Misconception: workers share the work on every batch, so a batch comes every load / workers seconds.
def epoch_seconds(n_batches, load, compute, workers):
    if workers == 0:
        return n_batches * (load + compute)
    now = 0.0
    for i in range(n_batches):
        now = max(now, (i + 1) * load / workers) + compute
    return now

# %% wrong: epoch_seconds
# Misconception: n workers take turns evenly, so after the first batch the next ones come load / workers seconds apart.
def epoch_seconds(n_batches, load, compute, workers):
    if workers == 0:
        return n_batches * (load + compute)
    return float(load + (n_batches - 1) * max(load / workers, compute) + compute)
