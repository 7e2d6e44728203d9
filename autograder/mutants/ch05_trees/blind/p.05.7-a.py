# %% right
# Intent: Plain loops over tree sizes (2 to 60, then in growing steps) and five shuffled stratified folds; the
# smallest size with the best mean accuracy is fitted to all training rows and scored once on the test rows.
from sklearn.model_selection import StratifiedKFold, train_test_split


def moons_parts(
    n_rows: int = 10_000, noise: float = 0.4, seed: int = 42
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    X, y = make_moons(n_rows, noise=noise, random_state=seed)
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=n_rows // 5, random_state=seed)
    return X_train, X_test, y_train, y_test


def sizes_to_try(n_rows: int) -> list[int]:
    sizes: list[int] = list(range(2, 31)) + list(range(32, 61, 2))
    size: int = 75
    while size <= n_rows // 2 and size <= 1_000:
        sizes.append(size)
        size = size * 5 // 4
    return sizes


def new_tree(params: Mapping[str, Any]) -> DecisionTreeClassifier:
    return DecisionTreeClassifier(random_state=0, **params)


def share_right(tree: DecisionTreeClassifier, X: NDArray[Any], y: NDArray[Any]) -> float:
    return float(np.mean(tree.predict(X) == y))


def tune_tree(
    X_train: NDArray[Any], y_train: NDArray[Any], X_test: NDArray[Any], y_test: NDArray[Any]
) -> dict[str, Any]:
    folds = list(StratifiedKFold(n_splits=5, shuffle=True, random_state=0).split(X_train, y_train))
    tried: list[tuple[dict[str, Any], float]] = []
    best_params: dict[str, Any] = {}
    best_accuracy: float = -1.0
    for size in sizes_to_try(len(X_train)):
        params: dict[str, Any] = {"max_leaf_nodes": size}
        scores: list[float] = []
        for fit_rows, held_back in folds:
            tree = new_tree(params).fit(X_train[fit_rows], y_train[fit_rows])
            scores.append(share_right(tree, X_train[held_back], y_train[held_back]))
        accuracy: float = float(np.mean(scores))
        tried.append((params, accuracy))
        if accuracy > best_accuracy:
            best_params, best_accuracy = params, accuracy
    final = new_tree(best_params).fit(X_train, y_train)
    return {
        "tree": final,
        "params": dict(best_params),
        "tried": tried,
        "test_accuracy": share_right(final, X_test, y_test),
    }


# %% wrong: tune_tree
# Misconception: Thinks that cross-validation may use all rows that one has, the test rows too, as long as the final
# tree is fitted to the training rows only.
def tune_tree(
    X_train: NDArray[Any], y_train: NDArray[Any], X_test: NDArray[Any], y_test: NDArray[Any]
) -> dict[str, Any]:
    X_all: NDArray[Any] = np.concatenate([X_train, X_test])
    y_all: NDArray[Any] = np.concatenate([y_train, y_test])
    search = GridSearchCV(
        DecisionTreeClassifier(random_state=0),
        {"max_leaf_nodes": sizes_to_try(len(X_train))},
        cv=StratifiedKFold(n_splits=5, shuffle=True, random_state=0),
        scoring="accuracy",
        refit=False,
    ).fit(X_all, y_all)
    results = search.cv_results_
    final = new_tree(search.best_params_).fit(X_train, y_train)
    return {
        "tree": final,
        "params": dict(search.best_params_),
        "tried": [(params, float(score)) for params, score in zip(results["params"], results["mean_test_score"])],
        "test_accuracy": share_right(final, X_test, y_test),
    }


# %% wrong: moons_parts
# Misconception: Thinks that a seed for the moons makes everything repeatable, so the cut needs none.
def moons_parts(
    n_rows: int = 10_000, noise: float = 0.4, seed: int = 42
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    X, y = make_moons(n_rows, noise=noise, random_state=seed)
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=n_rows // 5)
    return X_train, X_test, y_train, y_test
