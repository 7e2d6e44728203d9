# %% right
# Intent: closed form instead of a simulation: the end is the largest, over all batches, of "this batch is ready" plus
# the computing of it and all that follow.
import torch


def epoch_seconds(n_batches, load, compute, workers) -> float:
    if workers == 0:
        return float(n_batches * (load + compute))
    i = torch.arange(n_batches)
    ready = (i // workers + 1).double() * load
    still_to_compute = (n_batches - i).double() * compute
    return (ready + still_to_compute).max().item()


P_10_9_CHOICE = ["num_workers", "pin_memory", "prefetch_factor"]

# %% wrong: epoch_seconds
# Misconception: several workers share the loading of one batch, so that each batch takes load / workers seconds.
def epoch_seconds(n_batches, load, compute, workers) -> float:
    if workers == 0:
        return float(n_batches * (load + compute))
    done = 0.0
    for i in range(n_batches):
        done = max(done, (i + 1) * load / workers) + compute
    return done

# %% wrong: P_10_9_CHOICE
# Misconception: drop_last keeps the GPU busy, because a small last batch does not fill it; prefetching is for the disk.
P_10_9_CHOICE = ["num_workers", "pin_memory", "drop_last"]
