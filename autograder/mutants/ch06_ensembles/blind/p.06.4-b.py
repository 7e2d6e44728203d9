# %% right
# Intent: Each draw misses a row with probability 1 - 1/n; for the accuracy mask the votes of the models that saw the
# row, and let pandas take the mode of what is left (sorted, so the first is the smallest).
import pandas as pd


def oob_fraction(n_rows: int, n_drawn: int) -> float:
    return (1 - 1 / n_rows) ** n_drawn


def oob_accuracy(votes: ArrayLike, drawn: ArrayLike, y: ArrayLike) -> float:
    votes = np.asarray(votes)
    seen = np.zeros(votes.shape, dtype=bool)
    np.put_along_axis(seen, np.asarray(drawn), True, axis=1)
    judged = ~seen.all(axis=0)
    winner = pd.DataFrame(votes).mask(seen).loc[:, judged].mode().iloc[0]
    return (winner.to_numpy() == np.asarray(y)[judged]).mean()


# %% wrong: oob_accuracy
# Misconception: Thinks that the out-of-bag score of an ensemble is the mean of its models' scores, each on the rows
# that it was not trained on.
def oob_accuracy(votes: ArrayLike, drawn: ArrayLike, y: ArrayLike) -> float:
    right = pd.DataFrame(np.asarray(votes) == np.asarray(y)).astype(float)
    seen = np.zeros(right.shape, dtype=bool)
    np.put_along_axis(seen, np.asarray(drawn), True, axis=1)
    return right.mask(seen).mean(axis=1).mean()


# %% wrong: oob_accuracy
# Misconception: Thinks that a row that some model has left out is fresh enough for the ensemble, and lets all models
# vote on it, as the ensemble would in use.
def oob_accuracy(votes: ArrayLike, drawn: ArrayLike, y: ArrayLike) -> float:
    votes = np.asarray(votes)
    seen = np.zeros(votes.shape, dtype=bool)
    np.put_along_axis(seen, np.asarray(drawn), True, axis=1)
    judged = ~seen.all(axis=0)
    winner = pd.DataFrame(votes[:, judged]).mode().iloc[0]
    return (winner.to_numpy() == np.asarray(y)[judged]).mean()
