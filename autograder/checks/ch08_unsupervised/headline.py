"""Full-size figures of chapter 8."""

from functools import cache
from typing import Any

import numpy as np
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from autograder.testing import headline
from course.datasets import load
from solutions.ch08_unsupervised.faces import FACE_KS, cluster_faces, fit_face_classifier, search_k, split_faces
from solutions.ch08_unsupervised.groups import propagate, representatives
from solutions.ch08_unsupervised.odd import face_scores, find_odd_faces, fit_mixture, recon_error, sample_faces

# ---------------------------------------------------------------- p.08.4


@cache
def _ladder() -> dict[str, float]:
    """Accuracy of a logistic regression on 397 digits, after ever more labels, as in the chapter."""
    X, y = load_digits(return_X_y=True)
    X_train, y_train, X_test, y_test = X[:1400], y[:1400], X[1400:], y[1400:]
    distances = KMeans(50, random_state=42).fit(X_train).transform(X_train)
    asked = representatives(distances)

    def accuracy(rows: Any, labels: np.ndarray) -> float:
        return LogisticRegression(max_iter=10_000).fit(X_train[rows], labels).score(X_test, y_test)

    def spread(share: float) -> float:
        labels = propagate(y_train[asked], distances, share)
        return accuracy(labels >= 0, labels[labels >= 0])

    return {
        "first": accuracy(slice(50), y_train[:50]),
        "asked": accuracy(asked, y_train[asked]),
        "all": spread(1.0),
        "half": spread(0.5),
        "full": accuracy(slice(None), y_train),
    }


_DIGITS = "1,400 train / 397 test, scikit-learn's digits"


@headline("p.08.4", "digits, the first 50 labels", book="0.758", data="", holds=lambda v: abs(v - 0.758) < 0.002)
def fifty_labels() -> tuple[float, str]:
    """Labels of the rows that come first."""
    return _ladder()["first"], _DIGITS


@headline("p.08.4", "digits, 50 representatives", book="0.834", data="", holds=lambda v: abs(v - 0.834) < 0.02)
def fifty_representatives() -> tuple[float, str]:
    """Those nearest to 50 centroids."""
    return _ladder()["asked"], _DIGITS


@headline("p.08.4", "digits, labels spread over clusters", book="0.869", data="", holds=lambda v: abs(v - 0.869) < 0.02)
def labels_spread() -> tuple[float, str]:
    """Every row has the label of its representative."""
    return _ladder()["all"], _DIGITS


@headline("p.08.4", "digits, spread to the nearest half", book="0.884", data="", holds=lambda v: abs(v - 0.884) < 0.02)
def labels_spread_to_half() -> tuple[float, str]:
    """The half of each cluster that is nearest to its centroid."""
    return _ladder()["half"], _DIGITS


@headline("p.08.4", "digits, all labels", book="0.909", data="", holds=lambda v: abs(v - 0.909) < 0.002)
def all_labels() -> tuple[float, str]:
    """What could be reached."""
    return _ladder()["full"], _DIGITS


# ---------------------------------------------------------------- p.08.10


@cache
def _parts() -> list[tuple[np.ndarray, np.ndarray]]:
    faces = load("olivetti_faces")
    return split_faces(faces.X, faces.y)


def _size() -> str:
    return " / ".join(str(len(X)) for X, _ in _parts())


@headline("p.08.10", "portraits", book="400", data="olivetti_faces", holds=lambda value: value == 400)
def portraits() -> tuple[float, str]:
    """All of them."""
    faces = load("olivetti_faces")
    return float(len(faces.X)), f"{faces.X.shape[0]} x {faces.X.shape[1]:,}"


@headline("p.08.10", "pixels", book="4,096", data="olivetti_faces", holds=lambda value: value == 4096)
def pixels() -> tuple[float, str]:
    """64 x 64."""
    return float(load("olivetti_faces").X.shape[1]), "64 x 64"


@headline("p.08.10", "people with 10 portraits each", book="40", data="olivetti_faces", holds=lambda value: value == 40)
def people() -> tuple[float, str]:
    """Everyone has ten."""
    return float(np.sum(np.bincount(load("olivetti_faces").y) == 10)), "400 portraits"


@cache
def _clustered() -> tuple[int, dict[int, float], float]:
    X, y = _parts()[0]
    best_k, model, scores = cluster_faces(X, FACE_KS)
    labels = np.asarray(model.predict(X))
    pure = sum(np.bincount(y[labels == number]).max() for number in range(best_k)) / len(y)
    return best_k, scores, float(pure)


@headline("p.08.10", "clusters with the best silhouette", book="may exceed 40", data="olivetti_faces",
          holds=lambda value: value > 40)  # fmt: skip
def best_number() -> tuple[float, str]:
    """Of 5, 10, …, 150."""
    return float(_clustered()[0]), _size()


@headline("p.08.10", "silhouette there", book="", data="olivetti_faces", holds=lambda value: value > 0.1)
def best_silhouette() -> tuple[float, str]:
    """Measured on the pixels."""
    return max(_clustered()[1].values()), _size()


@headline("p.08.10", "portraits of their cluster's main person", book="", data="olivetti_faces",
          holds=lambda value: value > 0.7)  # fmt: skip
def purity() -> tuple[float, str]:
    """Clusters need not be people, but most hold one."""
    return _clustered()[2], _size()


# ---------------------------------------------------------------- p.08.11


@headline("p.08.11", "classifier, test accuracy", book="", data="olivetti_faces", holds=lambda value: value > 0.9)
def classifier_on_test() -> tuple[float, str]:
    """On pixels."""
    (X, y), _, (X_test, y_test) = _parts()
    return float(np.mean(fit_face_classifier(X, y).predict(X_test) == y_test)), _size()


@cache
def _searched() -> dict[str, Any]:
    train, val, _ = _parts()
    return search_k(SVC(kernel="linear"), *train, *val, FACE_KS)


@headline(
    "p.08.11", "linear SVM on pixels, validation accuracy", book="", data="olivetti_faces", holds=lambda v: v > 0.9
)
def plain() -> tuple[float, str]:
    """The standard to beat."""
    return _searched()["plain"], _size()


@headline("p.08.11", "on distances only", book="lower", data="olivetti_faces", holds=lambda v: v <= plain()[0])
def distances_only() -> tuple[float, str]:
    """With the best number of clusters."""
    return max(_searched()["scores"].values()), _size()


@headline("p.08.11", "on both", book="no gain", data="olivetti_faces", holds=lambda v: v <= plain()[0] + 0.0126)
def pixels_and_distances() -> tuple[float, str]:
    """One validation portrait is 0.0125."""
    return _searched()["appended"], _size()


# ---------------------------------------------------------------- p.08.12 and p.08.13


@headline("p.08.12", "dimensions for 99% of the variance, all faces", book="", data="olivetti_faces",
          holds=lambda value: value < 400)  # fmt: skip
def dimensions() -> tuple[float, str]:
    """Of 4,096."""
    return float(PCA(0.99).fit(load("olivetti_faces").X).n_components_), "400 x 4,096"


@cache
def _mixture() -> tuple[Any, Any]:
    return fit_mixture(_parts()[0][0])


@headline("p.08.12", "variance kept", book="0.99", data="olivetti_faces", holds=lambda value: 0.99 <= value < 0.991)
def variance_kept() -> tuple[float, str]:
    """By the PCA before the mixture."""
    pca = _mixture()[0]
    return float(pca.explained_variance_ratio_.sum()), f"{_size()}, {pca.n_components_} dimensions"


@headline("p.08.12", "sampled pixels between -0.1 and 1.1", book="", data="olivetti_faces", holds=lambda v: v > 0.95)
def samples_in_range() -> tuple[float, str]:
    """Nothing keeps a sample within 0 and 1."""
    images = sample_faces(*_mixture(), 1_000)
    return float(np.mean((images > -0.1) & (images < 1.1))), "1,000 samples"


def _altered() -> dict[str, np.ndarray]:
    """Normal portraits that were held back, and three alterations of them."""
    X = np.concatenate([X for X, _ in _parts()[1:]])
    images = X.reshape(-1, 64, 64)
    return {
        "normal": X,
        "dark": X * np.float32(0.3),
        "upside down": images[:, ::-1].reshape(X.shape),
        "on its side": np.rot90(images, axes=(1, 2)).reshape(X.shape),
    }


def _below(kind: str) -> float:
    """Share of altered portraits that score lower than the median normal one."""
    scores = {name: face_scores(*_mixture(), X) for name, X in _altered().items() if name in ("normal", kind)}
    return float(np.mean(scores[kind] < np.median(scores["normal"])))


@headline("p.08.12", "dark faces below the normal median", book="much lower", data="olivetti_faces",
          holds=lambda value: value > 0.9)  # fmt: skip
def dark_below() -> tuple[float, str]:
    """0.3 times the light."""
    return _below("dark"), "120 held back"


@headline("p.08.12", "faces upside down below it", book="much lower", data="olivetti_faces", holds=lambda v: v > 0.9)
def upside_down_below() -> tuple[float, str]:
    """Flipped."""
    return _below("upside down"), "120 held back"


@headline("p.08.12", "faces on their side below it", book="much lower", data="olivetti_faces", holds=lambda v: v > 0.9)
def on_its_side_below() -> tuple[float, str]:
    """Turned by a quarter."""
    return _below("on its side"), "120 held back"


def _ratio(normal: np.ndarray, altered: np.ndarray) -> float:
    """Median reconstruction error of altered portraits as a multiple of that of the normal ones."""
    pca = PCA(0.99).fit(_parts()[0][0])
    return float(np.median(recon_error(pca, altered)) / np.median(recon_error(pca, normal)))


def _error(kind: str) -> float:
    return _ratio(_altered()["normal"], _altered()[kind])


@headline("p.08.13", "error upside down / normal, trained faces", book="an order of magnitude", data="olivetti_faces",
          holds=lambda value: value > 10)  # fmt: skip
def trained_ratio() -> tuple[float, str]:
    """Faces that the PCA was fitted to."""
    X = _parts()[0][0]
    return _ratio(X, X.reshape(-1, 64, 64)[:, ::-1].reshape(X.shape)), "280 trained with"


@headline("p.08.13", "error upside down / normal, new faces", book="", data="olivetti_faces", holds=lambda v: v > 3)
def upside_down_ratio() -> tuple[float, str]:
    """Faces held back."""
    return _error("upside down"), "120 held back"


@headline("p.08.13", "error on its side / normal, new faces", book="", data="olivetti_faces", holds=lambda v: v > 3)
def on_its_side_ratio() -> tuple[float, str]:
    """Faces held back."""
    return _error("on its side"), "120 held back"


@headline("p.08.13", "error dark / normal, new faces", book="", data="olivetti_faces", holds=lambda v: v < 1)
def dark_ratio() -> tuple[float, str]:
    """A dark face has smaller errors, as everything about it is smaller."""
    return _error("dark"), "120 held back"


def _found(kind: str) -> float:
    """Share found odd among 40 faces of the test part."""
    (X, _), (X_val, _), (X_test, _) = _parts()
    return float(np.mean(find_odd_faces(X, X_val, _altered()[kind][-len(X_test) :])))


@headline("p.08.13", "normal faces found odd", book="", data="olivetti_faces", holds=lambda value: value < 0.2)
def normal_found() -> tuple[float, str]:
    """False alarms; the threshold expects 5%."""
    return _found("normal"), "40 test faces"


@headline("p.08.13", "faces upside down found odd", book="", data="olivetti_faces", holds=lambda value: value > 0.9)
def upside_down_found() -> tuple[float, str]:
    """Of the same faces."""
    return _found("upside down"), "40 test faces"


@headline("p.08.13", "faces on their side found odd", book="", data="olivetti_faces", holds=lambda value: value > 0.9)
def on_its_side_found() -> tuple[float, str]:
    """Of the same faces."""
    return _found("on its side"), "40 test faces"
