# %% right
# Intent: four scikit-learn pipelines (grey values divided by 255, PCA with the ratio, classifier), timed in a loop.
# The reductions are compared as pipelines too, with cross_val_score on the training rows, so each fold fits its own.
from itertools import product

from sklearn.metrics import accuracy_score
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import FunctionTransformer


def _to_unit(X):
    return np.asarray(X) / 255


def _accuracy(model, X, y):
    return accuracy_score(y, model.predict(X))


def compare_pca(
    X_train: NDArray[Any], y_train: NDArray[Any], X_test: NDArray[Any], y_test: NDArray[Any], ratio: float = 0.95
) -> tuple[pd.DataFrame, dict[str, Any]]:
    models, rows = {}, {}
    for name, classifier in {
        "rf": RandomForestClassifier(random_state=42),
        "sgd": SGDClassifier(random_state=42),
    }.items():
        for suffix, pca in {"": [], "+pca": [PCA(ratio, svd_solver="full")]}.items():
            model = make_pipeline(FunctionTransformer(_to_unit), *pca, clone(classifier))
            start = time.perf_counter()
            model.fit(X_train, y_train)
            models[name + suffix] = model
            rows[name + suffix] = {
                "fit_time": time.perf_counter() - start,
                "accuracy": _accuracy(model, X_test, y_test),
                "n_components": model[-1].n_features_in_,
            }
    return pd.DataFrame.from_dict(rows, orient="index").astype({"n_components": int}), models


def compare_reductions(
    reductions: Mapping[str, BaseEstimator],
    classifiers: Mapping[str, BaseEstimator],
    X: NDArray[np.float64],
    y: NDArray[np.int64],
) -> dict[str, Any]:
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=len(X) // 5, stratify=y, random_state=42)
    folds = StratifiedKFold(3, shuffle=True, random_state=42)
    pairs = {
        (r, c): make_pipeline(clone(reductions[r]), clone(classifiers[c])) for r, c in product(reductions, classifiers)
    }
    scores = {p: cross_val_score(m, X_train, y_train, cv=folds, scoring=_accuracy).mean() for p, m in pairs.items()}
    best = max(scores, key=scores.get)
    model = pairs[best].fit(X_train, y_train)
    return {"scores": scores, "best": best, "model": model, "test_score": _accuracy(model, X_test, y_test)}


# %% wrong: compare_pca
# Misconception: Thinks that PCA always needs standardised features, also where all are grey values on one scale, and
# so gives the same weight to pixels at the edge that hardly ever vary.
from sklearn.preprocessing import StandardScaler


def compare_pca(
    X_train: NDArray[Any], y_train: NDArray[Any], X_test: NDArray[Any], y_test: NDArray[Any], ratio: float = 0.95
) -> tuple[pd.DataFrame, dict[str, Any]]:
    models, rows = {}, {}
    for name, classifier in {
        "rf": RandomForestClassifier(random_state=42),
        "sgd": SGDClassifier(random_state=42),
    }.items():
        for suffix, pca in {"": [], "+pca": [PCA(ratio, svd_solver="full")]}.items():
            model = make_pipeline(StandardScaler(), *pca, clone(classifier))
            start = time.perf_counter()
            model.fit(X_train, y_train)
            models[name + suffix] = model
            rows[name + suffix] = {
                "fit_time": time.perf_counter() - start,
                "accuracy": _accuracy(model, X_test, y_test),
                "n_components": model[-1].n_features_in_,
            }
    return pd.DataFrame.from_dict(rows, orient="index").astype({"n_components": int}), models


# %% wrong: compare_reductions
# Misconception: Thinks that a reduction can't leak within the training rows, since it never sees a label: so it is
# fitted once to all training rows, and only the classifier is cross-validated.
def compare_reductions(
    reductions: Mapping[str, BaseEstimator],
    classifiers: Mapping[str, BaseEstimator],
    X: NDArray[np.float64],
    y: NDArray[np.int64],
) -> dict[str, Any]:
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=len(X) // 5, stratify=y, random_state=42)
    folds = StratifiedKFold(3, shuffle=True, random_state=42)
    scores = {}
    for r, reduction in reductions.items():
        reduced = clone(reduction).fit_transform(X_train, y_train)
        for c, classifier in classifiers.items():
            scores[r, c] = cross_val_score(classifier, reduced, y_train, cv=folds, scoring=_accuracy).mean()
    best = max(scores, key=scores.get)
    model = make_pipeline(clone(reductions[best[0]]), clone(classifiers[best[1]])).fit(X_train, y_train)
    return {"scores": scores, "best": best, "model": model, "test_score": _accuracy(model, X_test, y_test)}
