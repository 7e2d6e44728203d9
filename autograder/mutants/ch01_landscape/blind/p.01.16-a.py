# %% right
# Intent: shuffle the row numbers with a generator that starts from the seed, and cut the test set off the front.
def hold_out(n: int, share: float, seed: int) -> tuple[Array, Array]:
    test_size = int(round(share * n))
    shuffled = np.random.default_rng(seed).permutation(n)
    return shuffled[test_size:], shuffled[:test_size]


# %% wrong: hold_out
# Misconception: Thinks that a block of neighbouring rows is a random choice as long as the place where it starts is
# drawn at random.
def hold_out(n: int, share: float, seed: int) -> tuple[Array, Array]:
    test_size = int(round(share * n))
    start = int(np.random.default_rng(seed).integers(0, n))
    turned = np.roll(np.arange(n), -start)
    return turned[test_size:], turned[:test_size]
