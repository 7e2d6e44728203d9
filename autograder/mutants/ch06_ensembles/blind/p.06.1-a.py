# %% right
# Intent: Sum the binomial terms above n / 2 one by one, each from its logarithm so that large n neither overflow nor
# get slow, and mix the result with p for the shared questions.
import math


def _log_binomial_term(n: int, k: int, p: float) -> float:
    log_ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return log_ways + k * math.log(p) + (n - k) * math.log1p(-p)


def _independent_majority(n: int, p: float) -> float:
    if p <= 0.0:
        return 0.0
    if p >= 1.0:
        return 1.0
    terms: list[float] = []
    for k in range(n // 2 + 1, n + 1):
        terms.append(math.exp(_log_binomial_term(n, k, p)))
    return min(1.0, math.fsum(terms))


def majority_right(n: int, p: float, shared: float = 0.0) -> float:
    if n < 1:
        raise ValueError("at least one voter is needed")
    return float(shared * p + (1.0 - shared) * _independent_majority(n, p))


# %% wrong: majority_right
# Misconception: Thinks that a tie is settled by tossing a coin, so that with an even number of voters half of the
# probability of a tie has to be added.
def majority_right(n: int, p: float, shared: float = 0.0) -> float:
    independent = _independent_majority(n, p)
    if n % 2 == 0 and 0.0 < p < 1.0:
        independent += 0.5 * math.exp(_log_binomial_term(n, n // 2, p))
    return float(shared * p + (1.0 - shared) * independent)
