# %% right
# Intent: one-hot encode the votes over the sorted classes that occur, sum over the models with einsum, and let argmax
# (which takes the first maximum) break ties towards the smallest; the soft vote is the same contraction.
import numpy as np


def hard_vote(votes):
    votes = np.asarray(votes)
    names = np.unique(votes)
    ballots = np.equal.outer(votes, names).astype(np.int64)
    return names[np.einsum("mnk->nk", ballots).argmax(axis=1)]


def soft_vote(probas):
    P = np.asarray(probas, dtype=float)
    mean = np.einsum("m,mnk->nk", np.full(len(P), 1 / len(P)), P)
    return mean.argmax(axis=1)


# %% wrong: hard_vote
# Misconception: Thinks that what most of the models say must stand in the middle when their votes are sorted, so that
# the (lower) median is the majority.
def hard_vote(votes):
    votes = np.sort(np.asarray(votes), axis=0)
    return votes[(len(votes) - 1) // 2]


# %% wrong: soft_vote
# Misconception: Thinks that in a soft vote the model that is surest of itself decides: the class with the highest
# probability that any model gives.
def soft_vote(probas):
    return np.asarray(probas, dtype=float).max(axis=0).argmax(axis=1)
