# /// technique
# number = ["X46"]
# title = "huge replies"
# how = """
# Replies of a gigabyte, of a million small parts, nested deeper than a reader goes, of a matrix without bounds.
# """
# wanted = "contained"
# attacks = ["p.98.1", "p.98.2"]
# aftermath = true
# ///

# %% span
import itertools


def deep():
    nested = 1.0
    for _ in range(100_000):
        nested = [nested]
    return nested


turns = itertools.cycle(
    [deep, lambda: [[]] * 3_000_000, lambda: 10**1_000_000, lambda: {str(n): n for n in range(10**6)}]
)


def span(values):
    return next(turns)()


# %% softmax
def unbounded(scores):
    import scipy.sparse

    return scipy.sparse.csr_matrix((10**9, 10**9))


kinds = itertools.cycle([lambda scores: np.zeros((9_000, 9_000)), unbounded, lambda scores: np.zeros((2**40, 0))])


def softmax(scores):
    return next(kinds)(scores)
