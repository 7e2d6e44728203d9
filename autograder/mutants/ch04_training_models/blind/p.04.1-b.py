# %% right
# Intent: Look up the number of rows that a step uses; the product has n * n entries of m multiplications each.
def multiplications(method: str, m: int, n: int, batch: int) -> int:
    if method == "normal equation":
        return m * n**2
    return 2 * n * {"batch": m, "mini-batch": batch, "stochastic": 1}[method]


P_04_1_CHOICE = ["batch", "mini-batch", "stochastic"]

# %% wrong: multiplications
# Misconception: Thinks that a step of stochastic gradient descent is a walk over all rows, one after the other
# (an epoch), so that it multiplies as often as a batch step.
def multiplications(method: str, m: int, n: int, batch: int) -> int:
    if method == "normal equation":
        return m * n**2
    return 2 * n * (batch if method == "mini-batch" else m)

# %% wrong: P_04_1_CHOICE
# Misconception: Thinks that only the normal equation suffers from many features, and that the SVD, which scikit-learn
# uses itself, never needs anything as large as n * n.
P_04_1_CHOICE = ["SVD", "mini-batch", "stochastic"]
