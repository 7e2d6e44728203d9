# %% right
# Intent: The rows of a tree are those with the n_rows smallest of n random keys, drawn anew each time. Votes are
# scattered into a (classes, rows) tally by torch, and its argmax decides.
import torch


def _samples(n, n_rows, rng):
    while True:
        yield np.argpartition(rng.random(n), n_rows)[:n_rows]


def grow_forest(
    X: NDArray[Any],
    y: NDArray[Any],
    params: Mapping[str, Any],
    n_trees: int = 1_000,
    n_rows: int = 100,
    seed: int = 42,
) -> list[DecisionTreeClassifier]:
    options = {"random_state": seed, **params}
    draws = zip(range(n_trees), _samples(len(X), n_rows, np.random.default_rng(seed)))
    return [DecisionTreeClassifier(**options).fit(X[rows], y[rows]) for _, rows in draws]


def _elected(ballots: torch.Tensor) -> torch.Tensor:
    tally = torch.zeros(int(ballots.max()) + 1, ballots.shape[1], dtype=torch.int64)
    return tally.scatter_add_(0, ballots, torch.ones_like(ballots)).argmax(dim=0)


def majority_vote(votes: ArrayLike) -> NDArray[Any]:
    return _elected(torch.as_tensor(np.array(votes, dtype=np.int64))).numpy()


def forest_accuracy(
    trees: Sequence[DecisionTreeClassifier], X: NDArray[Any], y: NDArray[Any]
) -> tuple[NDArray[np.float64], float]:
    truth = torch.as_tensor(np.array(y, dtype=np.int64))
    ballots = torch.stack([torch.as_tensor(np.array(tree.predict(X), dtype=np.int64)) for tree in trees])
    alone = (ballots == truth).to(torch.float64).mean(dim=1)
    together = (_elected(ballots) == truth).to(torch.float64).mean()
    return alone.numpy(), together.item()


# %% wrong: grow_forest
# Misconception: Thinks that the trees of a forest are always trained on bootstrap samples, drawn with replacement.
def grow_forest(
    X: NDArray[Any],
    y: NDArray[Any],
    params: Mapping[str, Any],
    n_trees: int = 1_000,
    n_rows: int = 100,
    seed: int = 42,
) -> list[DecisionTreeClassifier]:
    rng = np.random.default_rng(seed)
    options = {"random_state": seed, **params}
    trees = []
    for _ in range(n_trees):
        rows = rng.integers(0, len(X), size=n_rows)
        trees.append(DecisionTreeClassifier(**options).fit(X[rows], y[rows]))
    return trees


# %% wrong: majority_vote
# Misconception: Thinks that the majority is the vote in the middle, the median: true of two classes, not of three, as
# the numbers of classes have no order.
def majority_vote(votes: ArrayLike) -> NDArray[Any]:
    ordered = np.sort(np.asarray(votes), axis=0)
    return ordered[len(ordered) // 2]
