# %% right
# Intent: One closed form for every walk (two products of `rows * n` each), the number of rows looked up; the Gram
# matrix is n * n scalar products of length m.
def multiplications(method: str, m: int, n: int, batch: int) -> int:
    def product(*shape: int) -> int:
        return 1 if not shape else shape[0] * product(*shape[1:])

    if method == "normal equation":
        return product(n, m, n)
    rows_seen = dict(zip(("batch", "mini-batch", "stochastic"), (m, batch, 1)))[method]
    return sum(product(*shape) for shape in ((rows_seen, n), (n, rows_seen)))


P_04_1_CHOICE: list[str] = ["stochastic", "mini-batch", "batch"]

# %% wrong: multiplications
# Misconception: Thinks that one step of stochastic gradient descent is one walk through the whole table, row by row,
# so that it costs as much as a batch step, only in smaller pieces.
def multiplications(method: str, m: int, n: int, batch: int) -> int:
    if method == "normal equation":
        return n * m * n
    rows_seen = batch if method == "mini-batch" else m
    return 2 * rows_seen * n

# %% wrong: P_04_1_CHOICE
# Misconception: Thinks that the SVD is slow only because of the rows, and copes with any number of columns since it
# never forms or inverts `X.T @ X`.
P_04_1_CHOICE = ["SVD", "batch", "mini-batch", "stochastic"]
