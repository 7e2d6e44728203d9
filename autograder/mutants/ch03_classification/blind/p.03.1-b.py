# %% right
# Intent: grid searches with shuffled stratified folds; for the digits PCA and an RBF kernel machine whose settings are
# chosen on a random part of the rows, then refitted to all of them.
from sklearn.decomposition import PCA
from sklearn.model_selection import StratifiedKFold


def tune_knn(X: ArrayLike, y: ArrayLike) -> dict[str, Any]:
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    n_splits = int(np.clip(np.unique(y, return_counts=True)[1].min(), 2, 10))
    search = GridSearchCV(
        KNeighborsClassifier(),
        {"n_neighbors": list(range(1, 11)), "weights": ["uniform", "distance"]},
        cv=StratifiedKFold(n_splits, shuffle=True, random_state=0),
    )
    return search.fit(X, y).best_params_


def fit_mnist(X_train: NDArray[Any], y_train: NDArray[Any]) -> ClassifierMixin:
    X, y = np.asarray(X_train), np.asarray(y_train)
    if len(X) > 2_000:
        X_part, _, y_part, _ = train_test_split(X, y, train_size=2_000, stratify=y, random_state=0)
    else:
        X_part, y_part = X, y
    model = make_pipeline(PCA(min(60, len(X_part) // 2), random_state=0), SVC())
    gamma = 1 / max(X_part.astype(float).var(axis=0).sum(), 1e-9)
    search = GridSearchCV(
        model,
        {"svc__C": [2, 10], "svc__gamma": [gamma / 2, gamma, 2 * gamma]},
        cv=StratifiedKFold(3, shuffle=True, random_state=0),
    )
    best = search.fit(X_part, y_part).best_params_
    return clone(model).set_params(**best).fit(X, y)


# %% wrong: tune_knn
# Misconception: Thinks that consecutive folds are as good as any, whatever the order of the rows.
from sklearn.model_selection import KFold


def tune_knn(X: ArrayLike, y: ArrayLike) -> dict[str, Any]:
    grid = {"n_neighbors": list(range(1, 11)), "weights": ["uniform", "distance"]}
    search = GridSearchCV(KNeighborsClassifier(), grid, cv=KFold(5))
    return search.fit(np.asarray(X, dtype=float), np.asarray(y)).best_params_


# %% wrong: fit_mnist
# Misconception: Thinks that new images have to be standardised with their own mean and spread, those of the batch that
# predict gets, just as the training images were with theirs.
class _BatchStandardised(ClassifierMixin, BaseEstimator):
    def __init__(self, model=None):
        self.model = model

    @staticmethod
    def _scaled(X):
        X = np.asarray(X, dtype=float)
        return (X - X.mean()) / (X.std() + 1e-9)

    def fit(self, X, y):
        self.model_ = clone(self.model).fit(self._scaled(X), y)
        self.classes_ = self.model_.classes_
        return self

    def predict(self, X):
        return self.model_.predict(self._scaled(X))


def fit_mnist(X_train: NDArray[Any], y_train: NDArray[Any]) -> ClassifierMixin:
    return _BatchStandardised(SVC(C=10)).fit(X_train, y_train)
