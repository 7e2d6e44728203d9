# %% right
# Intent: all rows walk down at once, one level per turn of the loop, until max_depth or until all stand on leaves;
# argmax of the shares then takes the smallest of several most frequent classes.
def predict_to_depth(tree, X, max_depth):
    left, right, feature, threshold, shares = (
        np.asarray(tree[key]) for key in ("left", "right", "feature", "threshold", "shares")
    )
    X = np.asarray(X)
    rows, node = np.arange(len(X)), np.zeros(len(X), dtype=int)
    for _ in range(max_depth):
        leaf = left[node] < 0
        if leaf.all():
            break
        below = np.where(X[rows, feature[node]] <= threshold[node], left[node], right[node])
        node = np.where(leaf, node, below)
    return shares[node].argmax(axis=1)


P_05_3_CHOICE = ["a lower max_depth", "a lower max_leaf_nodes", "a higher min_samples_leaf"]


# %% wrong: predict_to_depth
# Misconception: Thinks that only leaves know classes, so that a node where the walk is cut off has to ask all leaves
# below it and take the mean of their shares, each leaf counting the same.
def predict_to_depth(tree, X, max_depth):
    left, right, feature, threshold, shares = (
        np.asarray(tree[key]) for key in ("left", "right", "feature", "threshold", "shares")
    )

    def leaves(node):
        return [node] if left[node] < 0 else leaves(left[node]) + leaves(right[node])

    def walk(row):
        node = 0
        for _ in range(max_depth):
            if left[node] < 0:
                break
            node = left[node] if row[feature[node]] <= threshold[node] else right[node]
        return shares[leaves(node)].mean(axis=0).argmax()

    return np.array([walk(row) for row in np.asarray(X)], dtype=int)


# %% wrong: P_05_3_CHOICE
# Misconception: Thinks that every one of these parameters is a limit on the tree's size, so that lowering any of them
# makes the tree smaller.
P_05_3_CHOICE = ["a lower max_depth", "a lower max_leaf_nodes", "a lower min_samples_leaf"]
