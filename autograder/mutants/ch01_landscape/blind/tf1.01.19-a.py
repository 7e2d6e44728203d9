# %% right
# Intent: deal the rows out like cards: row i goes to fold i modulo k, so the sizes differ by at most 1.
def folds(n: int, k: int) -> list[tuple[Array, Array]]:
    plan: list[tuple[Array, Array]] = []
    for fold in range(k):
        train: list[int] = []
        validation: list[int] = []
        for row in range(n):
            if row % k == fold:
                validation.append(row)
            else:
                train.append(row)
        plan.append((np.array(train, dtype=int), np.array(validation, dtype=int)))
    return plan


# %% wrong: folds
# Misconception: Thinks that all folds have n // k rows and that the last one takes what is left over, however much that
# is.
def folds(n: int, k: int) -> list[tuple[Array, Array]]:
    size = n // k
    rows = np.arange(n)
    plan: list[tuple[Array, Array]] = []
    for fold in range(k):
        stop = n if fold == k - 1 else (fold + 1) * size
        validation = rows[fold * size : stop]
        plan.append((np.setdiff1d(rows, validation), validation))
    return plan
