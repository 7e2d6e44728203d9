# %% right
# Intent: go through the batches one by one with a clock: batch i is ready at (i // workers + 1) * load, and its step
# begins at that time or when the step before is done, whichever is later.
def epoch_seconds(n_batches, load, train, workers):
    if workers == 0:
        return float(n_batches * (load + train))
    clock = 0.0
    for i in range(n_batches):
        ready = (i // workers + 1) * load
        clock = max(clock, ready) + train
    return float(clock)

# %% wrong: epoch_seconds
# Misconception: w workers deliver evenly, one batch every load / w seconds once the first is there, so the slower
# of the two rates decides all steps after the first.
def epoch_seconds(n_batches, load, train, workers):
    if workers == 0:
        return float(n_batches * (load + train))
    return float(load + train + (n_batches - 1) * max(load / workers, train))

# %% wrong: epoch_seconds
# Misconception: workers make loading quicker, but loading and training still come one after the other.
def epoch_seconds(n_batches, load, train, workers):
    return float(n_batches * (load / max(workers, 1) + train))
