# %% right
# Intent: fold over the batches: a step begins when its batch is there and the step before is done.
from functools import reduce


def epoch_seconds(n_batches, load, train, workers):
    if workers == 0:
        return float(n_batches * (load + train))
    return float(reduce(lambda now, i: max(now, (i // workers + 1) * load) + train, range(n_batches), 0.0))


# %% wrong: epoch_seconds
# Misconception: with w workers a batch arrives evenly every load / w seconds, after the first one.
def epoch_seconds(n_batches, load, train, workers):
    if workers == 0:
        return float(n_batches * (load + train))
    return float(load + (n_batches - 1) * max(load / workers, train) + train)


# %% wrong: epoch_seconds
# Misconception: workers load at the same time as each other, but not while the network is being trained.
def epoch_seconds(n_batches, load, train, workers):
    rounds = -(-n_batches // max(workers, 1))
    return float(rounds * load + n_batches * train)
