"""Hidden checks of chapter 8: faces in clusters (p.08.10) and distances as features (p.08.11)."""

from typing import Any

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.metrics import silhouette_score
from sklearn.neighbors import KNeighborsClassifier

from autograder.checks.ch08_unsupervised.inputs import blobs, numbers, portraits
from autograder.testing import check

# ---------------------------------------------------------------- p.08.10


def _album(rng) -> tuple[np.ndarray, np.ndarray, tuple[int, ...]]:
    """Return numbered rows of some people in mixed order, and how many of each person go where."""
    per_person = tuple(int(n) for n in rng.integers(1, 6, 3))
    people = rng.choice(1_000, int(rng.integers(6, 15)), replace=False)
    y = rng.permutation(np.repeat(people, sum(per_person)))
    X = np.column_stack([np.arange(len(y)), rng.integers(0, 9, len(y))])
    return X, y, per_person


def _parts(student, X, y, per_person, *seed) -> list[tuple[np.ndarray, np.ndarray]]:
    parts = [
        (np.asarray(X_part), np.asarray(y_part)) for X_part, y_part in student.split_faces(X, y, per_person, *seed)
    ]
    sizes = [len(np.unique(y)) * n for n in per_person]
    assert [(X_part.shape, y_part.shape) for X_part, y_part in parts] == [((n, 2), (n,)) for n in sizes]
    return parts


@check("p.08.10", core=True, hint="Are all rows used, each once, and do labels stay with their rows?")
def test_parts_share_no_portrait(student, rng):
    """`split_faces` puts every portrait into exactly one part, of the size asked for, together with its label."""
    for _ in range(3):
        X, y, per_person = _album(rng)
        parts = _parts(student, X, y, per_person)
        rows = np.concatenate([X_part[:, 0] for X_part, _ in parts])
        assert sorted(rows.tolist()) == list(range(len(X)))
        assert_array_equal(np.concatenate([X_part for X_part, _ in parts]), X[rows])
        assert_array_equal(np.concatenate([y_part for _, y_part in parts]), y[rows])


@check("p.08.10", hint="Count the labels in each part. Which argument of scikit-learn's splitters does that for you?")
def test_everyone_is_in_every_part_equally_often(student, rng):
    """In each part every person has the number of portraits that you were told."""
    for _ in range(3):
        X, y, per_person = _album(rng)
        for (_, y_part), n in zip(_parts(student, X, y, per_person), per_person, strict=True):
            people, counts = np.unique(y_part, return_counts=True)
            assert people.tolist() == np.unique(y).tolist()
            assert set(counts.tolist()) == {n}


@check("p.08.10", hint="What is `seed` for?")
def test_seed_decides_which_portraits(student, rng):
    """The same seed draws the same portraits, another seed others."""
    X, y, _ = _album(rng)
    X, y = np.vstack([X, X + np.array([len(X), 0])]), np.concatenate([y, y])
    total, seed = len(y) // len(np.unique(y)), int(rng.integers(1_000))
    drawn = [
        set(_parts(student, X, y, (total - 2, 1, 1), number)[0][0][:, 0].tolist()) for number in (seed, seed, seed + 1)
    ]
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


@check("p.08.10", weight=0.5, hint="A person may well fall into several clusters: with glasses, laughing, turned away.")
def test_many_numbers_are_tried(student, rng):
    """`FACE_KS` holds 20 numbers or more, few and many, some of them well above the 40 people."""
    student.cluster_faces(blobs(rng, 3, 5, 4)[0], [2, 3])
    ks = np.asarray(student.FACE_KS)
    assert ks.ndim == 1
    assert ks.dtype.kind in "iu"
    tried = set(ks.tolist())
    assert len(tried) >= 20
    assert 2 <= min(tried) <= 20
    assert 60 <= max(tried) <= 279


def _clustered(student, X, ks) -> tuple[int, Any, dict[int, float]]:
    """Return best_k, the model and the scores."""
    best_k, model, scores = student.cluster_faces(X, ks)
    assert np.asarray(model.predict(X)).shape == (len(X),)
    assert isinstance(scores, dict)
    assert sorted(scores) == sorted(ks)
    return int(best_k), model, {int(k): float(score) for k, score in scores.items()}


@check("p.08.10", core=True, weight=3, hint="Which k wins with your measure if the data are k heaps far apart?")
def test_number_of_groups_is_found(student, rng):
    """Of rows that form clearly separate groups, few or many, you find how many there are (one slip is forgiven)."""
    found, true = [], [int(k) for k in rng.permutation(np.arange(3, 11))[:6]]
    for k in true:
        best_k, model, scores = student.cluster_faces(blobs(rng, k, 12, 20)[0], list(range(2, 14)))
        assert isinstance(scores, dict)
        assert int(best_k) in scores
        assert hasattr(model, "predict")
        found.append(int(best_k))
    assert sum(one == other for one, other in zip(found, true, strict=True)) >= 5


@check("p.08.10", core=True, weight=2, hint="`silhouette_score(X, labels)`: of which X, and of whose labels?")
def test_scores_are_silhouettes(student, rng):
    """`scores` has the silhouette of every k you tried: of separate groups, cut into as many clusters or left whole."""
    # With k groups far apart, k clusters can be nothing else, so their silhouette is known.
    for k in (int(n) for n in rng.permutation(np.arange(3, 10))[:3]):
        X, blob = blobs(rng, k, 10, 15, spread=2.0)
        _, _, scores = _clustered(student, X, [2, k, k + 4])
        assert_allclose(scores[k], silhouette_score(X, blob), atol=1e-6)
        assert -1 <= min(scores[2], scores[k + 4]) <= max(scores[2], scores[k + 4]) < scores[k]
    # Eight groups, each as far from one as from any other, so that one direction can't tell them apart. They are the
    # smallest there can be: of two rows, or in one of them a single row, which counts as 0.
    blob = rng.permutation(np.repeat(np.arange(8), 2))
    X = 30 * np.linalg.qr(rng.normal(size=(15, 15)))[0][blob] + rng.normal(0, 0.5, (16, 15))
    for rows in (np.arange(16), np.arange(1, 16)):
        _, _, scores = _clustered(student, X[rows], [8])
        assert_allclose(scores[8], silhouette_score(X[rows], blob[rows]), atol=1e-6)


@check("p.08.10", weight=2, hint="Which of the models do you return: the best one, or the last?")
def test_model_is_the_one_with_the_best_score(student, rng):
    """With portraits, of people who were made up for you, too: `best_k` has the highest score, and the model you return
    has as many clusters and that score, and tells the cluster of whichever rows it is asked about."""
    X, _ = portraits(rng, 8, people=12)
    for ks in ([2, 5, 9, 14, 20], [20, 14, 9, 5, 2]):  # in one of these the best is not the last
        best_k, model, scores = _clustered(student, X, ks)
        labels = np.asarray(model.predict(X))
        assert_array_equal(np.asarray(model.predict(X[::-2])), labels[::-2])
        assert scores[best_k] == max(scores.values())
        assert len(np.unique(labels)) == best_k
        assert_allclose(silhouette_score(X, labels), scores[best_k], atol=2e-3)


# ---------------------------------------------------------------- p.08.11


@check("p.08.11", core=True, at_least=True, hint="How many rows does your model see per person? Simple models do well "
       "with few.")  # fmt: skip
def test_recognises_people(student, rng) -> float:
    """Trained on seven portraits each of 40 people whom nobody knows, your model recognises them on {threshold:.0%} of
    others or more, on average over two such crowds."""
    right = []
    for _ in range(2):
        X, y, X_new, y_new = portraits(rng, 7, 6)
        said = numbers(student.fit_face_classifier(X, y).predict(X_new), len(X_new))
        right.append(np.mean(said == y_new))
    return float(np.mean(right))


def _gaps(X, centres) -> np.ndarray:
    return np.linalg.norm(X[:, None] - centres, axis=2)


@check("p.08.11", core=True, weight=2, hint="`KMeans` has a method that gives distances. Labels are only names.")
def test_features_are_distances_to_centroids(student, rng):
    """`transform` gives one column for each cluster: the distance of a row, old or new, to the centroid."""
    for k in (1, int(rng.integers(3, 7)), 24):
        X, blob = blobs(rng, k, 24 // k, 8)
        rows = np.vstack([X[:9], rng.normal(0, 20, (11, 8))])
        found = numbers(student.fit_reducer(X, k).transform(rows), 20, k)
        right = _gaps(rows, np.array([X[blob == number].mean(axis=0) for number in range(k)]))
        # Clusters have no order of their own.
        order, wanted = np.argsort(found[0]), np.argsort(right[0])
        assert_allclose(found[:, order], right[:, wanted], atol=1e-4)


def nearest_neighbour():
    """Return a classifier, not fitted."""
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(1)


def _problem(rng, k: int) -> tuple[list[np.ndarray], dict[int, np.ndarray]]:
    """Return training and validation rows, and the centroids of 1, k and n clusters.

    With these numbers k-means can find one thing only: the mean of all, the groups, and every row by itself. The
    validation rows lie elsewhere, so that learning from them shows.
    """
    X, blob = blobs(rng, k, 12, 6)
    centre = np.array([X[blob == number].mean(axis=0) for number in range(k)])
    y = (blob + (X[:, 0] > centre[blob, 0])) % 4
    rows = rng.integers(0, len(X), 200)
    X_val = X[rows] + rng.normal(0, 1, (200, 6)) + rng.normal(0, 6, 6)
    return [X, y, X_val, y[rows]], {1: X.mean(axis=0)[None], k: centre, len(X): X}


def _wanted(data, centres) -> tuple[dict[int, float], float, dict[int, float]]:
    """Return the accuracies with distances to `centres`, with the columns, and with both."""
    X, y, X_val, y_val = data

    def accuracy(train, val) -> float:
        return KNeighborsClassifier(1).fit(train, y).score(val, y_val)

    tables = {n: (_gaps(X, c), _gaps(X_val, c)) for n, c in centres.items()}
    scores = {n: accuracy(*pair) for n, pair in tables.items()}
    appended = {n: accuracy(np.hstack([X, t]), np.hstack([X_val, v])) for n, (t, v) in tables.items()}
    return scores, accuracy(X, X_val), appended


def _searched(student, data, ks) -> dict:
    found = student.search_k(student.probe_(nearest_neighbour)(), *data, ks)
    assert isinstance(found, dict)
    assert {"scores", "best_k", "plain", "appended"} <= set(found)
    assert sorted(found["scores"]) == sorted(ks)
    return found


# One validation row of 200 may change sides where two neighbours are equally near but for rounding.
_ROW = 1.5 / 200


@check(
    "p.08.11", core=True, weight=2, hint="Fit k-means to the training rows, and take distances for both sets of rows."
)
def test_scores_with_distances_only(student, rng):
    """With a classifier of ours, `scores` has the accuracies that are reached when the distances replace the columns,
    and `best_k` is the number with the highest."""
    for k in (int(n) for n in rng.permutation(np.arange(3, 9))[:4]):
        data, centres = _problem(rng, k)
        found = _searched(student, data, list(centres))
        scores, _, _ = _wanted(data, centres)
        for n in centres:
            assert_allclose(float(found["scores"][n]), scores[n], atol=_ROW)
        assert float(found["scores"][int(found["best_k"])]) == max(float(score) for score in found["scores"].values())


@check(
    "p.08.11", core=True, weight=2, hint="Which columns does the classifier get for `plain`, and which for `appended`?"
)
def test_scores_with_columns(student, rng):
    """`plain` is the accuracy with the columns as they are, `appended` that with the columns and the distances."""
    for k in (int(n) for n in rng.permutation(np.arange(3, 9))[:4]):
        data, centres = _problem(rng, k)
        found = _searched(student, data, list(centres))
        _, plain, appended = _wanted(data, centres)
        assert_allclose(float(found["plain"]), plain, atol=_ROW)
        assert_allclose(float(found["appended"]), appended[int(found["best_k"])], atol=_ROW)


def recorder():
    """Return a classifier that notes what it is fitted to, in all its clones together."""
    from sklearn.base import BaseEstimator, ClassifierMixin

    class Recorder(ClassifierMixin, BaseEstimator):
        fitted = []  # noqa: RUF012  # shared by all clones on purpose

        def fit(self, X, y):
            Recorder.fitted.append([int(n) for n in X.shape])
            self.classes_ = sorted(set(y.tolist()))
            return self

        def predict(self, X):
            import numpy as np

            return np.full(len(X), self.classes_[0])

        def seen(self):
            return Recorder.fitted

        def is_fitted(self):
            return hasattr(self, "classes_")

    return Recorder()


@check("p.08.11", hint="How many columns are there with k distances beside d columns?")
def test_classifier_is_trained_on_every_variant(student, rng):
    """Clones of the classifier you are given are trained on each number of distances, on the columns, and on both
    together, and on nothing else; it is not trained itself."""
    X, y = rng.normal(size=(40, 9)), rng.integers(0, 3, 40)
    classifier = student.probe_(recorder)()
    found = student.search_k(classifier, X, y, rng.normal(size=(15, 9)), rng.integers(0, 3, 15), [2, 5, 20])
    columns = {int(n) for _, n in classifier.seen()}
    assert columns == {2, 5, 20, 9, 9 + int(found["best_k"])}
    assert not classifier.is_fitted()
