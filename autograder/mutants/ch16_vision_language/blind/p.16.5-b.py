# %% right
# Intent: all tokens ask; what differs is how many keys each of them sees.
def pairs_attended(rows: int, columns: int, window: int, reduction: int) -> dict[str, int]:
    n = rows * columns
    keys = {"full": n, "windowed": window**2, "reduced": n // reduction**2}
    return {kind: n * seen for kind, seen in keys.items()}

# %% wrong: pairs_attended
# Misconception: a reduction of R makes R times fewer keys (it is forgotten that it acts on rows and on columns).
def pairs_attended(rows: int, columns: int, window: int, reduction: int) -> dict[str, int]:
    n = rows * columns
    return {"full": n * n, "windowed": n * window**2, "reduced": n * n // reduction}

# %% wrong: pairs_attended
# Misconception: PVT pools the picture before attention, so there are fewer queries as well as fewer keys.
def pairs_attended(rows: int, columns: int, window: int, reduction: int) -> dict[str, int]:
    n = rows * columns
    return {"full": n * n, "windowed": n * window**2, "reduced": (n // reduction**2) ** 2}
