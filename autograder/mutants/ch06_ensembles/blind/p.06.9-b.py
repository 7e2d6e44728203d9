# %% right
# Intent: All probabilities side by side, and a logistic regression on top that learns from the validation rows only;
# StackingClassifier with its cross-validation for the same in one piece.
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.svm import SVC


def make_blend_features(models: Sequence[ClassifierMixin], X: NDArray[Any]) -> NDArray[Any]:
    return np.hstack([model.predict_proba(X) for model in models])


def fit_blender(
    models: Sequence[ClassifierMixin],
    X_train: NDArray[Any],
    y_train: NDArray[Any],
    X_val: NDArray[Any],
    y_val: NDArray[Any],
) -> ClassifierMixin:
    return LogisticRegression(max_iter=1000).fit(make_blend_features(models, X_val), y_val)


def stack_predict(models: Sequence[ClassifierMixin], blender: ClassifierMixin, X: NDArray[Any]) -> NDArray[Any]:
    return blender.predict(make_blend_features(models, X))


def fit_stacking(X: NDArray[Any], y: NDArray[Any]) -> StackingClassifier:
    svm = make_pipeline(MinMaxScaler(), PCA(50, random_state=42), SVC(C=10))
    return StackingClassifier(
        [
            ("svm", CalibratedClassifierCV(svm, cv=3, ensemble=False)),
            ("trees", ExtraTreesClassifier(100, random_state=42)),
            ("neighbours", make_pipeline(PCA(40, random_state=42), KNeighborsClassifier(4, weights="distance"))),
        ],
        final_estimator=LogisticRegression(max_iter=1000),
        cv=5,
    ).fit(X, y)


# %% wrong: fit_blender
# Misconception: Thinks that a blender, like any model, gets better with more rows, so it learns from the training and
# the validation rows together.
def fit_blender(
    models: Sequence[ClassifierMixin],
    X_train: NDArray[Any],
    y_train: NDArray[Any],
    X_val: NDArray[Any],
    y_val: NDArray[Any],
) -> ClassifierMixin:
    features = make_blend_features(models, np.vstack([X_train, X_val]))
    return LogisticRegression(max_iter=1000).fit(features, np.r_[y_train, y_val])


# %% wrong: make_blend_features
# Misconception: Thinks that a blender can only know on which images to trust whom if it also sees the image itself, and
# passes the pixels through (scaled like the probabilities).
def make_blend_features(models: Sequence[ClassifierMixin], X: NDArray[Any]) -> NDArray[Any]:
    return np.hstack([*(model.predict_proba(X) for model in models), np.asarray(X) / 255])
