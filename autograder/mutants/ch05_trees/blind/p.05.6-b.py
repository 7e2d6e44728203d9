# %% right
# Intent: add up the rows of all nodes that have a left child, times the features. Twice the features is twice the time.
def comparisons(left, sizes, n_features):
    inner = np.asarray(left) >= 0
    return n_features * np.asarray(sizes)[inner].sum(dtype=np.int64)


P_05_6_HOURS = 2.0


# %% wrong: comparisons
# Misconception: Thinks that all rows take part on every level of the tree, down to the last one, and that a tree is
# about balanced: so rows times features times log2 of the leaves, instead of what really happened at the nodes.
def comparisons(left, sizes, n_features):
    n_leaves = np.sum(np.asarray(left) < 0)
    return int(np.asarray(sizes)[0] * n_features * np.ceil(np.log2(n_leaves)))


# %% wrong: P_05_6_HOURS
# Misconception: Thinks that each split uses one feature only, so that further features cost nothing as long as the tree
# keeps its shape.
P_05_6_HOURS = 1.0
