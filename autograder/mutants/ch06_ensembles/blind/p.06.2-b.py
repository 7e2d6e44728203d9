# %% right
# Intent: The mode of each column (SciPy takes the smallest of several), and the argmax of the mean probabilities.
from scipy import stats


def hard_vote(votes: ArrayLike) -> NDArray[Any]:
    return stats.mode(votes, axis=0).mode


def soft_vote(probas: ArrayLike) -> NDArray[Any]:
    return np.mean(probas, axis=0).argmax(axis=1)


# %% wrong: hard_vote
# Misconception: Thinks that a class wins a vote only with more than half of all votes; without such a majority nobody
# has won, it is a draw, and the smallest class that was named is taken.
def hard_vote(votes: ArrayLike) -> NDArray[Any]:
    votes = np.asarray(votes)
    winner, count = stats.mode(votes, axis=0)
    return np.where(count > len(votes) / 2, winner, votes.min(axis=0))


# %% wrong: soft_vote
# Misconception: Thinks that in soft voting the model that is surest of itself decides the row.
def soft_vote(probas: ArrayLike) -> NDArray[Any]:
    return np.max(probas, axis=0).argmax(axis=1)
