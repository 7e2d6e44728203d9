# %% right
# Intent: Each row walks by itself in a plain loop, and the class of the node where it stops is the first maximum.
def most_frequent_class(shares: Sequence[float]) -> int:
    best: int = 0
    for label in range(1, len(shares)):
        if shares[label] > shares[best]:
            best = label
    return best


def predict_to_depth(tree: Mapping[str, ArrayLike], X: ArrayLike, max_depth: int) -> NDArray[Any]:
    left: list[int] = np.asarray(tree["left"]).tolist()
    right: list[int] = np.asarray(tree["right"]).tolist()
    feature: list[int] = np.asarray(tree["feature"]).tolist()
    threshold: list[float] = np.asarray(tree["threshold"], dtype=float).tolist()
    labels: list[int] = [most_frequent_class(shares) for shares in np.asarray(tree["shares"], dtype=float).tolist()]
    rows: list[list[float]] = np.asarray(X, dtype=float).tolist()

    found: NDArray[np.int64] = np.zeros(len(rows), dtype=np.int64)
    for i, row in enumerate(rows):
        node: int = 0
        steps: int = 0
        while steps < max_depth and left[node] != -1:
            node = left[node] if row[feature[node]] <= threshold[node] else right[node]
            steps += 1
        found[i] = labels[node]
    return found


P_05_3_CHOICE: list[str] = ["a lower max_depth", "a lower max_leaf_nodes", "a higher min_samples_leaf"]


# %% wrong: predict_to_depth
# Misconception: Thinks that only leaves can answer, so that a row which is stopped at an inner node gets the class that
# is most frequent among all training rows (the root's).
def predict_to_depth(tree: Mapping[str, ArrayLike], X: ArrayLike, max_depth: int) -> NDArray[Any]:
    left: NDArray[Any] = np.asarray(tree["left"])
    right: NDArray[Any] = np.asarray(tree["right"])
    feature: NDArray[Any] = np.asarray(tree["feature"])
    threshold: NDArray[Any] = np.asarray(tree["threshold"])
    labels: list[int] = [most_frequent_class(shares) for shares in np.asarray(tree["shares"]).tolist()]
    found: list[int] = []
    for row in np.asarray(X, dtype=float):
        node: int = 0
        for _ in range(max_depth):
            if left[node] == -1:
                break
            node = int(left[node] if row[feature[node]] <= threshold[node] else right[node])
        found.append(labels[node] if left[node] == -1 else labels[0])
    return np.array(found, dtype=np.int64)


# %% wrong: P_05_3_CHOICE
# Misconception: Thinks that a lower value of any of these parameters holds the tree back, min_samples_leaf included.
P_05_3_CHOICE: list[str] = ["a lower max_depth", "a lower max_leaf_nodes", "a lower min_samples_leaf"]
