# %% right
# Intent: a seeded torch generator shuffles the row numbers; the first share * n of them are the test set.
import torch


def hold_out(n: int, share: float, seed: int) -> tuple[Array, Array]:
    shuffled = torch.randperm(int(n), generator=torch.Generator().manual_seed(int(seed))).numpy()
    test, train = np.split(shuffled, [round(share * n)])
    return train, test


# %% wrong: hold_out
# Misconception: Thinks that it is random enough to cut out a block of rows at a random place; in a sorted table the
# test set then holds neighbours only.
def hold_out(n: int, share: float, seed: int) -> tuple[Array, Array]:
    size = round(share * n)
    start = int(np.random.default_rng(seed).integers(n))
    circle = np.roll(np.arange(n), -start)
    return circle[size:], circle[:size]


# %% wrong: hold_out
# Misconception: Thinks that share * n is exact in floating point, so that cutting it off gives the whole number
# (0.29 * 100 becomes 28).
def hold_out(n: int, share: float, seed: int) -> tuple[Array, Array]:
    shuffled = np.random.default_rng(seed).permutation(n)
    size = int(share * n)
    return shuffled[size:], shuffled[:size]
