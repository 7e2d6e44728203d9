# %% right
# Intent: count each pair once per basket in a dict; for the lonely one two plain loops over all pairs of rows.
P_01_5_CHOICE = ["clustering", "dimensionality reduction", "anomaly detection", "association rule learning"]


def bought_together(baskets: Sequence[Sequence[str]]) -> list[str]:
    counts: dict[tuple[str, str], int] = {}
    for basket in baskets:
        goods = sorted(set(basket))
        for i in range(len(goods)):
            for j in range(i + 1, len(goods)):
                pair = (goods[i], goods[j])
                counts[pair] = counts.get(pair, 0) + 1
    best: tuple[str, ...] = ()
    highest = 0
    for pair, count in counts.items():
        if count > highest:
            best, highest = pair, count
    return list(best)


def odd_one_out(X: Array) -> int:
    rows = np.asarray(X, dtype=float)
    loneliest, farthest = 0, -1.0
    for i in range(len(rows)):
        squared = np.sum((rows - rows[i]) ** 2, axis=1)
        squared[i] = np.inf
        nearest = float(np.min(squared))
        if nearest > farthest:
            loneliest, farthest = i, nearest
    return loneliest


# %% wrong: bought_together
# Misconception: Thinks that the two goods that are each in the most baskets must also be the two that are bought
# together most often.
def bought_together(baskets: Sequence[Sequence[str]]) -> list[str]:
    counts: dict[str, int] = {}
    for basket in baskets:
        for name in set(basket):
            counts[name] = counts.get(name, 0) + 1
    ranked = sorted(counts, key=lambda name: (-counts[name], name))
    return sorted(ranked[:2])


# %% wrong: odd_one_out
# Misconception: Thinks that a distance of 0 can only be the one of a row to itself, and leaves out all zeros: a row
# that has an exact double then looks lonely.
def odd_one_out(X: Array) -> int:
    rows = np.asarray(X, dtype=float)
    loneliest, farthest = 0, -1.0
    for i in range(len(rows)):
        lengths = np.sqrt(np.sum((rows - rows[i]) ** 2, axis=1))
        others = lengths[lengths > 0]
        if len(others) and float(others.min()) > farthest:
            loneliest, farthest = i, float(others.min())
    return loneliest
