# %% right
# Intent: One generator for the whole forest; each tree gets the first rows of a fresh permutation. Votes are counted
# class by class into a small table, and the row-wise maximum wins.
def grow_forest(
    X: NDArray[Any],
    y: NDArray[Any],
    params: Mapping[str, Any],
    n_trees: int = 1_000,
    n_rows: int = 100,
    seed: int = 42,
) -> list[DecisionTreeClassifier]:
    rng: np.random.Generator = np.random.default_rng(seed)
    trees: list[DecisionTreeClassifier] = []
    for number in range(n_trees):
        rows: NDArray[np.int64] = rng.permutation(len(X))[:n_rows]
        settings: dict[str, Any] = {"random_state": number}
        settings.update(params)
        trees.append(DecisionTreeClassifier(**settings).fit(X[rows], y[rows]))
    return trees


def majority_vote(votes: ArrayLike) -> NDArray[Any]:
    table: NDArray[np.int64] = np.asarray(votes).astype(np.int64)
    n_rows: int = table.shape[1]
    winners: NDArray[np.int64] = np.zeros(n_rows, dtype=np.int64)
    most: NDArray[np.int64] = np.zeros(n_rows, dtype=np.int64)
    for label in np.unique(table).tolist():
        counts: NDArray[np.int64] = np.sum(table == label, axis=0)
        ahead: NDArray[np.bool_] = counts > most
        winners[ahead] = label
        most[ahead] = counts[ahead]
    return winners


def forest_accuracy(
    trees: Sequence[DecisionTreeClassifier], X: NDArray[Any], y: NDArray[Any]
) -> tuple[NDArray[np.float64], float]:
    if len(trees) == 0:
        raise ValueError("a forest needs a tree")
    votes: NDArray[Any] = np.array([tree.predict(X) for tree in trees])
    alone: NDArray[np.float64] = np.zeros(len(trees), dtype=np.float64)
    for i in range(len(trees)):
        alone[i] = np.mean(votes[i] == y)
    together: float = float(np.mean(majority_vote(votes) == y))
    return alone, together


# %% wrong: grow_forest
# Misconception: Thinks that rows for a forest are always drawn with replacement, as bagging does it.
def grow_forest(
    X: NDArray[Any],
    y: NDArray[Any],
    params: Mapping[str, Any],
    n_trees: int = 1_000,
    n_rows: int = 100,
    seed: int = 42,
) -> list[DecisionTreeClassifier]:
    rng: np.random.Generator = np.random.default_rng(seed)
    trees: list[DecisionTreeClassifier] = []
    for number in range(n_trees):
        rows: NDArray[np.int64] = rng.integers(0, len(X), size=n_rows)
        settings: dict[str, Any] = {"random_state": number}
        settings.update(params)
        trees.append(DecisionTreeClassifier(**settings).fit(X[rows], y[rows]))
    return trees


# %% wrong: majority_vote
# Misconception: Thinks that the median of the votes is the class that most trees name, as it is with two classes.
def majority_vote(votes: ArrayLike) -> NDArray[Any]:
    return np.median(np.asarray(votes), axis=0).astype(np.int64)
