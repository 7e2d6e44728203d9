"""Hidden checks of chapter 7: maps of images (p.07.10)."""

from collections import Counter

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.spatial.distance import pdist
from sklearn.decomposition import PCA

from autograder.checks.ch07_dim_reduction.inputs import (
    bend,
    drawn_points,
    faint,
    legend_of,
    letters,
    places,
    pull,
    purity,
    sheet,
    together,
)
from autograder.engine.wire.proxy import StudentRaised
from autograder.testing import check

# ---------------------------------------------------------------- p.07.10


@check("p.07.10", core=True, weight=2, at_least=True, hint="Does the order of the rows change on the way? Is it t-SNE "
       "at all, with enough steps?")  # fmt: skip
def test_tsne_keeps_letters_together(student, rng) -> float:
    """You map 400 letters of a script that nobody knows by t-SNE. Among a letter's ten nearest on the map the same
    letter is found as often as among its ten nearest in the data: at least {threshold:.0%} as often."""
    X, y = letters(rng, 400)
    return purity(places(student.embed(X, "tsne"), 400), y, 10) / purity(X.astype(float), y, 10)


@check("p.07.10", core=True, hint="Look at your map of a few well-separated clusters in many dimensions.")
def test_tsne_pulls_clusters_apart(student, rng):
    """Fifteen clusters in 40 dimensions, which PCA lays over each other, are apart on your t-SNE map."""
    y = rng.permutation(np.repeat(np.arange(15), 20))
    X = 3 * rng.normal(size=(15, 40))[y] + rng.normal(size=(300, 40))
    assert purity(places(student.embed(X), 300), y, 8) > 0.95


def _uneven(rng) -> np.ndarray:
    """Letters, some of whose pixels are faint; the first component has clearly more variance than the second."""
    while True:
        X = faint(rng, letters(rng, 100)[0])
        first, second = PCA(2, svd_solver="full").fit(X.astype(float)).explained_variance_
        if first > 1.3 * second:
            return X


@check("p.07.10", core=True, hint="Compare with `PCA(2).fit_transform(X)`: both maps may be mirrored, no more.")
def test_pca_map(student, rng):
    """The PCA map has the rows where the first two principal components put them, but for its size and a mirror."""
    X = _uneven(rng)
    Z = places(student.embed(X, "pca"), 100)
    wanted, found = pdist(PCA(2, svd_solver="full").fit_transform(X.astype(float))), pdist(Z)
    assert_allclose(found / found.mean(), wanted / wanted.mean(), atol=2e-2)  # some solvers are approximate


@check("p.07.10", core=True, hint="Metric MDS starts somewhere and moves points for as long as that brings the "
       "distances on the map closer to those in the data. Has it come to an end?")  # fmt: skip
def test_mds_map(student, rng):
    """On the MDS map no point would move any more: its distances are as like those in the data as they can be made,
    however the points are pushed a little."""
    X = rng.normal(size=(90, 20)) * rng.uniform(0.5, 2, 20)
    sparse = X * (rng.random((90, 20)) < rng.uniform(0.1, 1, (90, 1)))  # here other distances are quite different ones
    for rows in (X, sparse):
        assert pull(rows, places(student.embed(rows, "mds"), 90)) < 0.02


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
    """The same seed gives the same map, for each method, of a sheet and of mere noise, on which all that is left to
    chance shows; neighbours in the data are near each other on the map of the sheet, and the rows you are given are
    left as they were."""
    X = sheet(rng, 60, 6)
    seed = int(rng.integers(10**6))
    for method in ("tsne", "pca", "mds", "lle"):
        Z, after = student.watch_("embed", X, method, seed)
        assert together(X, places(Z, 60), 10) > 0.35  # it is a map: by chance it would be 0.17
        assert_array_equal(after[0], X)
        _same(Z, student.embed(X, method, seed))
    noise = rng.normal(size=(100, 600))
    for method in ("tsne", "pca", "mds", "lle"):
        _same(student.embed(noise, method, seed), student.embed(noise, method, seed))


def _same(one, other) -> None:
    """Assert that two maps are the same, but for a mirror and rounding."""
    first, second = (pdist(places(Z, len(one))) for Z in (one, other))
    assert_allclose(second, first, rtol=1e-3, atol=1e-3 * second.mean())


@check("p.07.10", weight=0.5, hint="What does your function do with a name that it does not know?")
def test_no_such_method(student, rng):
    """A method that does not exist is refused with a ValueError, rather than another one used."""
    X = sheet(rng, 60, 5)
    places(student.embed(X, "pca"), 60)
    for method in ("umapp", "t-sne?", ""):
        with pytest.raises(StudentRaised) as raised:
            student.embed(X, method)
        assert raised.value.type_name == "ValueError"


def _map(rng, classes: int = 7, size: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Places, and labels, of which as many occur as asked for."""
    return rng.normal(0, 20, (size, 2)).round(2), rng.permutation(np.resize(rng.permutation(10)[:classes], size))


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
        Z, y = _map(rng, classes)
        label = dict(zip(map(_place, Z.tolist()), y.tolist(), strict=True))
        pairs = {(label[_place(point)], point[2]) for point in _points(student, Z, y)}
        assert len(pairs) == len({digit for digit, _ in pairs}) == len({colour for _, colour in pairs}) == classes


@check("p.07.10", hint="Give each class a `label`, or see `legend_elements`.")
def test_legend_names_the_classes(student, rng):
    """A legend names each class that occurs, beside its colour: of seven classes, and of all."""
    for classes in (7, 10):
        Z, y = _map(rng, classes)
        figure = student.plot_embedding(Z, y)
        entries = student.probe_(legend_of)(figure)
        label = dict(zip(map(_place, Z.tolist()), y.tolist(), strict=True))
        points = student.probe_(drawn_points)(figure)
        assert sorted(text for text, _ in entries) == sorted(str(digit) for digit in set(y.tolist()))
        colours = {str(label[_place(point)]): point[2] for point in points}
        assert dict(entries) == colours
