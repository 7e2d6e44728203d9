"""Hidden checks of chapter 7: models with and without PCA (p.07.9), maps of images (p.07.10)."""

import math
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.spatial.distance import pdist
from sklearn.decomposition import PCA

from autograder import check
from autograder.checks.inputs_ch07_dim_reduction import (
    bend,
    blends,
    components_for,
    drawn_points,
    legend_of,
    letters,
    places,
    pull,
    purity,
    sheet,
    together,
    without_times,
)
from autograder.engine.remote import StudentRaised

# ---------------------------------------------------------------- p.07.9

NAMES = {"rf", "rf+pca", "sgd", "sgd+pca"}


def _labels(model: Any, X: np.ndarray) -> np.ndarray:
    labels = np.asarray(model.predict(X))
    assert labels.shape == (len(X),)
    return labels.astype(float)


def _numbers(table: Any, column: str) -> dict[str, float]:
    """One column of the comparison, by row."""
    assert isinstance(table, pd.DataFrame)
    assert set(table.index) == NAMES and len(table) == len(NAMES)
    return {str(name): float(value) for name, value in table[column].items()}


def _comparison(student, *data, **options) -> tuple[Any, dict[str, Any]]:
    table, models = student.probe_(without_times)(student.compare_pca, *data, **options)
    assert isinstance(models, dict) and set(models) == NAMES
    return table, models


@check("p.07.9", core=True, weight=2, hint="What does PCA do with a number between 0 and 1, and what with a whole one? "
       "And what has been done to the pixels before?")  # fmt: skip
def test_pca_keeps_the_share_asked_for(student, rng):
    """For each share of the variance, PCA keeps the number of components that it takes on the training rows, give or
    take one; without PCA a classifier is given all features."""
    X, y = letters(rng, 400, step=2)
    shares = rng.permutation([rng.uniform(0.55, 0.7), rng.uniform(0.75, 0.85), rng.uniform(0.96, 0.98)])[:2]
    for ratio in shares.round(3).tolist():
        table, _ = _comparison(student, X[:300], y[:300], X[300:], y[300:], ratio=ratio)
        given = _numbers(table, "n_components")
        wanted = components_for(X[:300], ratio)
        assert all(abs(given[name] - wanted) <= 1 for name in ("rf+pca", "sgd+pca"))
        assert given["rf"] == given["sgd"] == X.shape[1]


@check("p.07.9", core=True, hint="Which rows does the call of `fit` get to see?")
def test_test_rows_are_not_looked_at(student, rng):
    """However wildly the test rows vary, PCA keeps what the training rows need."""
    X, y = blends(rng, 200, rng.uniform(0, 255, (5, 40)))
    noise = rng.choice([0.0, 255.0], (200, 40))
    table, _ = _comparison(student, X, y, noise, rng.integers(0, 5, 200), ratio=0.9)
    given = _numbers(table, "n_components")
    assert all(abs(given[name] - components_for(X, 0.9)) <= 1 for name in ("rf+pca", "sgd+pca"))


@check("p.07.9", hint="Can your model do with rows that PCA has cut short, and can it without?")
def test_pca_comes_before_two_of_the_models(student, rng):
    """A change of direction in which the training rows never vary is not noticed by the two models with PCA, but it
    is by the forest without."""
    prototypes = rng.uniform(60, 190, (6, 40))
    X, y = blends(rng, 300, prototypes)
    rows, _ = blends(rng, 200, prototypes)
    outside = np.linalg.svd(prototypes)[2][len(prototypes) :]  # orthonormal, and orthogonal to all training rows
    moved = rng.normal(size=(200, len(outside))) @ outside
    moved = rows + 55 * moved / np.abs(moved).max()
    _, models = _comparison(student, X, y, rows[:20], y[:20], ratio=0.95)
    same = {name: np.mean(_labels(model, rows) == _labels(model, moved)) for name, model in models.items()}
    assert same["rf+pca"] > 0.98
    assert same["sgd+pca"] > 0.98
    assert same["rf"] < 0.98


@check("p.07.9", hint="Which of the two kinds of model can draw a circle?")
def test_forests_are_forests_and_lines_are_lines(student, rng):
    """Where one class surrounds the other, both forests learn it; the two others draw a straight border."""

    def ring(size: int) -> tuple[np.ndarray, np.ndarray]:
        flat = rng.uniform(-1, 1, (size, 2))
        return 127 + flat @ frame * 60, ((flat**2).sum(axis=1) < 0.64).astype(int)

    frame = np.linalg.qr(rng.normal(size=(8, 8)))[0][:2]
    X, y = ring(400)
    rows, truth = ring(300)
    _, models = _comparison(student, X, y, rows, truth, ratio=0.99)
    said = {name: _labels(model, rows) for name, model in models.items()}
    assert np.mean(said["rf"] == truth) > 0.8
    assert np.mean(said["rf+pca"] == truth) > 0.8
    for name in ("sgd", "sgd+pca"):
        left, right = rng.integers(0, 300, (2, 2_000))
        pairs = said[name][left] == said[name][right]
        between = _labels(models[name], (rows[left] + rows[right])[pairs] / 2)
        assert np.mean(between == said[name][left][pairs]) > 0.99  # half-planes are convex


@check("p.07.9", hint="Which rows is a model to be judged by? Compute the share yourself from `predict`.")
def test_accuracy_is_that_of_the_test_rows(student, rng):
    """`accuracy` is the share of the test rows that the model you return predicts rightly."""
    X, y = letters(rng, 400, step=2)
    spoilt = np.where(rng.random(400) < 0.2, rng.integers(0, 10, 400), y)  # no model gets all of these
    table, models = _comparison(student, X[:300], y[:300], X[300:], spoilt[300:], ratio=0.8)
    found = _numbers(table, "accuracy")
    for name, model in models.items():
        assert_allclose(found[name], np.mean(_labels(model, X[300:]) == spoilt[300:]), atol=1e-6)


@check("p.07.9", hint="Where does each model find its components when it predicts?")
def test_models_read_unseen_letters(student, rng):
    """All four models are right about most of 300 letters of a script that was made up for you, none of which they have
    seen, and read a letter alone as they do among others."""
    X, y, rows, truth = letters(rng, 500, 300, step=2)
    _, models = _comparison(student, X, y, rows[:50], truth[:50], ratio=0.9)
    for model in models.values():
        said = _labels(model, rows)
        assert np.mean(said == truth) > 0.5
        assert [_labels(model, rows[row : row + 1]).item() for row in range(8)] == said[:8].tolist()


@check("p.07.9", hint="`time.perf_counter()` before and after `fit`.")
def test_table_is_complete(student, rng):
    """The table has the four rows and three columns, a training time above 0 in each row, and the training data are
    left as they were."""
    X, y = letters(rng, 300, step=2)
    (table, _), after = student.watch_("compare_pca", X[:250], y[:250], X[250:], y[250:])
    assert all(0 < seconds < math.inf for seconds in _numbers(table, "fit_time").values())
    assert set(table.columns) == {"fit_time", "accuracy", "n_components"}
    assert_array_equal(after[0], X[:250])
    assert_array_equal(after[2], X[250:])


# ---------------------------------------------------------------- p.07.10


@check("p.07.10", core=True, weight=2, at_least=True, hint="Does the order of the rows change on the way? Is it t-SNE "
       "at all, with enough steps?")  # fmt: skip
def test_tsne_keeps_letters_together(student, rng) -> float:
    """You map 400 letters of a script that nobody knows by t-SNE. Among a letter's ten nearest on the map the same
    letter is found about as often as among its ten nearest in the data: at least {threshold:.0%} as often. (On a map
    made by PCA it is two thirds.)"""
    X, y = letters(rng, 400)
    return purity(places(student.embed(X, "tsne"), 400), y, 10) / purity(X.astype(float), y, 10)


@check("p.07.10", core=True, hint="Look at your map of a few well-separated clusters in many dimensions.")
def test_tsne_pulls_clusters_apart(student, rng):
    """Fifteen clusters in 40 dimensions, which PCA lays over each other, are apart on your t-SNE map."""
    y = rng.permutation(np.repeat(np.arange(15), 20))
    X = 3 * rng.normal(size=(15, 40))[y] + rng.normal(size=(300, 40))
    assert purity(places(student.embed(X), 300), y, 8) > 0.95


@check("p.07.10", core=True, hint="Compare with `PCA(2).fit_transform(X)`: both maps may be mirrored, no more.")
def test_pca_map(student, rng):
    """The PCA map has the rows where the first two principal components put them, but for its size and a mirror."""
    X, _ = letters(rng, 100)
    Z = places(student.embed(X, "pca"), 100)
    wanted, found = pdist(PCA(2, svd_solver="full").fit_transform(X.astype(float))), pdist(Z)
    assert_allclose(found / found.mean(), wanted / wanted.mean(), atol=1e-2)  # some solvers are approximate


@check("p.07.10", core=True, hint="Metric MDS starts somewhere and moves points for as long as that brings the "
       "distances on the map closer to those in the data. Has it come to an end?")  # fmt: skip
def test_mds_map(student, rng):
    """On the MDS map no point would move any more: its distances are as like those in the data as they can be made,
    however the points are pushed a little."""
    X = rng.normal(size=(90, 20)) * rng.uniform(0.5, 2, 20)
    assert pull(X, places(student.embed(X, "mds"), 90)) < 0.04


@check("p.07.10", core=True, hint="How many neighbours does it look at? The default is 5.")
def test_lle_map(student, rng):
    """On the LLE map each row is rebuilt from its ten neighbours, with the weights that rebuild it in the data, nearly
    as well as a map can do it."""
    X = sheet(rng, 150, 9)
    best = min(bend(X, _lle(X), 10), 1.0)
    assert bend(X, places(student.embed(X, "lle"), 150), 10) < 2 * best + 1e-9


def _lle(X: np.ndarray) -> np.ndarray:
    from sklearn.manifold import LocallyLinearEmbedding

    return LocallyLinearEmbedding(n_neighbors=10, eigen_solver="dense").fit_transform(X)


@check("p.07.10", hint="Every method that starts from random numbers takes a `random_state`.")
def test_same_seed_same_map(student, rng):
    """The same seed gives the same map, for each method, and neighbours in the data are near each other on it; the rows
    you are given are left as they were."""
    X = sheet(rng, 60, 6)
    seed = int(rng.integers(10**6))
    for method in ("tsne", "pca", "mds", "lle"):
        Z, after = student.watch_("embed", X, method, seed)
        assert together(X, places(Z, 60), 10) > 0.35  # it is a map: by chance it would be 0.17
        assert_array_equal(after[0], X)
        again = pdist(places(student.embed(X, method, seed), 60))
        assert_allclose(again, pdist(places(Z, 60)), rtol=1e-3, atol=1e-3 * again.mean())


@check("p.07.10", weight=0.5, hint="What does your function do with a name that it does not know?")
def test_no_such_method(student, rng):
    """A method that does not exist is refused with a ValueError, rather than another one used."""
    X = sheet(rng, 60, 5)
    places(student.embed(X, "pca"), 60)
    for method in ("umapp", "t-sne?", ""):
        with pytest.raises(StudentRaised) as raised:
            student.embed(X, method)
        assert raised.value.type_name == "ValueError"


def _map(rng, size: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Places, and labels of which three do not occur."""
    return rng.normal(0, 20, (size, 2)), rng.permutation(np.resize(rng.permutation(10)[:7], size))


def _place(point) -> tuple[float, float]:
    """Across and up, rounded: plots may hold single precision."""
    return round(point[0], 3), round(point[1], 3)


def _points(student, Z, y) -> list[tuple[float, float, str]]:
    return student.probe_(drawn_points)(student.plot_embedding(Z, y))


@check("p.07.10", core=True, hint="Across is `Z[:, 0]`, up is `Z[:, 1]`.")
def test_every_row_is_drawn_once(student, rng):
    """Your plot shows each row once, at its place."""
    Z, y = _map(rng)
    assert Counter(map(_place, _points(student, Z, y))) == Counter(map(_place, Z.tolist()))


@check("p.07.10", hint="Which colour does each class get, whatever its rows' order? Are there enough colours?")
def test_one_colour_for_each_class(student, rng):
    """Rows have the same colour in your plot if and only if they are of the same class: for some classes, and all."""
    for classes in (7, 10):
        Z, _ = _map(rng)
        y = rng.permutation(np.resize(rng.permutation(10)[:classes], 60))
        label = dict(zip(map(_place, Z.tolist()), y.tolist(), strict=True))
        pairs = {(label[_place(point)], point[2]) for point in _points(student, Z, y)}
        assert len(pairs) == len({digit for digit, _ in pairs}) == len({colour for _, colour in pairs}) == classes


@check("p.07.10", hint="Give each class a `label`, or see `legend_elements`.")
def test_legend_names_the_classes(student, rng):
    """A legend names each class that occurs, beside its colour."""
    Z, y = _map(rng)
    figure = student.plot_embedding(Z, y)
    entries = student.probe_(legend_of)(figure)
    label = dict(zip(map(_place, Z.tolist()), y.tolist(), strict=True))
    points = student.probe_(drawn_points)(figure)
    assert sorted(text for text, _ in entries) == sorted(str(digit) for digit in set(y.tolist()))
    colours = {str(label[_place(point)]): point[2] for point in points}
    assert dict(entries) == colours
