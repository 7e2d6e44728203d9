# %% right
# Intent: Instead of walking row by row, whole bundles of rows are poured down the tree: a generator keeps a stack of
# (node, rows, steps left) and yields where each bundle comes to rest.
class _Pour:
    def __init__(self, tree, X):
        self.left, self.right, self.feature = (np.asarray(tree[key], dtype=int) for key in ("left", "right", "feature"))
        self.threshold = np.asarray(tree["threshold"], dtype=float)
        self.X = np.asarray(X)

    def pools(self, steps):
        stack = [(0, np.arange(len(self.X)), steps)]
        while stack:
            node, rows, steps = stack.pop()
            if steps == 0 or self.left[node] < 0:
                yield node, rows
            elif rows.size:
                low = self.X[rows, self.feature[node]] <= self.threshold[node]
                stack += [(self.left[node], rows[low], steps - 1), (self.right[node], rows[~low], steps - 1)]


def predict_to_depth(tree: Mapping[str, ArrayLike], X: ArrayLike, max_depth: int) -> NDArray[Any]:
    pour = _Pour(tree, X)
    winner = np.argmax(np.asarray(tree["shares"], dtype=float), axis=1)
    answer = np.zeros(len(pour.X), dtype=int)
    for node, rows in pour.pools(max_depth):
        answer[rows] = winner[node]
    return answer


P_05_3_CHOICE: list[str] = ["a higher min_samples_leaf", "a lower max_leaf_nodes", "a lower max_depth"]


# %% wrong: predict_to_depth
# Misconception: Thinks that the nodes are numbered level by level, as in a heap, so that the tree of depth d consists
# of the first 2 ** (d + 1) - 1 nodes, and a row stops where its next node has a larger number.
def predict_to_depth(tree: Mapping[str, ArrayLike], X: ArrayLike, max_depth: int) -> NDArray[Any]:
    kept = 2 ** (max_depth + 1) - 1
    found = []
    for row in np.asarray(X):
        node = 0
        while tree["left"][node] >= 0:
            goes_left = row[tree["feature"][node]] <= tree["threshold"][node]
            child = tree["left"][node] if goes_left else tree["right"][node]
            if child >= kept:
                break
            node = child
        found.append(int(np.argmax(tree["shares"][node])))
    return np.array(found, dtype=int)


# %% wrong: P_05_3_CHOICE
# Misconception: Thinks that to lower any of the limits makes a tree smaller, also the least number of rows in a leaf.
P_05_3_CHOICE: list[str] = ["a lower max_depth", "a lower max_leaf_nodes", "a lower min_samples_leaf"]
