# %% right
# Intent: Shuffle with a generator of its own and cut off a fifth. Then cross-validate by hand, twice over five
# stratified folds, a ladder of max_leaf_nodes whose rungs are a quarter apart (from 2 to over 200), take the smallest
# of the best, train on all training rows, and test that one tree.
from sklearn.model_selection import RepeatedStratifiedKFold


def moons_parts(
    n_rows: int = 10_000, noise: float = 0.4, seed: int = 42
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    X, y = make_moons(n_rows, noise=noise, random_state=seed)
    test, train = np.split(np.random.default_rng(seed).permutation(n_rows), [n_rows // 5])
    return X[train], X[test], y[train], y[test]


def _ladder(rung=2, top=260):
    while rung < top:
        yield rung
        rung = max(rung + 1, rung * 5 // 4)


def tune_tree(
    X_train: NDArray[Any], y_train: NDArray[Any], X_test: NDArray[Any], y_test: NDArray[Any]
) -> dict[str, Any]:
    def planted(params, rows):
        return DecisionTreeClassifier(random_state=0, **params).fit(X_train[rows], y_train[rows])

    folds = list(RepeatedStratifiedKFold(n_splits=5, n_repeats=2, random_state=0).split(X_train, y_train))

    def held_back(params):
        return float(np.mean([planted(params, fit).score(X_train[rest], y_train[rest]) for fit, rest in folds]))

    tried = [(params, held_back(params)) for params in ({"max_leaf_nodes": leaves} for leaves in _ladder())]
    best, _ = max(tried, key=lambda pair: (round(pair[1], 9), -pair[0]["max_leaf_nodes"]))
    tree = planted(best, slice(None))
    return {
        "tree": tree,
        "params": dict(best),
        "tried": tried,
        "test_accuracy": float(np.mean(tree.predict(X_test) == y_test)),
    }


# %% wrong: moons_parts
# Misconception: Thinks that the seed of the data settles everything: as make_moons has been given it, the cut into
# training and test rows needs none.
def moons_parts(
    n_rows: int = 10_000, noise: float = 0.4, seed: int = 42
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    from sklearn.model_selection import train_test_split

    X, y = make_moons(n_rows, noise=noise, random_state=seed)
    return tuple(train_test_split(X, y, test_size=n_rows // 5))


# %% wrong: tune_tree
# Misconception: Thinks that cross-validation makes a short list only, and that the test rows are there to pick the
# winner among the five best; its accuracy on them is then reported as the test accuracy.
def tune_tree(
    X_train: NDArray[Any], y_train: NDArray[Any], X_test: NDArray[Any], y_test: NDArray[Any]
) -> dict[str, Any]:
    search = GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_leaf_nodes": list(range(2, 66, 2))}, cv=5)
    search.fit(X_train, y_train)
    scores = search.cv_results_["mean_test_score"]
    tried = [(params, float(score)) for params, score in zip(search.cv_results_["params"], scores)]
    finalists = [
        (params, DecisionTreeClassifier(random_state=0, **params).fit(X_train, y_train))
        for params, _ in sorted(tried, key=lambda pair: -pair[1])[:5]
    ]
    params, tree = max(finalists, key=lambda pair: pair[1].score(X_test, y_test))
    return {"tree": tree, "params": params, "tried": tried, "test_accuracy": tree.score(X_test, y_test)}
