# %% right
# Intent: The larger half of the rows needs one split less, so the depth is a recursion on ceil(n / 2). For a tree,
# a generator yields its generations (the root, its children, theirs, ...); the depth is how many follow the first.
from itertools import islice


def balanced_depth(n_rows: int) -> int:
    return 0 if n_rows <= 1 else 1 + balanced_depth(-(-int(n_rows) // 2))


def _generations(children):
    alive = np.zeros(1, dtype=int)
    while alive.size:
        yield alive
        below = children[:, alive].ravel()
        alive = below[below >= 0]


def depth_of(left: ArrayLike, right: ArrayLike) -> int:
    children = np.stack([np.asarray(left, dtype=int), np.asarray(right, dtype=int)])
    return sum(1 for _ in islice(_generations(children), 1, None))


P_05_1_DEPTH: int = 20


# %% wrong: balanced_depth, P_05_1_DEPTH
# Misconception: Thinks that one may halve the rows until one is left and forget the odd row, so that the depth is
# log2 rounded down: only as many splits as can be halved "in full".
def balanced_depth(n_rows: int) -> int:
    return 0 if n_rows <= 1 else 1 + balanced_depth(int(n_rows) // 2)


P_05_1_DEPTH: int = 19


# %% wrong: depth_of
# Misconception: Thinks that the number of leaves settles the depth: a tree with that many leaves is about balanced, so
# that its depth is log2 of them, rounded up.
def depth_of(left: ArrayLike, right: ArrayLike) -> int:
    n_leaves = int(np.count_nonzero(np.asarray(left) < 0))
    return (n_leaves - 1).bit_length()
