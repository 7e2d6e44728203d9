# %% right
# Intent: the last batch is done after the worst of all starts: some batch is ready, and from there the GPU never waits.
def epoch_seconds(n_batches, load, compute, workers):
    if workers == 0:
        return float(n_batches * (load + compute))
    return float(max((i // workers + 1) * load + (n_batches - i) * compute for i in range(n_batches)))


P_10_9_CHOICE = ["num_workers", "pin_memory", "prefetch_factor"]

# %% wrong: epoch_seconds
# Misconception: the slower of the two decides, from the first second on; the first load and the last batch come free.
def epoch_seconds(n_batches, load, compute, workers):
    if workers == 0:
        return float(n_batches * (load + compute))
    return float(n_batches * max(load / workers, compute))

# %% wrong: epoch_seconds, P_10_9_CHOICE
# Misconception: workers share all the work, the GPU's as well; and shuffling belongs to what makes loading fast.
def epoch_seconds(n_batches, load, compute, workers):
    return float(n_batches * (load + compute) / max(workers, 1))


P_10_9_CHOICE = ["num_workers", "shuffle", "drop_last"]
