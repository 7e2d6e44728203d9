# %% right
# Intent: count queries times the keys each of them sees.
def pairs_attended(rows, columns, window, reduction):
    queries = rows * columns
    keys_full = rows * columns
    keys_windowed = window * window
    keys_reduced = (rows // reduction) * (columns // reduction)
    return {
        "full": queries * keys_full,
        "windowed": queries * keys_windowed,
        "reduced": queries * keys_reduced,
    }

# %% wrong: pairs_attended
# Misconception: PVT makes the whole layer's picture smaller, so the queries are reduced just like the keys.
def pairs_attended(rows, columns, window, reduction):
    n = rows * columns
    small = (rows // reduction) * (columns // reduction)
    return {"full": n * n, "windowed": n * window * window, "reduced": small * small}

# %% wrong: pairs_attended
# Misconception: a window's attention is what goes on in one window, so the layer costs (window x window) squared, whatever the picture.
def pairs_attended(rows, columns, window, reduction):
    n = rows * columns
    keys = (rows // reduction) * (columns // reduction)
    return {"full": n * n, "windowed": (window * window) ** 2, "reduced": n * keys}
