"""Chapter 7's references beside singular values, exact fractions, scikit-learn's PCA, and what each map minimises."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import combinations, product
from typing import Any, ClassVar

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from numpy.typing import NDArray
from scipy.linalg import hadamard
from scipy.optimize import brentq, minimize
from scipy.spatial.distance import cdist, pdist, squareform
from scipy.special import softmax
from scipy.stats import entropy
from sklearn.datasets import load_digits, make_swiss_roll
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.manifold import TSNE, LocallyLinearEmbedding
from sklearn.neighbors import KNeighborsClassifier
from sklearn.random_projection import GaussianRandomProjection, johnson_lindenstrauss_min_dim

from solutions.ch07_dim_reduction.maps import embed, plot_embedding
from solutions.ch07_dim_reduction.methods import (
    P_07_5_CHOICE,
    P_07_8_CHOICE,
    batch_variances,
    chain_seconds,
    dims_bounds,
    dims_for,
    neighbours_kept,
    projection_dims,
)
from solutions.ch07_dim_reduction.questions import (
    P_07_3_CHOICE,
    P_07_4_CHOICE,
    border_share,
    contrast,
    numbers_stored,
    reconstruction_error,
    useless_dimensions,
)
from solutions.ch07_dim_reduction.reductions import compare_reductions
from solutions.ch07_dim_reduction.speed import compare_pca
from tests.support.oracle import oracle

# Why an exercise has no oracle of its own.
WITHOUT: dict[str, str] = {}

FEW = settings(max_examples=30, deadline=None, derandomize=True)
SEEDS = st.integers(0, 10**6)


def cloud(seed: int, n: int, d: int) -> NDArray[np.float64]:
    """Return rows that spread less and less along directions parallel to no axis, far from the origin."""
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(d, d)))[0]
    return np.asarray(rng.normal(size=(n, d)) * np.geomspace(3, 0.5, d) @ turn + rng.normal(0, 20, d))


@oracle("p.07.1", "the arrays that scikit-learn's PCA needs for its inverse_transform")
@given(n=st.integers(2, 30), d=st.integers(1, 12), data=st.data())
@FEW
def test_as_many_numbers_as_a_fitted_pca_keeps(n: int, d: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(1, min(n, d)))
    X = cloud(n, n, d)
    pca = PCA(k).fit(X)
    scores, axes, mean = kept = pca.transform(X), pca.components_, pca.mean_
    np.testing.assert_allclose(scores @ axes + mean, pca.inverse_transform(scores))
    assert numbers_stored(n, d, k) == sum(array.size for array in kept)


@oracle("p.07.2", "brute force: all cells of a grid")
@pytest.mark.parametrize("d", [1, 2, 3, 4])
def test_the_border_is_the_share_of_cells_at_it(d: int) -> None:
    cells = 8
    for rim in range(cells // 2 + 1):
        near = sum(any(i < rim or i >= cells - rim for i in cell) for cell in product(range(cells), repeat=d))
        assert border_share(d, rim / cells) == pytest.approx(near / cells**d)


@oracle("p.07.2", "scipy's cdist (hypothesis)")
@given(SEEDS, st.integers(1, 20), st.integers(1, 9))
@FEW
def test_contrast_is_that_of_scipys_distances(seed: int, n: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    X, x = rng.integers(-9, 10, (n, d)), rng.integers(20, 30, d)
    distances = sorted(cdist([x], X)[0])
    assert contrast(X.tolist(), x.tolist()) == pytest.approx(distances[-1] / distances[0] - 1)


@oracle("p.07.3", "Eckart and Young: squares of the singular values left out (hypothesis)")
@given(SEEDS, st.integers(1, 6), st.data())
@FEW
def test_what_is_lost_are_the_small_singular_values(seed: int, d: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(1, d))
    X = cloud(seed, d + 5, d)
    centred = X - X.mean(axis=0)
    lost = np.linalg.svd(centred, compute_uv=False)[k:]
    ours = reconstruction_error(X, k)
    assert ours == pytest.approx((lost**2).sum() / len(X), abs=1e-9)
    plane = np.linalg.qr(np.random.default_rng(seed + 1).normal(size=(d, k)))[0]
    assert ours <= ((centred - centred @ plane @ plane.T) ** 2).sum(axis=1).mean() + 1e-9  # no plane comes nearer


@oracle("p.07.3", "which of scikit-learn's classes have inverse_transform")
def test_a_way_back_is_where_scikit_learn_has_one() -> None:
    classes = {"PCA": PCA, "random projection": GaussianRandomProjection, "t-SNE": TSNE, "LLE": LocallyLinearEmbedding}
    assert sorted(P_07_3_CHOICE) == sorted(name for name, kind in classes.items() if hasattr(kind, "inverse_transform"))


@oracle("p.07.4", "numpy's matrix_rank of rows made of few directions (hypothesis)")
@given(SEEDS, st.integers(2, 7), st.data())
@FEW
def test_useless_are_the_dimensions_that_the_rank_lacks(seed: int, d: int, data: st.DataObject) -> None:
    rank = data.draw(st.integers(1, d))
    rng = np.random.default_rng(seed)
    X = rng.integers(-9, 10, (20, rank)) @ rng.integers(-3, 4, (rank, d)) + rng.integers(-50, 50, d)
    true_rank = int(np.linalg.matrix_rank(X - X.mean(axis=0)))
    if true_rank:
        assert useless_dimensions(X) == d - true_rank


@oracle("p.07.4", "closed form: variances of orthogonal columns, on both sides of a billionth")
def test_less_than_a_billionth_of_the_variance_is_useless() -> None:
    for share, useless in ((2e-9, 0), (1.2e-9, 0), (0.8e-9, 1), (1e-12, 1)):
        X = hadamard(16)[:, 1:4] * np.sqrt([70, 30, 100 * share]) + 5
        assert useless_dimensions(X) == useless


@oracle("p.07.4", "the rank of each of the four sets, drawn")
def test_the_sets_that_lose_nothing_in_two_dimensions_are_flat() -> None:
    rng = np.random.default_rng(3)
    along = np.linspace(0.5, 12, 200)
    sphere, turn = rng.normal(size=(200, 3)), np.linalg.qr(rng.normal(size=(3, 3)))[0]
    spiral = along * [np.cos(along), np.sin(along)]
    sets = {
        "Swiss roll": make_swiss_roll(200, random_state=0)[0],
        "sphere": sphere / np.linalg.norm(sphere, axis=1, keepdims=True),
        "tilted circle": np.c_[np.cos(along), np.sin(along), 0 * along] @ turn,
        "spiral and sum": np.c_[spiral[0], spiral[1], spiral[0] + spiral[1]],
    }
    flat = [name for name, X in sets.items() if np.linalg.matrix_rank(X - X.mean(axis=0)) == 2]
    assert sorted(P_07_4_CHOICE) == sorted(flat)


@oracle("p.07.5", "brute force over all sets of components, in exact fractions (hypothesis)")
@given(st.lists(st.integers(0, 12), min_size=1, max_size=7).filter(any), st.integers(1, 99))
@example([6, 1, 1, 6, 1], 40)
@settings(max_examples=50, deadline=None, derandomize=True)
def test_no_smaller_set_of_components_holds_enough(variances: list[int], percent: int) -> None:
    enough = Fraction(percent, 100) * sum(variances)  # a computer rounds tenths, and that must not decide
    sizes = [k for k in range(1, len(variances) + 1) for kept in combinations(variances, k) if sum(kept) >= enough]
    assert dims_for([tenths / 10 for tenths in variances], percent / 100) == min(sizes)


@oracle("p.07.5", "scikit-learn's PCA(ratio) (hypothesis)")
@given(st.lists(st.integers(1, 12), min_size=2, max_size=9), st.floats(0.05, 0.95))
@FEW
def test_pca_keeps_as_many(variances: list[int], ratio: float) -> None:
    held = np.cumsum(sorted(variances, reverse=True)) / sum(variances)
    X = hadamard(16)[:, 1 : len(variances) + 1] * np.sqrt(variances)  # the components are its columns
    if abs(held - ratio).min() > 1e-9:  # where it is exact, PCA wants more than the ratio, or rounding decides
        assert dims_for(variances, ratio) == PCA(ratio, svd_solver="full").fit(X).n_components_


@oracle("p.07.5", "exact fractions for all d up to 60 and all per cents")
def test_the_most_is_what_equal_variances_need() -> None:
    for d, percent in product(range(1, 61), range(1, 100)):
        assert dims_bounds(d, percent / 100) == (1, -(-percent * d // 100))
    assert dims_bounds(1000, 0.95) == (1, 950)
    assert P_07_5_CHOICE == "depends on the data"  # for the two bounds differ


@oracle("p.07.5", "property: no variances need fewer or more than the bounds (hypothesis)")
@given(st.lists(st.integers(0, 50), min_size=1, max_size=12).filter(any), st.floats(0.01, 0.99))
@FEW
def test_the_bounds_hold_for_all_variances(variances: list[int], ratio: float) -> None:
    fewest, most = dims_bounds(len(variances), ratio)
    assert fewest <= dims_for(variances, ratio) <= most
    assert dims_for([1, *[0] * (len(variances) - 1)], ratio) == fewest


@oracle("p.07.6", "scikit-learn's johnson_lindenstrauss_min_dim")
@given(n=st.integers(2, 10**6), d=st.integers(1, 10**5), eps=st.floats(0.05, 0.95))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_enough_dimensions_as_scikit_learn_says(n: int, d: int, eps: float) -> None:
    theirs = int(johnson_lindenstrauss_min_dim(n, eps=eps))
    assert projection_dims(n, d, eps) in {min(theirs, d), min(theirs + 1, d)}  # theirs is rounded down


@oracle("p.07.6", "scikit-learn's PCA of all rows at once, and numpy's cov (hypothesis)")
@given(SEEDS, st.integers(1, 6), st.lists(st.integers(1, 9), min_size=2, max_size=8), st.data())
@FEW
def test_batches_have_the_variances_of_all_rows(seed: int, d: int, sizes: list[int], data: st.DataObject) -> None:
    X = cloud(seed, sum(sizes) + d, d)
    k = data.draw(st.integers(1, d))
    batches = iter(np.split(X, np.cumsum(sizes)))
    ours = batch_variances(batches, k)
    np.testing.assert_allclose(ours, PCA(k, svd_solver="full").fit(X).explained_variance_, rtol=1e-9)
    if k == d:
        assert ours.sum() == pytest.approx(np.trace(np.atleast_2d(np.cov(X.T))))


@oracle("p.07.7", "ranks of scipy's distances, by hand (hypothesis)")
@given(SEEDS, st.integers(5, 15), st.data())
@FEW
def test_neighbours_are_those_of_the_sorted_distances(seed: int, n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(1, n - 2))
    X = cloud(seed, n, 4)
    Z = X[:, :2] * [1, 0.1]

    def near(rows: NDArray[Any], i: int) -> set[int]:
        others = [j for j in range(n) if j != i]
        return set(sorted(others, key=lambda j: float(((rows[i] - rows[j]) ** 2).sum()))[:k])

    kept = sum(len(near(X, i) & near(Z, i)) for i in range(n))
    assert neighbours_kept(X, Z, k) == pytest.approx(kept / (n * k))
    assert neighbours_kept(X, 3 * X[:, ::-1] - 7, k) == 1  # turned, stretched, moved: all neighbours stay


@oracle("p.07.8", "property: a chain takes the time of its parts, and one step rate times dimensions (hypothesis)")
@given(
    st.integers(1, 1000),
    st.lists(st.tuples(st.integers(0, 50).map(float), st.integers(1, 500)), min_size=1, max_size=5),
    st.data(),
)
@FEW
def test_a_chain_can_be_cut_anywhere(d: int, steps: list[tuple[float, int]], data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(steps)))
    first, rest = steps[:cut], steps[cut:]
    assert chain_seconds(d, steps) == chain_seconds(d, first) + (chain_seconds(first[-1][1], rest) if rest else 0)
    assert chain_seconds(d, steps[:1]) == steps[0][0] * d


@oracle("p.07.8", "scikit-learn's PCA after PCA, and after any map in two dimensions")
def test_a_pca_after_a_pca_or_on_two_columns_brings_nothing() -> None:
    X = cloud(5, 80, 30)
    once, twice = PCA(4).fit_transform(X), PCA(4).fit_transform(PCA(10).fit_transform(X))
    np.testing.assert_allclose(np.abs(twice), np.abs(once), atol=1e-6)
    flat = X[:, :2]  # whatever made these two columns, PCA only turns them
    np.testing.assert_allclose(pdist(PCA(2).fit_transform(flat)), pdist(flat))
    pointless = [chain for chain, word in P_07_8_CHOICE.items() if word == "pointless"]
    assert sorted(pointless) == ["PCA to 50, PCA to 20", "t-SNE to 2, PCA to 2"]


@oracle("p.07.9", "the number of singular values that hold the share, and accuracy counted row by row")
def test_the_table_tells_what_the_models_do() -> None:
    X, y = load_digits(return_X_y=True)
    X = (X * 15).astype(np.uint8)
    X_train, y_train, X_test, y_test = X[:300], y[:300], X[300:400], y[300:400]
    spread = np.linalg.svd(X_train - X_train.mean(axis=0), compute_uv=False) ** 2
    for ratio in (0.5, 0.9):
        table, models = compare_pca(X_train, y_train, X_test, y_test, ratio)
        needed = next(k for k in range(65) if spread[:k].sum() >= ratio * spread.sum())
        assert table["n_components"].to_dict() == {"rf": 64, "rf+pca": needed, "sgd": 64, "sgd+pca": needed}
        for name, model in models.items():
            right = Counter((model.predict(X_test) == y_test).tolist())[True]
            assert table.loc[name, "accuracy"] == pytest.approx(right / 100)
        assert (table["fit_time"] > 0).all()


class Noted(PCA):  # type: ignore[misc]  # scikit-learn has no types
    """PCA that notes which rows, by the number in their first column, it has been fitted to."""

    fits: ClassVar[list[frozenset[int]]] = []

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        Noted.fits.append(frozenset(X[:, 0].astype(int).tolist()))
        return super().fit_transform(X, y)


@oracle("p.07.9", "the folds that were noted, and accuracy counted on them")
def test_scores_are_those_of_rows_held_out() -> None:
    rng = np.random.default_rng(8)
    X = np.c_[np.arange(100), 30 * rng.normal(size=(100, 3))]
    y = (X[:, 1] + X[:, 2] + 20 * rng.normal(size=100) > 0).astype(int)
    kinds: dict[str, Any] = {"1-nn": KNeighborsClassifier(1), "logistic": LogisticRegression()}
    Noted.fits.clear()
    found = compare_reductions({"2": Noted(2), "3": Noted(3)}, kinds, X, y)
    train = frozenset().union(*Noted.fits)
    folds = set(Noted.fits) - {train}
    assert len(train) == 80 and Noted.fits[-1] == train
    assert len(folds) >= 3 and Counter(i for fold in folds for i in train - fold) == Counter(train)

    def score(pair: tuple[str, str], known: frozenset[int], asked: frozenset[int]) -> float:
        rows, held = sorted(known), sorted(asked)
        mean, axes = X[rows].mean(axis=0), np.linalg.svd(X[rows] - X[rows].mean(axis=0))[2][: int(pair[0])].T
        told = kinds[pair[1]].fit((X[rows] - mean) @ axes, y[rows]).predict((X[held] - mean) @ axes)
        return float(sum(told == y[held]) / len(held))

    expected = {pair: np.mean([score(pair, fold, train - fold) for fold in folds]) for pair in product("23", kinds)}
    assert found["scores"] == pytest.approx(expected)
    assert expected[found["best"]] == pytest.approx(max(expected.values()))
    assert found["test_score"] == pytest.approx(score(found["best"], train, frozenset(range(100)) - train))


@oracle("p.07.10", "numpy's singular vectors")
def test_pca_draws_the_two_widest_directions() -> None:
    X = cloud(1, 60, 6)
    left, lengths, _ = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(np.abs(embed(X, "pca")), np.abs(left[:, :2] * lengths[:2]), atol=1e-8)


@oracle("p.07.10", "scipy's minimize: the stress can't be lowered by moving points")
def test_mds_distances_cannot_be_improved() -> None:
    X = cloud(2, 50, 4)
    wanted = pdist(X)

    def stress(places: NDArray[Any]) -> float:
        return float(((pdist(places.reshape(-1, 2)) - wanted) ** 2).sum())

    Z = embed(X, "mds")
    better = minimize(stress, Z.ravel(), method="L-BFGS-B", options={"maxiter": 30, "maxfun": 4000}).fun
    assert better > 0.98 * stress(Z)
    assert stress(Z) < 0.9 * stress(embed(X, "pca"))


@oracle("p.07.10", "LLE by hand: constrained least squares, and numpy's eigenvectors")
def test_lle_places_rows_as_their_neighbours_make_them() -> None:
    X = make_swiss_roll(80, random_state=2)[0]
    n, weights = len(X), np.zeros((80, 80))
    for i, row in enumerate(squareform(pdist(X))):
        near = np.argsort(row)[1:11]
        gram = (X[near] - X[i]) @ (X[near] - X[i]).T
        gram += 1e-3 * np.trace(gram) * np.eye(10)  # scikit-learn's and the paper's regularisation
        one = np.block([[2 * gram, np.ones((10, 1))], [np.ones((1, 10)), np.zeros((1, 1))]])  # Lagrange: they sum to 1
        weights[i, near] = np.linalg.solve(one, np.r_[np.zeros(10), 1])[:10]
    _, vectors = np.linalg.eigh((np.eye(n) - weights).T @ (np.eye(n) - weights))
    np.testing.assert_allclose(np.abs(embed(X, "lle")), np.abs(vectors[:, 1:3]), atol=1e-5)


def similarities(X: NDArray[Any], perplexity: float) -> NDArray[np.float64]:
    """Return t-SNE's joint probabilities, (n, n), each row's width found by root finding."""

    def excess(log_width: float, away: NDArray[Any]) -> float:
        return float(entropy(softmax(-away * np.exp(log_width))) - np.log(perplexity))

    P = np.zeros((len(X), len(X)))
    for i, row in enumerate(cdist(X, X, "sqeuclidean")):
        others = np.arange(len(X)) != i
        P[i, others] = softmax(-row[others] * np.exp(brentq(excess, -20, 10, args=(row[others],))))
    return np.asarray((P + P.T) / (2 * len(X)))


@oracle("p.07.10", "Kullback-Leibler divergence by hand, and scipy's minimize from the map")
def test_tsne_divergence_cannot_be_lowered_much() -> None:
    X = np.repeat(np.eye(5) * 8, 12, axis=0) + np.random.default_rng(4).normal(size=(60, 5))
    P = similarities(X, 30)

    def divergence(places: NDArray[Any]) -> tuple[float, NDArray[Any]]:
        Y = places.reshape(-1, 2)
        kernel = 1 / (1 + cdist(Y, Y, "sqeuclidean"))
        np.fill_diagonal(kernel, 0)
        Q = np.maximum(kernel / kernel.sum(), 1e-12)
        pull = (P - Q) * kernel
        slope = 4 * (pull.sum(axis=1)[:, None] * Y - pull @ Y)
        return float((P * np.log(np.maximum(P, 1e-12) / Q)).sum()), slope.ravel()

    Z = embed(X, "tsne")
    reached = divergence(Z.ravel())[0]
    best = minimize(divergence, Z.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 300}).fun
    assert reached < 1.05 * best + 0.005
    assert np.array_equal(Z, embed(X, "tsne", 42))


@oracle("p.07.10", "the points, colours and names read back from the Figure (hypothesis)")
@given(st.lists(st.integers(0, 9), min_size=1, max_size=15), SEEDS)
@settings(max_examples=8, deadline=None, derandomize=True)
def test_the_figure_holds_each_row_in_the_colour_of_its_class(labels: list[int], seed: int) -> None:
    Z = np.random.default_rng(seed).normal(size=(len(labels), 2))
    figure = plot_embedding(Z, np.array(labels))
    axes: Any = figure.axes[0]
    drawn: list[tuple[tuple[float, ...], str]] = []
    for points in axes.collections:
        places = [tuple(place) for place in points.get_offsets().tolist()]
        drawn += zip(places, map(to_hex, np.broadcast_to(points.get_facecolors(), (len(places), 4))), strict=True)
    assert len(figure.axes) == 1 and sorted(place for place, _ in drawn) == sorted(map(tuple, Z.tolist()))
    colour_at = dict(drawn)
    pairs = {(label, colour_at[tuple(place)]) for label, place in zip(labels, Z.tolist(), strict=True)}
    assert len(pairs) == len({label for label, _ in pairs}) == len({colour for _, colour in pairs})
    assert sorted(text.get_text() for text in axes.get_legend().get_texts()) == sorted({str(i) for i in labels})
    plt.close(figure)
