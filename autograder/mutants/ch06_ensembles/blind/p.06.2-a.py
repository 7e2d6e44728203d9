# %% right
# Intent: Hard voting counts the names of each row in a dictionary and goes through the classes in rising order, so
# that the smallest wins a tie; soft voting averages over the models and takes the largest entry.
import numpy as np


def _most_named(names: list[int]) -> int:
    counts: dict[int, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    winner = -1
    for candidate in sorted(counts):
        if winner < 0 or counts[candidate] > counts[winner]:
            winner = candidate
    return winner


def hard_vote(votes: ArrayLike) -> NDArray[Any]:
    table = np.asarray(votes)
    winners: list[int] = []
    for j in range(table.shape[1]):
        winners.append(_most_named([int(v) for v in table[:, j]]))
    return np.array(winners, dtype=np.int64)


def soft_vote(probas: ArrayLike) -> NDArray[Any]:
    table = np.asarray(probas, dtype=np.float64)
    mean = table.mean(axis=0)
    return mean.argmax(axis=1)


# %% wrong: hard_vote
# Misconception: Thinks that a class needs more than half of all votes to win, and that without such a majority the
# vote is undecided, like a tie, so that the smallest class named is taken.
def hard_vote(votes: ArrayLike) -> NDArray[Any]:
    table = np.asarray(votes)
    n_models = table.shape[0]
    winners: list[int] = []
    for j in range(table.shape[1]):
        column = [int(v) for v in table[:, j]]
        winner = min(column)
        for name in set(column):
            if 2 * column.count(name) > n_models:
                winner = name
        winners.append(winner)
    return np.array(winners, dtype=np.int64)


# %% wrong: soft_vote
# Misconception: Thinks that the models are independent evidence, so that their probabilities for a class have to be
# multiplied, not averaged.
def soft_vote(probas: ArrayLike) -> NDArray[Any]:
    table = np.asarray(probas, dtype=np.float64)
    return table.prod(axis=0).argmax(axis=1)
