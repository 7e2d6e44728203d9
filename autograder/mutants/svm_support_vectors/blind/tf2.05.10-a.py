# %% right
# Intent: for prices, search gamma and C on kernel matrices worked out once from standardised columns, with plain loops,
# then train on all rows. For the comparison, shuffle once, keep a fifth aside, and fit scaler and machine anew in each
# fold, so that neither has seen a held-out row.
import warnings

from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import Pipeline


def squared_distance_table(Z: NDArray[np.float64]) -> NDArray[np.float64]:
    squares = np.sum(Z * Z, axis=1)
    return np.maximum(squares[:, None] + squares[None, :] - 2 * Z @ Z.T, 0.0)


def error_in_folds(kernel: NDArray[np.float64], y: NDArray[np.float64], k: int, C: float, epsilon: float) -> float:
    total = 0.0
    fold = np.arange(len(y)) % k
    for f in range(k):
        train, held = np.flatnonzero(fold != f), np.flatnonzero(fold == f)
        machine = SVR(kernel="precomputed", C=C, epsilon=epsilon, tol=0.01, max_iter=20_000)  # near enough to compare
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            machine.fit(kernel[np.ix_(train, train)], y[train])
        off = machine.predict(kernel[np.ix_(held, train)]) - y[held]
        total += float(off @ off)
    return total


def ranked(
    Z: NDArray[np.float64], t: NDArray[np.float64], pairs: list[tuple[float, float]], epsilon: float
) -> list[tuple[float, float]]:
    """The pairs of gamma and C, those with the least error on held-out rows first."""
    table = squared_distance_table(Z)
    kernels: dict[float, NDArray[np.float64]] = {}
    errors: list[float] = []
    for gamma, C in pairs:
        if gamma not in kernels:
            kernels = {gamma: np.exp(-gamma * table)}
        errors.append(error_in_folds(kernels[gamma], t, 5, C, epsilon))
    return [pairs[int(i)] for i in np.argsort(errors, kind="stable")]


def fit_svr(X: NDArray[np.float64], y: NDArray[np.float64]) -> BaseEstimator:
    rows, targets = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    if len(rows) < 6:  # too few for folds
        return Pipeline([("scaler", StandardScaler()), ("machine", SVR(C=10))]).fit(rows, targets)
    shuffled = np.random.default_rng(0).permutation(len(rows))
    Z, t = StandardScaler().fit_transform(rows)[shuffled], targets[shuffled]
    epsilon = 0.1 * min(1.0, float(t.std()) or 1.0)
    pairs: list[tuple[float, float]] = []
    for multiple in (0.05, 0.15, 0.4, 1.0, 2.5, 8.0):
        for C in (1.0, 4.0, 20.0, 100.0):
            pairs.append((multiple / rows.shape[1], C))
    few, more = 400, 900
    pairs = ranked(Z[:few], t[:few], pairs, epsilon)
    if len(rows) > few:  # the best few once more, on more rows
        pairs = ranked(Z[:more], t[:more], sorted(pairs[:4]), epsilon)
    gamma, C = pairs[0]
    machine = SVR(gamma=gamma, C=C, epsilon=epsilon)
    return Pipeline([("scaler", StandardScaler()), ("machine", machine)]).fit(rows, targets)


def fresh_pair(scaler: BaseEstimator, machine: BaseEstimator) -> Pipeline:
    return Pipeline([("scaler", clone(scaler)), ("machine", clone(machine))])


def compare_machines(
    scalers: Mapping[str, BaseEstimator],
    machines: Mapping[str, BaseEstimator],
    X: NDArray[np.float64],
    y: NDArray[np.float64],
) -> dict[str, Any]:
    folds = 3
    m = len(X)
    shuffled = np.random.default_rng(0).permutation(m)
    test, train = shuffled[: m // 5], shuffled[m // 5 :]
    parts = np.array_split(train, folds)
    scores: dict[tuple[str, str], float] = {}
    for scaler_name, scaler in scalers.items():
        for machine_name, machine in machines.items():
            total = 0.0
            for f in range(folds):
                learn = np.concatenate([parts[g] for g in range(folds) if g != f])
                model = fresh_pair(scaler, machine).fit(X[learn], y[learn])
                total += float(model.score(X[parts[f]], y[parts[f]]))
            scores[scaler_name, machine_name] = total / folds
    best = max(scores, key=lambda pair: scores[pair])
    model = fresh_pair(scalers[best[0]], machines[best[1]]).fit(X[train], y[train])
    return {"scores": scores, "best": best, "model": model, "test_score": float(model.score(X[test], y[test]))}


# %% wrong: compare_machines
# Misconception: Thinks that it is enough to keep the test rows away from a scaler: fits it once to all training rows,
# and cross-validates the machines on the scaled rows, so that it has learned from each fold that is held out.
def compare_machines(
    scalers: Mapping[str, BaseEstimator],
    machines: Mapping[str, BaseEstimator],
    X: NDArray[np.float64],
    y: NDArray[np.float64],
) -> dict[str, Any]:
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)
    fitted = {name: clone(scaler).fit(X_train) for name, scaler in scalers.items()}
    scores: dict[tuple[str, str], float] = {}
    for scaler_name, scaler in fitted.items():
        Z = scaler.transform(X_train)
        for machine_name, machine in machines.items():
            scores[scaler_name, machine_name] = float(cross_val_score(clone(machine), Z, y_train, cv=3).mean())
    best = max(scores, key=lambda pair: scores[pair])
    model = fresh_pair(scalers[best[0]], machines[best[1]]).fit(X_train, y_train)
    return {"scores": scores, "best": best, "model": model, "test_score": float(model.score(X_test, y_test))}


# %% wrong: fit_svr
# Misconception: Thinks that a kernel makes the model strong enough by itself, and that only the width of the street has
# to be found; gamma and C stay what they are.
def fit_svr(X: NDArray[np.float64], y: NDArray[np.float64]) -> BaseEstimator:
    best_epsilon, best_score = 0.1, -float("inf")
    for epsilon in (0.02, 0.05, 0.1, 0.2, 0.4):
        model = make_pipeline(StandardScaler(), SVR(epsilon=epsilon))
        score = float(cross_val_score(model, X[:600], y[:600], cv=3).mean())
        if score > best_score:
            best_epsilon, best_score = epsilon, score
    return make_pipeline(StandardScaler(), SVR(epsilon=best_epsilon)).fit(X, y)
