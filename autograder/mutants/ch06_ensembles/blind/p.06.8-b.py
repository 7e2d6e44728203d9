# %% right
# Intent: Shuffle once and cut; a VotingClassifier of a calibrated SVC on principal components (it counts double),
# extra-trees, a network and neighbours, scored both ways; train_test_split twice and clones for the choice.
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.svm import SVC
from sklearn.utils import shuffle


def split_digits(
    X: NDArray[Any], y: NDArray[Any], sizes: Sequence[int], seed: int = 42
) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    rows = shuffle(np.arange(len(X)), random_state=seed)
    parts = np.split(rows, np.cumsum(sizes))[: len(sizes)]
    return [(X[part], y[part]) for part in parts]


def digit_models() -> list[tuple[str, ClassifierMixin]]:
    svm = make_pipeline(MinMaxScaler(), PCA(50, random_state=42), SVC(C=10))
    return [
        ("svm", CalibratedClassifierCV(svm, ensemble=False)),
        ("trees", ExtraTreesClassifier(200, random_state=42)),
        ("network", make_pipeline(MinMaxScaler(), MLPClassifier((128,), max_iter=60, random_state=42))),
        ("neighbours", make_pipeline(PCA(40, random_state=42), KNeighborsClassifier(4, weights="distance"))),
    ]


def build_voter(
    X_train: NDArray[Any], y_train: NDArray[Any], X_val: NDArray[Any], y_val: NDArray[Any]
) -> dict[str, Any]:
    voter = VotingClassifier(digit_models(), weights=[2, 1, 1, 1]).fit(X_train, y_train)
    labels = voter.classes_
    models = dict(voter.named_estimators_)  # their class numbers are the digits, as all ten occur
    scores = {name: np.mean(labels[model.predict(X_val)] == y_val) for name, model in models.items()}
    scores |= {voting: voter.set_params(voting=voting).score(X_val, y_val) for voting in ("hard", "soft")}
    voting = max(["soft", "hard"], key=scores.get)
    return {"models": models, "voter": voter.set_params(voting=voting), "val_scores": scores, "voting": voting}


def choose_ensemble(ensembles: Mapping[str, ClassifierMixin], X: NDArray[Any], y: NDArray[np.int64]) -> dict[str, Any]:
    X_rest, X_test, y_rest, y_test = train_test_split(X, y, test_size=len(X) // 5, random_state=42)
    X_train, X_val, y_train, y_val = train_test_split(X_rest, y_rest, test_size=0.25, random_state=42)
    scores = {name: clone(model).fit(X_train, y_train).score(X_val, y_val) for name, model in ensembles.items()}
    best = max(scores, key=scores.get)
    model = clone(ensembles[best]).fit(X_rest, y_rest)
    return {"scores": scores, "best": best, "model": model, "test_score": model.score(X_test, y_test)}


# %% wrong: build_voter
# Misconception: Thinks that PCA is only preprocessing and learns nothing, as it never sees a label, and so fits it to
# the training and the validation rows together.
from sklearn.preprocessing import FunctionTransformer


def build_voter(
    X_train: NDArray[Any], y_train: NDArray[Any], X_val: NDArray[Any], y_val: NDArray[Any]
) -> dict[str, Any]:
    pca = make_pipeline(MinMaxScaler(), PCA(50, random_state=42)).fit(np.vstack([X_train, X_val]))
    prepare = FunctionTransformer(pca.transform)
    voter = VotingClassifier([
        ("svm", make_pipeline(prepare, CalibratedClassifierCV(SVC(C=10), ensemble=False))),
        ("trees", ExtraTreesClassifier(200, random_state=42)),
        ("network", make_pipeline(prepare, MLPClassifier((128,), max_iter=60, random_state=42))),
        ("neighbours", make_pipeline(prepare, KNeighborsClassifier(4, weights="distance"))),
    ], weights=[2, 1, 1, 1]).fit(X_train, y_train)
    models = dict(voter.named_estimators_)
    scores = {name: np.mean(model.predict(X_val) == y_val) for name, model in models.items()}
    scores |= {voting: voter.set_params(voting=voting).score(X_val, y_val) for voting in ("hard", "soft")}
    voting = max(["soft", "hard"], key=scores.get)
    return {"models": models, "voter": voter.set_params(voting=voting), "val_scores": scores, "voting": voting}


# %% wrong: choose_ensemble
# Misconception: Thinks that once the test score is taken the test rows have done their work, and hands over a model
# that is fitted to all rows, as one would for production.
def choose_ensemble(ensembles: Mapping[str, ClassifierMixin], X: NDArray[Any], y: NDArray[np.int64]) -> dict[str, Any]:
    X_rest, X_test, y_rest, y_test = train_test_split(X, y, test_size=len(X) // 5, random_state=42)
    X_train, X_val, y_train, y_val = train_test_split(X_rest, y_rest, test_size=0.25, random_state=42)
    scores = {name: clone(model).fit(X_train, y_train).score(X_val, y_val) for name, model in ensembles.items()}
    best = max(scores, key=scores.get)
    test_score = clone(ensembles[best]).fit(X_rest, y_rest).score(X_test, y_test)
    return {"scores": scores, "best": best, "model": clone(ensembles[best]).fit(X, y), "test_score": test_score}
