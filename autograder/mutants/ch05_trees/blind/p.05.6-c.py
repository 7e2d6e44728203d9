# %% right
# Intent: The comparisons are an inner product: the rows at each node with the indicator of "is split", times the
# number of features; hence twice the features take twice the time.
def comparisons(left: ArrayLike, sizes: ArrayLike, n_features: int) -> int:
    is_split = (np.asarray(left) != -1).astype(np.int64)
    return int(n_features) * int(np.einsum("i,i->", is_split, np.asarray(sizes, dtype=np.int64)))


P_05_6_HOURS: float = 2.0


# %% wrong: comparisons
# Misconception: Thinks that every row takes part on each level down to the depth of the tree, even if it has reached a
# leaf before: rows times depth times features.
def comparisons(left: ArrayLike, sizes: ArrayLike, n_features: int) -> int:
    left, sizes = [int(child) for child in left], [int(size) for size in sizes]
    pending, deepest = [0], 0
    for child in left:
        depth = pending.pop()
        deepest = max(deepest, depth)
        if child != -1:
            pending += [depth + 1, depth + 1]
    return sizes[0] * deepest * int(n_features)


# %% wrong: P_05_6_HOURS
# Misconception: Thinks that each node only looks at the feature that it splits by, so that further features cost
# nothing as long as the tree keeps its shape.
P_05_6_HOURS: float = 1.0
