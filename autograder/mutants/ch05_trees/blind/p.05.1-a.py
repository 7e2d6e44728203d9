# %% right
# Intent: Count how often 1 leaf must be doubled until there are enough (whole numbers only, so no rounding trouble);
# for a real tree, hand depths down from parent to child in one pass, as children have larger numbers.
def balanced_depth(n_rows: int) -> int:
    depth: int = 0
    leaves: int = 1
    while leaves < n_rows:
        leaves *= 2
        depth += 1
    return depth


P_05_1_DEPTH: int = 20


def depth_of(left: ArrayLike, right: ArrayLike) -> int:
    left_list: list[int] = [int(child) for child in np.asarray(left)]
    right_list: list[int] = [int(child) for child in np.asarray(right)]
    depths: list[int] = [0] * len(left_list)
    deepest: int = 0
    for node in range(len(left_list)):
        deepest = max(deepest, depths[node])
        for child in (left_list[node], right_list[node]):
            if child >= 0:
                depths[child] = depths[node] + 1
    return deepest


# %% wrong: depth_of
# Misconception: Thinks that the depth of a tree is the number of its splits altogether, instead of
# those on one way down.
def depth_of(left: ArrayLike, right: ArrayLike) -> int:
    splits: int = 0
    for child in np.asarray(left):
        if child >= 0:
            splits += 1
    return splits


# %% wrong: balanced_depth, P_05_1_DEPTH
# Misconception: Thinks that a level counts only if it is full, so that log2 of the rows is rounded down.
def balanced_depth(n_rows: int) -> int:
    depth: int = 0
    while n_rows > 1:
        n_rows //= 2
        depth += 1
    return depth


P_05_1_DEPTH: int = 19
