# %% right
# Intent: the upper tail of a binomial is a regularised incomplete beta function, P(K >= k) = I_p(k, n - k + 1);
# the shared questions are mixed in as one single voter.
from scipy.special import betainc


def majority_right(n: int, p: float, shared: float = 0.0) -> float:
    def crowd(size):
        least = size // 2 + 1
        return float(betainc(least, size - least + 1, p))

    return shared * crowd(1) + (1 - shared) * crowd(n)


# %% wrong: majority_right
# Misconception: Thinks that the vote is won as soon as half of the voters are right, so that a tie is a success.
def majority_right(n: int, p: float, shared: float = 0.0) -> float:
    def crowd(size):
        least = (size + 1) // 2
        return float(betainc(least, size - least + 1, p))

    return shared * crowd(1) + (1 - shared) * crowd(n)
