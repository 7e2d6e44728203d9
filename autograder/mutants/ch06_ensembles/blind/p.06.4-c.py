# %% right
# Intent: each draw misses a given row with probability 1 - 1/n. For the accuracy, a 0/1 matrix says which model may
# vote on which row, and a contraction of it with the one-hot votes gives the counts.
import numpy as np


def oob_fraction(n_rows: int, n_drawn: int) -> float:
    return ((n_rows - 1) / n_rows) ** n_drawn


def strangers(drawn, n):
    """(m, n) ones where the model hasn't seen the row."""
    free = np.ones((len(drawn), n), dtype=np.int64)
    np.put_along_axis(free, np.asarray(drawn, dtype=np.int64), 0, axis=1)
    return free


def oob_accuracy(votes, drawn, y) -> float:
    votes, y = np.asarray(votes), np.asarray(y)
    free = strangers(drawn, len(y))
    names = np.unique(votes)
    tally = np.einsum("mn,mnk->nk", free, np.equal.outer(votes, names).astype(np.int64))
    judged = free.any(axis=0)
    return float(np.mean(names[tally.argmax(axis=1)][judged] == y[judged]))


# %% wrong: oob_accuracy
# Misconception: Thinks that the out-of-bag accuracy is the mean of what the single models reach on their own rows out
# of bag, so there is no vote among them.
def oob_accuracy(votes, drawn, y) -> float:
    hits = np.asarray(votes) == np.asarray(y)
    free = strangers(drawn, hits.shape[1])
    alone = [hit[mask == 1].mean() for hit, mask in zip(hits, free) if mask.any()]
    return float(np.mean(alone))


# %% wrong: oob_fraction
# Misconception: Thinks that 1/e is left out whenever as many rows are drawn as there are, however few they are.
def oob_fraction(n_rows: int, n_drawn: int) -> float:
    return float(np.exp(-1)) if n_drawn == n_rows else ((n_rows - 1) / n_rows) ** n_drawn
