# %% right
# Intent: batch i is ready at (i // workers + 1) * load, and at least the n - i steps from it on follow;
# the epoch's end is the largest of these sums (the max-plus form of the recursion).
import torch


def epoch_seconds(n_batches, load, train, workers):
    if workers == 0:
        return float(n_batches * (load + train))
    i = torch.arange(n_batches, dtype=torch.float64)
    ready = (torch.floor(i / workers) + 1) * load
    return (ready + (n_batches - i) * train).max().item()

# %% wrong: epoch_seconds
# Misconception: only throughput counts: each batch costs the slower of the two, and the first one need not be waited for.
def epoch_seconds(n_batches, load, train, workers):
    if workers == 0:
        return float(n_batches * (load + train))
    return float(n_batches * max(load / workers, train))

# %% wrong: epoch_seconds
# Misconception: w workers share the work on each batch, so that a batch takes load / w and one follows the other.
def epoch_seconds(n_batches, load, train, workers):
    if workers == 0:
        return float(n_batches * (load + train))
    now = 0.0
    for i in range(n_batches):
        now = max(now, (i + 1) * load / workers) + train
    return now
