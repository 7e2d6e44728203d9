# %% right
# Intent: four pipelines (grey values / 255, perhaps PCA, classifier), timed around fit. For the pairs: my own split,
# every fold and the last fit with fresh clones of both steps, and one question about the test rows.
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer


def _unit(X: ArrayLike) -> NDArray[np.float64]:
    return np.asarray(X, dtype=np.float64) / 255.0


def _accuracy(model: Any, X: NDArray[Any], y: NDArray[Any]) -> float:
    predicted: NDArray[Any] = np.asarray(model.predict(X))
    return float(np.mean(predicted == np.asarray(y)))


def _pixel_model(classifier: BaseEstimator, ratio: float | None) -> Pipeline:
    steps: list[tuple[str, Any]] = [("unit", FunctionTransformer(_unit))]
    if ratio is not None:
        steps.append(("pca", PCA(n_components=float(ratio), svd_solver="full")))
    steps.append(("classifier", classifier))
    return Pipeline(steps)


def compare_pca(
    X_train: NDArray[Any], y_train: NDArray[Any], X_test: NDArray[Any], y_test: NDArray[Any], ratio: float = 0.95
) -> tuple[pd.DataFrame, dict[str, Any]]:
    train_rows: NDArray[Any] = np.asarray(X_train)
    train_classes: NDArray[Any] = np.asarray(y_train)
    models: dict[str, Any] = {
        "rf": _pixel_model(RandomForestClassifier(random_state=42), None),
        "rf+pca": _pixel_model(RandomForestClassifier(random_state=42), ratio),
        "sgd": _pixel_model(SGDClassifier(random_state=42), None),
        "sgd+pca": _pixel_model(SGDClassifier(random_state=42), ratio),
    }
    lines: list[dict[str, Any]] = []
    for model in models.values():
        start: float = time.perf_counter()
        model.fit(train_rows, train_classes)
        seconds: float = time.perf_counter() - start
        lines.append(
            {
                "fit_time": seconds,
                "accuracy": _accuracy(model, np.asarray(X_test), np.asarray(y_test)),
                "n_components": int(model.named_steps["classifier"].n_features_in_),
            }
        )
    table = pd.DataFrame(lines, index=list(models), columns=["fit_time", "accuracy", "n_components"])
    return table, models


def _by_class(indices: NDArray[np.intp], y: NDArray[Any], rng: np.random.Generator) -> NDArray[np.intp]:
    # shuffled, then sorted by class: every m-th of these is a fair sample of both classes
    shuffled: NDArray[np.intp] = rng.permutation(indices)
    return shuffled[np.argsort(y[shuffled], kind="stable")]


def compare_reductions(
    reductions: Mapping[str, BaseEstimator],
    classifiers: Mapping[str, BaseEstimator],
    X: NDArray[np.float64],
    y: NDArray[np.int64],
) -> dict[str, Any]:
    rows: NDArray[np.float64] = np.asarray(X)
    classes: NDArray[np.int64] = np.asarray(y)
    rng: np.random.Generator = np.random.default_rng(42)
    order: NDArray[np.intp] = _by_class(np.arange(len(rows)), classes, rng)
    is_test: NDArray[np.bool_] = np.arange(len(rows)) % 5 == 0
    test: NDArray[np.intp] = order[is_test]
    train: NDArray[np.intp] = _by_class(order[~is_test], classes, rng)

    n_folds: int = min(4, len(train))
    fold_of: NDArray[np.intp] = np.arange(len(train)) % n_folds

    def fresh(pair: tuple[str, str]) -> Pipeline:
        return Pipeline([("reduction", clone(reductions[pair[0]])), ("classifier", clone(classifiers[pair[1]]))])

    scores: dict[tuple[str, str], float] = {}
    for reduction_name in reductions:
        for classifier_name in classifiers:
            pair: tuple[str, str] = (reduction_name, classifier_name)
            fold_scores: list[float] = []
            for fold in range(n_folds):
                learn: NDArray[np.intp] = train[fold_of != fold]
                held_out: NDArray[np.intp] = train[fold_of == fold]
                model: Pipeline = fresh(pair)
                model.fit(rows[learn], classes[learn])
                fold_scores.append(_accuracy(model, rows[held_out], classes[held_out]))
            scores[pair] = sum(fold_scores) / n_folds

    best: tuple[str, str] = max(scores, key=lambda p: scores[p])
    final: Pipeline = fresh(best)
    final.fit(rows[train], classes[train])
    return {
        "scores": scores,
        "best": best,
        "model": final,
        "test_score": _accuracy(final, rows[test], classes[test]),
    }


# %% wrong: compare_pca
# Misconception: Thinks that PCA may be fitted to training and test rows together: it never sees a class, so nothing can
# leak, and more rows give better components.
class _ReadyPCA(BaseEstimator):
    def __init__(self, pca: Any = None):
        self.pca = pca

    def fit(self, X: NDArray[Any], y: Any = None) -> "_ReadyPCA":
        self.fitted_ = True
        return self

    def transform(self, X: NDArray[Any]) -> NDArray[np.float64]:
        return self.pca.transform(X)


def compare_pca(
    X_train: NDArray[Any], y_train: NDArray[Any], X_test: NDArray[Any], y_test: NDArray[Any], ratio: float = 0.95
) -> tuple[pd.DataFrame, dict[str, Any]]:
    models: dict[str, Any] = {}
    lines = []
    for name in ("rf", "rf+pca", "sgd", "sgd+pca"):
        classifier = RandomForestClassifier(random_state=42) if name[:2] == "rf" else SGDClassifier(random_state=42)
        steps: list[tuple[str, Any]] = [("unit", FunctionTransformer(_unit))]
        start = time.perf_counter()
        if name.endswith("pca"):
            everything = _unit(np.concatenate([np.asarray(X_train), np.asarray(X_test)]))
            steps.append(("pca", _ReadyPCA(PCA(n_components=float(ratio), svd_solver="full").fit(everything))))
        steps.append(("classifier", classifier))
        models[name] = Pipeline(steps).fit(np.asarray(X_train), np.asarray(y_train))
        lines.append(
            {
                "fit_time": time.perf_counter() - start,
                "accuracy": _accuracy(models[name], np.asarray(X_test), np.asarray(y_test)),
                "n_components": int(classifier.n_features_in_),
            }
        )
    return pd.DataFrame(lines, index=list(models), columns=["fit_time", "accuracy", "n_components"]), models


# %% wrong: compare_reductions
# Misconception: Thinks that it is enough to keep the test rows away: within the training rows a reduction may be fitted
# once, before the folds are made, since it is only the classifier that is cross-validated.
def compare_reductions(
    reductions: Mapping[str, BaseEstimator],
    classifiers: Mapping[str, BaseEstimator],
    X: NDArray[np.float64],
    y: NDArray[np.int64],
) -> dict[str, Any]:
    rows, classes = np.asarray(X), np.asarray(y)
    rng = np.random.default_rng(42)
    order = _by_class(np.arange(len(rows)), classes, rng)
    is_test = np.arange(len(rows)) % 5 == 0
    test = order[is_test]
    train = _by_class(order[~is_test], classes, rng)
    n_folds = min(4, len(train))
    fold_of = np.arange(len(train)) % n_folds

    fitted: dict[str, Any] = {}
    scores: dict[tuple[str, str], float] = {}
    for r_name, reduction in reductions.items():
        fitted[r_name] = clone(reduction).fit(rows[train], classes[train])
        reduced = np.asarray(fitted[r_name].transform(rows[train]))
        for c_name, classifier in classifiers.items():
            total = 0.0
            for fold in range(n_folds):
                model = clone(classifier).fit(reduced[fold_of != fold], classes[train][fold_of != fold])
                total += _accuracy(model, reduced[fold_of == fold], classes[train][fold_of == fold])
            scores[(r_name, c_name)] = total / n_folds

    best = max(scores, key=lambda p: scores[p])
    final = Pipeline([("reduction", clone(reductions[best[0]])), ("classifier", clone(classifiers[best[1]]))])
    final.fit(rows[train], classes[train])
    return {
        "scores": scores,
        "best": best,
        "model": final,
        "test_score": _accuracy(final, rows[test], classes[test]),
    }
