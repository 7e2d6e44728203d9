# %% right
# Intent: put the rows into an order of their own, search gamma and C on kernel matrices worked out once, by plain loops
# over folds and values, then train scaler and machine on all rows with the best of them.
from sklearn.pipeline import Pipeline


def sorted_rows(X: NDArray[Any], y: NDArray[Any]) -> NDArray[np.int64]:
    """An order of the rows that depends on what is in them alone, and not on where they stand."""
    keys = [np.asarray(y)] + [X[:, j] for j in range(X.shape[1]) if X[:, j].max() > X[:, j].min()]
    return np.lexsort(keys)


def squared_distance_table(Z: NDArray[np.float64]) -> NDArray[np.float64]:
    squares = np.sum(Z * Z, axis=1)
    return np.maximum(squares[:, None] + squares[None, :] - 2 * Z @ Z.T, 0.0)


def dealt_folds(y: NDArray[Any], k: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """The fold of each row, classes spread evenly."""
    fold = np.zeros(len(y), dtype=np.int64)
    for label in np.unique(y):
        members = rng.permutation(np.flatnonzero(y == label))
        for place in range(len(members)):
            fold[members[place]] = place % k
    return fold


def right_in_folds(kernel: NDArray[np.float64], y: NDArray[Any], fold: NDArray[np.int64], C: float) -> int:
    right = 0
    for f in range(int(fold.max()) + 1):
        train, held = np.flatnonzero(fold != f), np.flatnonzero(fold == f)
        machine = SVC(kernel="precomputed", C=C).fit(kernel[np.ix_(train, train)], y[train])
        right += int(np.sum(machine.predict(kernel[np.ix_(held, train)]) == y[held]))
    return right


def fit_svm(X: NDArray[Any], y: NDArray[Any]) -> BaseEstimator:
    rows, labels = np.asarray(X), np.asarray(y)
    order = sorted_rows(rows, labels)
    rows, labels = rows[order].astype(float), labels[order]
    rng = np.random.default_rng(0)
    some = np.arange(len(rows))
    if len(rows) > 1_000:
        some = np.sort(rng.permutation(len(rows))[:1_000])
    fold = dealt_folds(labels[some], 3, rng)

    Z = StandardScaler().fit_transform(rows[some])
    inked = int(np.count_nonzero(Z.std(axis=0) > 0))  # pixels that are never inked have no say in gamma
    usual = 1.0 / max(inked, 1)
    table = squared_distance_table(Z)
    best_gamma, best_C, most = usual, 10.0, -1
    for multiple in (0.1, 0.3, 1.0, 2.0, 3.5, 6.0, 10.0):
        kernel = np.exp(-usual * multiple * table)
        for C in (1.0, 10.0, 100.0):
            right = right_in_folds(kernel, labels[some], fold, C)
            if right > most:
                best_gamma, best_C, most = usual * multiple, C, right
    machine = SVC(gamma=best_gamma, C=best_C)
    return Pipeline([("scaler", StandardScaler()), ("machine", machine)]).fit(rows, labels)


# %% wrong: fit_svm
# Misconception: Thinks that in 784 dimensions classes can always be separated by straight borders, so that a kernel
# would gain nothing and only C has to be found.
def fit_svm(X: NDArray[Any], y: NDArray[Any]) -> BaseEstimator:
    rows, labels = np.asarray(X, dtype=float), np.asarray(y)
    best_C, best_score = 1.0, -1.0
    for C in (0.001, 0.01, 0.1, 1.0, 10.0):
        model = make_pipeline(StandardScaler(), SVC(kernel="linear", C=C))
        score = float(cross_val_score(model, rows[:1_000], labels[:1_000], cv=3).mean())
        if score > best_score:
            best_C, best_score = C, score
    return make_pipeline(StandardScaler(), SVC(kernel="linear", C=best_C)).fit(rows, labels)


# %% wrong: fit_svm
# Misconception: Thinks that pixels always go to 255, so that dividing by 255 is all the scaling there is, and that
# gamma may then be searched as an absolute number.
def fit_svm(X: NDArray[Any], y: NDArray[Any]) -> BaseEstimator:
    from sklearn.model_selection import GridSearchCV, StratifiedKFold
    from sklearn.preprocessing import FunctionTransformer

    def to_unit(pixels: NDArray[Any]) -> NDArray[Any]:
        return pixels / 255

    rows, labels = np.asarray(X, dtype=float), np.asarray(y)
    model = make_pipeline(FunctionTransformer(to_unit), SVC())
    values = {"svc__gamma": [0.005, 0.01, 0.02, 0.05], "svc__C": [10]}
    folds = StratifiedKFold(2, shuffle=True, random_state=0)
    some = np.random.default_rng(0).permutation(len(rows))[:1_000]
    found = GridSearchCV(model, values, cv=folds).fit(rows[some], labels[some])
    return clone(found.best_estimator_).fit(rows, labels)
