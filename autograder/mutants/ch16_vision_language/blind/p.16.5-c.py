# %% right
# Intent: the number of queries is the same in all three; only the number of keys that each looks at differs.
def pairs_attended(rows: int, columns: int, window: int, reduction: int) -> dict[str, int]:
    n = rows * columns
    keys = {"full": n, "windowed": window**2, "reduced": n // reduction**2}
    return {kind: n * seen for kind, seen in keys.items()}


# %% wrong: pairs_attended
# Misconception: PVT shrinks the whole layer, its queries as well as its keys.
def pairs_attended(rows: int, columns: int, window: int, reduction: int) -> dict[str, int]:
    n = rows * columns
    return {"full": n * n, "windowed": n * window**2, "reduced": (n // reduction**2) ** 2}


# %% wrong: pairs_attended
# Misconception: window and reduction are counts of tokens, not sides: each token sees `window` others.
def pairs_attended(rows: int, columns: int, window: int, reduction: int) -> dict[str, int]:
    n = rows * columns
    return {"full": n * n, "windowed": n * window, "reduced": n * (n // reduction)}
