# %% right
# Intent: find out how many rows one step reads, then count one multiplication per entry of X_step for each of the two
# products; X.T @ X has n * n entries of m multiplications each. With 4 million columns n * n is hopeless for the
# normal equation and the SVD, while every kind of gradient descent works on the sparse table.
def rows_of_step(method: str, m: int, batch: int) -> int:
    if method == "batch":
        return m
    if method == "mini-batch":
        return batch
    if method == "stochastic":
        return 1
    raise ValueError(f"unknown method: {method}")


def multiplications(method: str, m: int, n: int, batch: int) -> int:
    if method == "normal equation":
        per_entry: int = m
        entries: int = n * n
        return per_entry * entries
    rows: int = rows_of_step(method, m, batch)
    forward: int = rows * n
    backward: int = n * rows
    return forward + backward


P_04_1_CHOICE: list[str] = ["batch", "mini-batch", "stochastic"]

# %% wrong: multiplications
# Misconception: Thinks that one step of stochastic gradient descent is one pass over the data, row after row, so that
# it costs as much as a step of batch gradient descent.
def rows_of_step(method: str, m: int, batch: int) -> int:
    if method == "mini-batch":
        return batch
    return m


# %% wrong: P_04_1_CHOICE
# Misconception: Thinks that batch gradient descent, which uses all rows at once, would have to unfold the whole table
# with all its zeros in memory, and that only methods with a few rows per step can live with a sparse table.
P_04_1_CHOICE: list[str] = ["mini-batch", "stochastic"]
