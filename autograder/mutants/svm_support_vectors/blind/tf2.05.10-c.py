# %% right
# Intent: fit_svr searches gamma, C and then epsilon on precomputed kernels of some hundred standardised rows, and
# trains on all; compare_machines draws its rows once, makes fresh pipelines for each fold, and asks the winner once.
from itertools import product

from sklearn.model_selection import KFold
from sklearn.pipeline import Pipeline


def _search_error(Z, y, folds):
    """(gamma, C, epsilon) -> mean squared error on the rows held out."""
    gap = Z[:, None] - Z[None]
    D = np.einsum("ikj,ikj->ik", gap, gap)

    def error(gamma, C, epsilon):
        K = np.exp(-gamma * D)

        def fold_error(a, b):
            machine = SVR(kernel="precomputed", C=C, epsilon=epsilon, max_iter=100_000).fit(K[np.ix_(a, a)], y[a])
            return np.mean((machine.predict(K[np.ix_(b, a)]) - y[b]) ** 2)

        return float(np.mean([fold_error(a, b) for a, b in folds]))

    return error


def fit_svr(X: NDArray[np.float64], y: NDArray[np.float64]) -> BaseEstimator:
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    rows = np.random.default_rng(0).permutation(len(X))[:450]
    Z = StandardScaler().fit(X).transform(X[rows])
    error = _search_error(Z, y[rows], list(KFold(3, shuffle=True, random_state=0).split(Z)))
    pairs = product(np.geomspace(0.005, 2, 7), (1.0, 5.0, 25.0, 100.0))
    gamma, C = min(pairs, key=lambda pair: error(*pair, 0.1))
    epsilon = min((0.1, 0.03, 0.2), key=lambda e: error(gamma, C, e))
    return make_pipeline(StandardScaler(), SVR(gamma=gamma, C=C, epsilon=epsilon)).fit(X, y)


def _rounds(rows, k):
    """Yield (train, held out) for each of k parts."""
    parts = np.array_split(rows, k)
    for i, part in enumerate(parts):
        yield np.concatenate(parts[:i] + parts[i + 1 :]), part


def compare_machines(
    scalers: Mapping[str, BaseEstimator],
    machines: Mapping[str, BaseEstimator],
    X: NDArray[np.float64],
    y: NDArray[np.float64],
) -> dict[str, Any]:
    test, train = np.split(np.random.default_rng(42).permutation(len(X)), [len(X) // 5])

    def fresh(pair, rows):
        steps = [("scaler", clone(scalers[pair[0]])), ("machine", clone(machines[pair[1]]))]
        return Pipeline(steps).fit(X[rows], y[rows])

    def validated(pair):
        return float(np.mean([fresh(pair, a).score(X[b], y[b]) for a, b in _rounds(train, 4)]))

    scores = {pair: validated(pair) for pair in product(scalers, machines)}
    best = max(scores, key=scores.get)
    model = fresh(best, train)
    return {"scores": scores, "best": best, "model": model, "test_score": float(model.score(X[test], y[test]))}


# %% wrong: compare_machines
# Misconception: Thinks that a scaler does not learn anything that matters, so it may be fitted once to all training
# rows before the cross-validation, which is then done with the machine alone.
def compare_machines(
    scalers: Mapping[str, BaseEstimator],
    machines: Mapping[str, BaseEstimator],
    X: NDArray[np.float64],
    y: NDArray[np.float64],
) -> dict[str, Any]:
    test, train = np.split(np.random.default_rng(42).permutation(len(X)), [len(X) // 5])
    scores = {}
    for a, b in product(scalers, machines):
        Z = clone(scalers[a]).fit(X[train]).transform(X[train])
        scores[a, b] = float(cross_val_score(clone(machines[b]), Z, y[train], cv=4).mean())
    best = max(scores, key=scores.get)
    model = make_pipeline(clone(scalers[best[0]]), clone(machines[best[1]])).fit(X[train], y[train])
    return {"scores": scores, "best": best, "model": model, "test_score": float(model.score(X[test], y[test]))}


# %% wrong: fit_svr
# Misconception: Thinks that gamma relative to "scale" takes care of the columns, so that no scaler is needed: it
# divides by the variance of the whole table, in which the column with the largest unit drowns the others.
def fit_svr(X: NDArray[np.float64], y: NDArray[np.float64]) -> BaseEstimator:
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    usual = 1 / (X.shape[1] * X.var())
    rows = np.random.default_rng(0).permutation(len(X))[:450]
    error = _search_error(X[rows], y[rows], list(KFold(3, shuffle=True, random_state=0).split(rows)))
    pairs = product(usual * np.geomspace(0.05, 20, 7), (1.0, 5.0, 25.0, 100.0))
    gamma, C = min(pairs, key=lambda pair: error(*pair, 0.1))
    return SVR(gamma=gamma, C=C).fit(X, y)
