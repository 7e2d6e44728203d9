# %% right
# Intent: A contraction of two indicator matrices counts the classes on either side; with counts c and n = 1·c, Gini is
# (n² - c·c) / n². For the order: in 0…0 1…1 0…0 the best split is at an edge of the ones, on the side with more zeros;
# leave just as many zeros as ones on the other side, and that child is at 0.5.
def _gini(counts):
    total = counts.sum(axis=-1)
    return (total**2 - np.einsum("...k,...k->...", counts, counts)) / total**2


def impurities(y: ArrayLike, goes_left: ArrayLike) -> tuple[float, float, float, float]:
    _, code = np.unique(np.asarray(y), return_inverse=True)
    member = np.eye(code.max() + 1, dtype=np.int64)[code.ravel()]
    to_left = np.asarray(goes_left, dtype=bool)
    side = np.stack([to_left, ~to_left]).astype(np.int64)
    counts = np.einsum("sn,nk->sk", side, member)
    children = _gini(counts)
    mean = counts.sum(axis=1) @ children / len(to_left)
    return float(_gini(counts.sum(axis=0))), float(children[0]), float(children[1]), float(mean)


def worse_child(n_zeros: int, n_ones: int) -> list[int] | None:
    if n_zeros <= 2 * n_ones:
        return None
    return [0] * (n_zeros - n_ones) + [1] * n_ones + [0] * n_ones


P_05_2_CHOICE: dict[str, str] = {
    "one child": "usually",
    "both children": "always",
}


# %% wrong: impurities, P_05_2_CHOICE
# Misconception: Thinks that the two children count alike, so the mean of their impurities is (left + right) / 2
# whatever their sizes; and finds that this mean is now and then larger than the parent's impurity.
def impurities(y: ArrayLike, goes_left: ArrayLike) -> tuple[float, float, float, float]:
    def gini(labels):
        shares = np.unique(labels, return_counts=True)[1] / len(labels)
        return float(1 - shares @ shares)

    y, to_left = np.asarray(y), np.asarray(goes_left, dtype=bool)
    node, left, right = gini(y), gini(y[to_left]), gini(y[~to_left])
    return node, left, right, (left + right) / 2


P_05_2_CHOICE: dict[str, str] = {
    "one child": "usually",
    "both children": "usually",
}


# %% wrong: worse_child
# Misconception: Thinks that it is enough if some split of the order leaves a child that is less pure than its parent,
# not the one with the least weighted impurity: takes the first order and the first cut where that happens.
def worse_child(n_zeros: int, n_ones: int) -> list[int] | None:
    y = np.array([0] * n_zeros + [1] * n_ones)
    for cut in range(1, len(y)):
        node, left, right, _ = impurities(y, np.arange(len(y)) < cut)
        if max(left, right) > node:
            return y.tolist()
    return None
