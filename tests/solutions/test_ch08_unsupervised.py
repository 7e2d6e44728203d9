"""Chapter 8's references beside scikit-learn, scipy, PyTorch, brute force, closed forms and properties."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections import Counter
from fractions import Fraction
from math import ceil, log
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist, pdist
from scipy.special import logsumexp
from scipy.stats import binomtest, kstest, multivariate_normal
from scipy.stats.mstats import mquantiles
from sklearn.base import is_clusterer
from sklearn.cluster import DBSCAN, AgglomerativeClustering, KMeans, SpectralClustering
from sklearn.datasets import make_blobs
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, adjusted_rand_score
from sklearn.mixture import BayesianGaussianMixture, GaussianMixture
from sklearn.neighbors import KNeighborsClassifier
from torch.distributions import Categorical, MixtureSameFamily, MultivariateNormal

from course.datasets import load
from solutions.ch08_unsupervised import density, faces, groups, odd
from tests.support.oracle import oracle

pytestmark = pytest.mark.filterwarnings("ignore::course.datasets.StandInWarning")
drawn = settings(max_examples=40, deadline=None, derandomize=True)
seeds = st.integers(0, 10_000)
Floats = NDArray[np.float64]

# Why an exercise has no oracle of its own.
WITHOUT: dict[str, str] = {}


@oracle("p.08.1", "scikit-learn's adjusted_rand_score, which is 1 for the same grouping only (hypothesis)")
@drawn
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=6), st.permutations(range(3)))
def test_same_grouping(pairs: list[tuple[int, int]], names: list[int]) -> None:
    a, b = zip(*pairs, strict=True)
    assert groups.same_grouping(a, b) == (adjusted_rand_score(a, b) == pytest.approx(1.0))
    assert groups.same_grouping(a, [names[label] for label in a])


@oracle("p.08.1", "scikit-learn's is_clusterer")
def test_clustering_algorithms() -> None:
    models = {"k-means": KMeans(), "DBSCAN": DBSCAN(), "agglomerative": AgglomerativeClustering()}
    models |= {"spectral": SpectralClustering(), "random forest": RandomForestClassifier()}
    models |= {"k nearest neighbours": KNeighborsClassifier(), "logistic regression": LogisticRegression()}
    assert sorted(groups.P_08_1_CHOICE) == sorted(name for name, model in models.items() if is_clusterer(model))


@oracle("p.08.2", "scipy's cKDTree")
@drawn
@given(seeds, st.integers(1, 5), st.integers(1, 4))
def test_segment(seed: int, height: int, channels: int) -> None:
    rng = np.random.default_rng(seed)
    image, centres = rng.random((height, 4, channels)), rng.random((6, channels))
    _, nearest = cKDTree(centres).query(image)
    np.testing.assert_array_equal(groups.segment(image, centres), centres[nearest])


@oracle("p.08.3", "planted groups, far apart")
def test_best_k() -> None:
    for seed, k in enumerate((2, 3, 5)):
        centres = 20.0 * np.random.default_rng(seed).permutation(list(itertools.product(range(3), repeat=2)))[:k]
        X, _ = make_blobs(60, centers=centres, cluster_std=1.0, random_state=seed)
        assert groups.best_k(X, [2, 3, 4, 5, 6]) == k


@oracle("p.08.3", "exact fractions, largest over all k (hypothesis)")
@drawn
@given(st.lists(st.integers(1, 60), min_size=2, max_size=8), st.integers(0, 50))
def test_elbow(drops: list[int], last: int) -> None:
    inertias = list(itertools.accumulate(reversed(drops), initial=last))[::-1]
    ratios = {k: Fraction(before, after) for k, (before, after) in enumerate(itertools.pairwise(drops), start=2)}
    assert ratios[groups.elbow(inertias)] == max(ratios.values())


@oracle("p.08.4", "scipy's cKDTree and scikit-learn's KMeans.predict")
def test_representatives_and_propagate_whole_clusters() -> None:
    X, _ = make_blobs(80, centers=5, n_features=3, random_state=4)
    model = KMeans(6, n_init=1, random_state=0).fit(X)
    _, nearest = cKDTree(X).query(model.cluster_centers_)
    assert groups.representatives(model.transform(X)).tolist() == nearest.tolist()
    labels = np.array([4, 1, 1, 0, 3, 7])
    assert groups.propagate(labels, model.transform(X)).tolist() == labels[model.predict(X)].tolist()


@oracle("p.08.4", "property: the right number of each cluster, none of them farther than one left out (hypothesis)")
@drawn
@given(seeds, st.sampled_from([Fraction(1, 8), Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), Fraction(1)]))
def test_propagate_a_share(seed: int, share: Fraction) -> None:
    distances = np.random.default_rng(seed).random((30, 4))
    labels = [3, 0, 3, 5]
    found = groups.propagate(labels, distances, float(share)).tolist()
    for group, label in enumerate(labels):
        own = sorted((row.min(), name) for row, name in zip(distances, found, strict=True) if row[group] == min(row))
        n = ceil(share * len(own))
        assert [name for _, name in own] == [label] * n + [-1] * (len(own) - n)


@oracle("p.08.5", "scipy's pdist and cdist: how many distances there are in what they return")
@drawn
@given(st.integers(1, 12), st.integers(1, 4), st.integers(1, 5), st.integers(1, 12))
def test_distances_computed(n: int, k: int, rounds: int, batch: int) -> None:
    X, centres, batch = np.zeros((n, 2)), np.zeros((k, 2)), min(n, batch)
    counts = {
        "agglomerative": pdist(X).size,
        "k-means": sum(cdist(X, centres).size for _ in range(rounds)),
        "mini-batch k-means": sum(cdist(X[:batch], centres).size for _ in range(rounds)),
    }
    assert {name: groups.distances_computed(name, n, k, rounds, batch) for name in counts} == counts


@oracle("p.08.5", "scikit-learn's DBSCAN")
@drawn
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=25), st.integers(1, 6))
def test_core_rows(rows: list[tuple[int, int]], min_samples: int) -> None:
    for eps in (1.0, 2.5, 5.0):  # whole numbers: many are exactly that far from each other
        model = DBSCAN(eps=eps, min_samples=min_samples).fit(rows)
        assert np.flatnonzero(groups.core_rows(rows, eps, min_samples)).tolist() == model.core_sample_indices_.tolist()


@oracle("p.08.6", "property: rising, and none that is left out is less sure (hypothesis)")
@drawn
@given(seeds, st.integers(1, 14), st.sets(st.integers(0, 11), max_size=11))
def test_query(seed: int, n: int, labelled: set[int]) -> None:
    probas = np.random.default_rng(seed).dirichlet(np.ones(3), 12)
    asked = density.query(probas, n, sorted(labelled))
    rest = set(range(12)) - labelled
    assert len(asked) == len(set(asked) & rest) == min(n, len(rest))
    sure = [probas[row].max() for row in asked]
    assert sure == sorted(sure)
    assert all(probas[row].max() >= sure[-1] for row in rest - set(asked))


@oracle("p.08.7", "scikit-learn's IsolationForest, told the share of outliers")
def test_flag_as_a_forest_does() -> None:
    X, _ = make_blobs(50, centers=1, random_state=7)
    for n_odd in (1, 4, 20):
        forest = IsolationForest(n_estimators=50, contamination=n_odd / 50, random_state=0).fit(X)
        scores = forest.score_samples(X)
        train, _ = density.flag("anomaly", scores, scores, n_odd)
        assert train.tolist() == (forest.predict(X) == -1).tolist()
        assert train.sum() == n_odd


@oracle("p.08.7", "ranks among the training rows (hypothesis)")
@drawn
@given(st.sets(st.integers(-20, 20), min_size=2), st.lists(st.integers(-25, 25), min_size=1), st.data())
def test_flag_by_rank(train: set[int], new: list[int], data: st.DataObject) -> None:
    n_odd, order = data.draw(st.integers(1, len(train) - 1)), sorted(train)
    scores = data.draw(st.permutations(order))
    old, fresh = density.flag("anomaly", scores, new, n_odd)
    assert old.tolist() == [order.index(score) < n_odd for score in scores]
    assert fresh.tolist() == [bisect_left(order, score) < n_odd for score in new]
    old, fresh = density.flag("novelty", scores, new, n_odd)
    assert not old.any()
    assert fresh.tolist() == [bisect_right(order, score) == 0 for score in new]


def _mixture(seed: int, k: int, d: int) -> tuple[Floats, Floats, Floats]:
    """Return weights, means and covariances drawn at random."""
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(k, d, d))
    return rng.dirichlet(np.full(k, 3.0)), rng.normal(size=(k, d)), A @ A.transpose(0, 2, 1) + 0.3 * np.eye(d)


@oracle("p.08.8", "torch.distributions.MixtureSameFamily, and Bayes' theorem by its components")
@drawn
@given(seeds, st.integers(1, 4), st.integers(2, 3))
def test_mixture(seed: int, k: int, d: int) -> None:
    weights, means, covariances = _mixture(seed, k, d)
    X = torch.from_numpy(np.random.default_rng(seed).normal(size=(6, d)))
    parts: Any = MultivariateNormal(torch.from_numpy(means), torch.from_numpy(covariances))
    mixture: Any = MixtureSameFamily(Categorical(torch.from_numpy(weights)), parts)
    expected = mixture.log_prob(X).exp().numpy()
    assert density.mixture_density(X.numpy(), weights, means, covariances) == pytest.approx(expected)
    posterior = Categorical(logits=parts.log_prob(X[:, None]) + torch.from_numpy(np.log(weights))).probs
    assert density.responsibilities(X.numpy(), weights, means, covariances) == pytest.approx(posterior.numpy())


@oracle("p.08.8", "closed form: laws of total mean and covariance; scipy's binomial and Kolmogorov-Smirnov tests")
def test_sample_mixture() -> None:
    weights, (A, B) = np.array([0.2, 0.8]), np.array([[[4, 1.5], [1.5, 1]], [[1, -0.7], [-0.7, 2]]])
    means = np.array([[0.0, 0.0], [40.0, -30.0]])
    X = density.sample_mixture(weights, means, [A, B], 1500, seed=3)
    first = X[:, 0] < 20
    assert binomtest(int(first.sum()), 1500, 0.2).pvalue > 0.001
    for rows, mean, covariance in ((X[first], means[0], A), (X[~first], means[1], B)):
        gaps = (rows - mean) @ np.linalg.inv(np.linalg.cholesky(covariance)).T  # two independent standard normals
        assert kstest((gaps**2).sum(axis=1), "expon", (0, 2)).pvalue > 0.001  # chi-squared of 2 degrees
        assert kstest(gaps.sum(axis=1) / 2**0.5, "norm").pvalue > 0.001
    spread = means - weights @ means
    assert X.mean(axis=0) == pytest.approx(weights @ means, abs=2)
    total = 0.2 * A + 0.8 * B + (weights[:, None] * spread).T @ spread
    assert np.cov(X.T) == pytest.approx(total, rel=0.1)
    assert np.array_equal(X, density.sample_mixture(weights, means, [A, B], 1500, seed=3))


@oracle("p.08.9", "scikit-learn's BIC and AIC, whose difference tells the number of parameters")
@pytest.mark.parametrize("kind", ["full", "tied", "diag", "spherical"])
def test_bic_and_parameters(kind: str) -> None:
    rng = np.random.default_rng(9)
    for k, d in itertools.product((1, 2, 4), (1, 2, 3)):
        X = rng.normal(size=(50, d))
        model = GaussianMixture(k, covariance_type=kind, random_state=0, init_params="random_from_data", tol=0.1).fit(X)
        free = (model.bic(X) - model.aic(X)) / (log(50) - 2)
        assert density.n_parameters(k, d, kind) == pytest.approx(free)
        assert density.bic(model.score_samples(X).sum(), round(free), 50) == pytest.approx(model.bic(X))


@oracle("p.08.9", "three planted groups: each way is tried on them with scikit-learn")
def test_ways_to_find_the_number_of_components() -> None:
    X, _ = make_blobs(150, centers=[(0, 0), (12, 0), (0, 12)], random_state=3)
    assert density.best_components(X, [1, 2, 3, 4, 5]) == 3
    models = {k: GaussianMixture(k, n_init=2, random_state=0).fit(X) for k in range(1, 7)}
    inertias = {k: KMeans(k, n_init=2, random_state=0).fit(X).inertia_ for k in models}
    spare = BayesianGaussianMixture(n_components=8, weight_concentration_prior=1e-3, max_iter=500, random_state=0)
    spare.fit(X)
    found = {
        "lowest BIC": min(models, key=lambda k: models[k].bic(X)),
        "highest BIC": max(models, key=lambda k: models[k].bic(X)),
        "lowest AIC": min(models, key=lambda k: models[k].aic(X)),
        "highest AIC": max(models, key=lambda k: models[k].aic(X)),
        "highest likelihood of the training rows": max(models, key=lambda k: models[k].score(X)),
        "a Bayesian mixture with more components than needed": int((spare.weights_ > 0.05).sum()),
        "lowest inertia": min(inertias, key=lambda k: inertias[k]),
    }
    assert sorted(density.P_08_9_CHOICE) == sorted(way for way, k in found.items() if k == 3)


@oracle("p.08.10", "property: a partition of the rows with everyone as often as asked for (hypothesis)")
@drawn
@given(seeds, st.lists(st.integers(1, 4), min_size=2, max_size=4), st.integers(1, 5))
def test_split_faces(seed: int, per_person: list[int], people: int) -> None:
    y = np.random.default_rng(seed).permutation(np.repeat(np.arange(people) * 3, sum(per_person)))
    X = np.column_stack([np.arange(len(y)), y])
    parts = faces.split_faces(X, y, per_person, seed)
    assert sorted(np.concatenate([rows[:, 0] for rows, _ in parts])) == list(range(len(y)))
    assert all(np.array_equal(rows[:, 1], labels) for rows, labels in parts)
    for (_, labels), times in zip(parts, per_person, strict=True):
        assert Counter(labels.tolist()) == {3 * person: times for person in range(people)}


@oracle("p.08.10", "the portraits' counts, and every row equally often in each part over 200 seeds (binomial test)")
def test_split_faces_at_random() -> None:
    portraits = load("olivetti_faces")
    assert [len(labels) for _, labels in faces.split_faces(portraits.X, portraits.y)] == [280, 80, 40]
    assert len(faces.FACE_KS) >= 20
    assert 2 <= min(faces.FACE_KS) < 40 < max(faces.FACE_KS) < 280
    X, y = np.arange(20)[:, None], np.repeat([0, 1], 10)
    tested = Counter(row for seed in range(200) for row in faces.split_faces(X, y, seed=seed)[2][0][:, 0].tolist())
    assert min(binomtest(tested[row], 200, 0.1).pvalue for row in range(20)) > 0.001


def _silhouette(X: Floats, labels: NDArray[np.int64]) -> float:
    """Return the mean of (b - a) / max(a, b), a and b being mean distances to one's own group and to the next."""
    total = 0.0
    for i, gaps in enumerate(cdist(X, X)):
        own, *others = sorted(set(labels.tolist()), key=lambda label: label != labels[i])
        a, b = gaps[labels == own].sum(), min(gaps[labels == label].mean() for label in others)
        n = (labels == own).sum()
        total += (b - a / (n - 1)) / max(a / (n - 1), b) if n > 1 else 0
    return total / len(X)


@oracle("p.08.10", "the silhouette by its definition, and planted groups")
def test_cluster_faces() -> None:
    X, y = make_blobs(40, centers=4, n_features=12, cluster_std=1.5, random_state=10)
    found, model, scores = faces.cluster_faces(X, range(2, 7))
    assert found == 4
    assert adjusted_rand_score(model.predict(X), y) == 1
    assert list(scores) == [2, 3, 4, 5, 6]
    for k in (2, 4, 6):
        _, model, _ = faces.cluster_faces(X, [k])
        assert scores[k] == pytest.approx(_silhouette(X, model.predict(X)))


@oracle("p.08.11", "one nearest neighbour, which has at most one more of ten people's portraits right")
def test_fit_face_classifier() -> None:
    portraits = load("olivetti_faces")
    some = portraits.y < 10
    (X, y), (X_val, y_val), _ = faces.split_faces(portraits.X[some], portraits.y[some])
    right = (faces.fit_face_classifier(X, y).predict(X_val) == y_val).sum()
    assert binomtest(int(right), 20, 0.1, "greater").pvalue < 1e-9
    assert right >= (y[cdist(X_val, X).argmin(axis=1)] == y_val).sum() - 1


@oracle("p.08.11", "brute force over all ways to make three groups of seven rows")
def test_fit_reducer() -> None:
    X, _ = make_blobs(7, centers=3, cluster_std=2.0, random_state=11)
    distances = faces.fit_reducer(X, 3).transform(X)
    labels = distances.argmin(axis=1)
    assert distances == pytest.approx(cdist(X, [X[labels == k].mean(axis=0) for k in range(3)]))
    least = min(
        sum(((X[list(rows)] - X[list(rows)].mean(axis=0)) ** 2).sum() for rows in groups if rows)
        for way in itertools.product(range(3), repeat=7)
        if (groups := [[row for row in range(7) if way[row] == k] for k in range(3)])
    )
    assert (distances.min(axis=1) ** 2).sum() == pytest.approx(least)


@oracle("p.08.11", "closed form: one centroid is the mean, as many as rows are the rows themselves")
def test_search_k() -> None:
    X, y = make_blobs(50, centers=5, n_features=3, cluster_std=4.0, random_state=2)
    (X, X_val), (y, y_val) = np.split(X, [25]), np.split(y, [25])

    def accuracy(train: Floats, val: Floats) -> float:
        return float(accuracy_score(y_val, KNeighborsClassifier(3).fit(train, y).predict(val)))

    one = [cdist(rows, X.mean(axis=0, keepdims=True)) for rows in (X, X_val)]
    all_of_them = [cdist(rows, X) for rows in (X, X_val)]
    scores = {1: accuracy(*one), 25: accuracy(*all_of_them)}
    assert scores[1] < scores[25]
    assert faces.search_k(KNeighborsClassifier(3), X, y, X_val, y_val, [1, 25]) == {
        "scores": pytest.approx(scores),
        "best_k": 25,
        "plain": pytest.approx(accuracy(X, X_val)),
        "appended": pytest.approx(accuracy(np.hstack([X, all_of_them[0]]), np.hstack([X_val, all_of_them[1]]))),
    }


def _rows(seed: int, n: int) -> Floats:
    """Return rows that are spread less and less along six directions, which are no axes."""
    directions, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(6, 6)))
    rows: Floats = np.random.default_rng(seed).normal(size=(n, 6)) * [5, 4, 3, 2, 1, 0.1] @ directions + 7
    return rows


@oracle("p.08.12", "numpy's eigenvectors of the covariance, scipy's multivariate_normal, and what every M-step keeps")
@pytest.mark.parametrize("d", [1, 3, 4])
def test_fit_mixture_and_face_scores(d: int) -> None:
    X, new = _rows(12, 90), _rows(13, 20)
    values, vectors = np.linalg.eigh(np.cov(X.T, bias=True))
    pca, mixture = odd.fit_mixture(X, 3, values[-d:].sum() / values.sum() - 0.001)
    assert mixture.means_.shape == (3, d)
    axes = vectors[:, ::-1][:, :d] * np.sign((vectors[:, ::-1][:, :d].T * pca.components_).sum(axis=1))
    Z = (new - X.mean(axis=0)) @ axes
    parts = [multivariate_normal(m, C).logpdf(Z) for m, C in zip(mixture.means_, mixture.covariances_, strict=True)]
    expected = logsumexp(np.log(mixture.weights_)[:, None] + parts, axis=0)
    assert odd.face_scores(pca, mixture, new) == pytest.approx(expected)
    weights, means = mixture.weights_, mixture.means_  # mean and covariance of the mixture are those of its rows
    assert weights @ means == pytest.approx(np.zeros(d), abs=1e-9)
    total = np.tensordot(weights, mixture.covariances_, 1) + (weights[:, None] * means).T @ means
    assert total == pytest.approx(np.diag(values[::-1][:d]), abs=0.02)  # 0.01 is its regularisation


@oracle("p.08.12", "closed form: mean and covariance of the rows learned from, but for the directions left out")
def test_sample_faces() -> None:
    X = _rows(14, 90)
    pca, mixture = odd.fit_mixture(X, 4, 0.99)
    made = odd.sample_faces(pca, mixture, 20_000)
    values, vectors = np.linalg.eigh(np.cov(X.T, bias=True))
    gaps = (made - X.mean(axis=0)) @ vectors
    d = mixture.means_.shape[1]
    assert gaps[:, :-d] == pytest.approx(np.zeros((20_000, 6 - d)), abs=1e-9)
    assert np.cov(gaps.T)[-d:, -d:] == pytest.approx(np.diag(values[-d:]), rel=0.05, abs=0.5)
    assert np.abs(gaps.mean(axis=0) / np.sqrt(values)).max() < 4 / np.sqrt(20_000)


@oracle("p.08.13", "residuals of numpy.linalg.lstsq on the leading eigenvectors, scipy's mquantiles")
def test_reconstruction_errors() -> None:
    X, X_val, X_new = _rows(15, 60), _rows(16, 45), _rows(17, 50)
    values, vectors = np.linalg.eigh(np.cov(X.T))
    d = min(n for n in range(1, 7) if values[-n:].sum() >= 0.9 * values.sum())

    def errors(rows: Floats) -> Floats:
        residuals: Floats = np.linalg.lstsq(vectors[:, -d:], (rows - X.mean(axis=0)).T)[1]
        return residuals / 6

    assert odd.recon_error(PCA(d).fit(X), X_new) == pytest.approx(errors(X_new))
    for usual in (0.3, 0.8, 0.95):
        found = errors(X_new) > mquantiles(errors(X_val), usual, alphap=1, betap=1)[0]
        assert odd.find_odd_faces(X, X_val, X_new, 0.9, usual).tolist() == found.tolist()
        assert 0 < found.sum() < 50
