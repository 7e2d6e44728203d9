"""Hidden checks of chapter 8: questions on clustering (p.08.1 to p.08.5)."""

from itertools import pairwise

import numpy as np
from numpy.testing import assert_allclose
from scipy.spatial.distance import cdist
from sklearn.cluster import DBSCAN
from sklearn.metrics import adjusted_rand_score

from autograder.checks.ch08_unsupervised.inputs import blobs, numbers
from autograder.testing import check
from autograder.testing.closed import agrees, ask_all, chosen


@check("p.08.1", core=True, weight=2, hint="Take two rows. Are they together in the one, and in the other?")
def test_names_of_clusters_do_not_count(student, rng):
    """You tell whether two clusterings put the same rows together, whatever the clusters are called."""
    cases = []
    for turn in range(25):
        k = int(rng.integers(2, 6))
        a = rng.permutation(np.concatenate([np.arange(k), rng.integers(0, k, int(rng.integers(2, 15)))]))
        names = rng.permutation(20)[:k]
        b = names[a]
        row = int(rng.integers(len(a)))
        if turn % 5 == 1:  # one row has moved
            b[row] = rng.choice(names[names != b[row]])
        elif turn % 5 == 2:  # one row is by itself
            b[row] = 99
        elif turn % 5 == 3:  # two rows have changed places, so that no size tells
            a, b = np.append(a, [0, 1, 0]), np.append(b, names[[1, 0, 0]])
        elif turn % 5 == 4:  # two clusters have become one
            b[b == names[0]] = names[1]
        pair = (a, b) if rng.random() < 0.5 else (b, a)
        cases.append((pair[0].tolist(), pair[1].tolist()))
    many = rng.permutation(np.repeat([0, 1, 2], 60))  # nearly the same is not the same
    moved = many.copy()
    moved[rng.integers(180)] += 3
    cases += [(many.tolist(), other.tolist()) for other in (moved, 9 - many)]
    ask_all(student.same_grouping, lambda a, b: bool(adjusted_rand_score(a, b) > 1 - 1e-9), cases)


@check("p.08.1", hint="Which of them need labels to learn from?")
def test_algorithms_that_cluster(student, rng):
    """You choose all the clustering algorithms, and nothing else."""
    student.same_grouping([0, 0, 1], [1, 1, 0])
    right = ["k-means", "DBSCAN", "agglomerative", "spectral"]
    chosen(student.P_08_1_CHOICE, [*right, "random forest", "k nearest neighbours", "logistic regression"], right=right)


@check("p.08.2", core=True, weight=2, hint="For one pixel: how far is it from each centre? And what takes its place?")
def test_pixels_get_the_nearest_colour(student, rng):
    """Every pixel of an image is repainted in the nearest of the given colours, and the image keeps its shape."""
    for whole in (False, True, False, True):  # the colours of a photo are whole numbers, those of centroids are not
        height, width, k, c = (int(n) for n in rng.integers((3, 3, 2, 2), (15, 15, 7, 5)))
        image, centres = rng.random((height, width, c)), rng.random((k, c))
        if whole:
            image, centres = (255 * image).astype(int), 255 * centres
        nearest = cdist(image.reshape(-1, c), centres).argmin(axis=1)
        found = numbers(student.segment(image, centres), height, width, c)
        assert_allclose(found, centres[nearest].reshape(image.shape))


@check("p.08.2", hint="What does each of them learn from: from labels, from rewards, or from the data alone?")
def test_tasks_for_clustering(student, rng):
    """You choose all the tasks that clustering is made for, and nothing else."""
    student.segment([[[0.1, 0.2]]], [[0.0, 0.0], [1.0, 1.0]])
    right = [
        "finding kinds of customers in what they buy",
        "noticing rows that are close to no group",
        "spreading a few labels over many rows",
        "reducing columns to distances from groups",
    ]
    others = ["predicting prices from thousands of past sales", "learning from rewards to walk"]
    chosen(student.P_08_2_CHOICE, [*right, *others], right=right)


@check("p.08.3", core=True, weight=2, hint="Which measure gets worse again where there are more "
       "clusters than heaps? And is it better when it is high, or when it is low?")  # fmt: skip
def test_best_number_of_clusters(student, rng):
    """For rows in separate groups, three to eleven of them, your function finds how many there are, of the numbers that
    it is given."""
    true = [3, 4, 5, 6, *(int(k) for k in rng.integers(3, 7, 2)), 3, 4]
    offers = [*[[2, 3, 4, 5, 6, 8, 10]] * 6, [3, 4, 5, 6, 8], [2, 3, 4]]  # the right one may be the first, or the last
    cases = [(blobs(rng, k, 15, int(rng.integers(3, 8)))[0], ks) for k, ks in zip(true, offers, strict=True)]
    cases.append((blobs(rng, 11, 15, 12)[0], [5, 11, 16]))  # more than anyone would try unasked
    true.append(11)
    wanted = iter(true)
    agrees(student.best_k, lambda X, ks: next(wanted), cases)


@check("p.08.3", core=True, weight=2, hint="Write down how much each further cluster brings. After which one does the "
       "next bring only a small part of that?")  # fmt: skip
def test_bend_in_the_curve(student, rng):
    """You find the cluster that brings the largest multiple of what the next one brings, as an eye would."""

    def bend(inertias) -> int:
        gains = [one - other for one, other in pairwise(inertias)]
        return max(range(2, len(inertias)), key=lambda k: gains[k - 2] / gains[k - 1])

    cases = []
    for k in [2, 3, 4, 5, 6, *(int(k) for k in rng.integers(2, 7, 9))]:
        parts = rng.uniform(0.8, 3, k + int(rng.integers(1, 6)))  # of what the cluster before has brought
        parts[k - 1 :] = rng.uniform(1.05, 1.5, len(parts) - k + 1)
        parts[k - 1] = rng.uniform(5, 15)  # no other comes near that
        drops = 1_000 / np.cumprod(parts)
        cases.append(((drops.sum() + rng.uniform(10, 500) - np.cumsum([0, *drops])).round(3).tolist(),))
    ask_all(student.elbow, bend, cases)


def _gaps(rng) -> np.ndarray:
    """Return distances from rows to centroids, each of which is the nearest for some."""
    k = int(rng.integers(2, 6))
    centres = rng.normal(0, 5, (k, 3))
    rows = np.vstack([centres, centres[rng.integers(0, k, int(rng.integers(20, 50)))]])
    return cdist(rng.permutation(rows + rng.normal(0, 1.0, rows.shape)), centres)


@check("p.08.4", core=True, hint="You want one row for each centroid. Along which axis do you look for the nearest?")
def test_representatives_are_nearest(student, rng):
    """For each centroid you name the row that is nearest to it."""

    def nearest(distances) -> list[int]:
        return [min(range(len(distances)), key=lambda row: distances[row, c]) for c in range(distances.shape[1])]

    few = cdist(rng.normal(0, 9, (5, 2)), rng.normal(0, 0.1, (3, 2)))  # one row is the nearest to several centroids
    agrees(student.representatives, nearest, [(few,), *((_gaps(rng),) for _ in range(10))])


def _labels(rng, gaps) -> np.ndarray:
    """Return a label for each cluster, of which 0 is one."""
    labels = rng.integers(0, 10, gaps.shape[1])
    labels[rng.integers(len(labels))] = 0
    return labels


def _spread(labels, distances, share=1.0) -> list[int]:
    found = [-1] * len(distances)
    for cluster, label in enumerate(labels):
        members = [row for row, gaps in enumerate(distances.tolist()) if min(gaps) == gaps[cluster]]
        wanted = next(n for n in range(len(members) + 1) if n >= share * len(members))
        for row in sorted(members, key=lambda row: distances[row, cluster])[:wanted]:
            found[row] = int(label)
    return found


@check("p.08.4", core=True, weight=2, hint="Which cluster is a row in? And which label does that cluster have?")
def test_labels_spread_over_clusters(student, rng):
    """Every row gets the label of the representative of its cluster."""
    cases = [(_labels(rng, gaps), gaps) for gaps in (_gaps(rng) for _ in range(10))]
    agrees(student.propagate, _spread, cases)


@check("p.08.4", weight=2, hint="Look at each cluster by itself, sort its rows by distance, and round up.")
def test_labels_spread_near_the_centre_only(student, rng):
    """With a `share`, only that part of each cluster which is nearest to its centroid gets the label, the rest -1."""
    shares = (0.5, 0.25, 0.75)
    cases = [(_labels(rng, gaps), gaps, shares[n % 3]) for n, gaps in enumerate(_gaps(rng) for _ in range(12))]
    agrees(student.propagate, _spread, cases)


@check("p.08.5", core=True, hint="How many pairs can be made of four rows? And how many rows does a batch have?")
def test_distances_that_are_worked_out(student, rng):
    """For each of the three algorithms you count the distances that it works out."""

    def counted(algorithm, n, k, rounds, batch) -> int:
        if algorithm == "agglomerative":
            return sum(range(n))
        return sum(k for _ in range(rounds) for _ in range(n if algorithm == "k-means" else batch))

    sizes = [tuple(int(n) for n in rng.integers((100, 2, 2, 10), (400, 9, 7, 90))) for _ in range(6)]
    names = ("k-means", "mini-batch k-means", "agglomerative")
    agrees(student.distances_computed, counted, [(name, *size) for name in names for size in sizes])


@check("p.08.5", core=True, weight=2, hint="Count the rows within eps of one row. Does it count itself?")
def test_rows_in_dense_regions(student, rng):
    """The core instances are those that scikit-learn's DBSCAN finds."""

    def core(X, eps, min_samples) -> list[bool]:
        found = DBSCAN(eps=eps, min_samples=min_samples).fit(X).core_sample_indices_
        return np.isin(np.arange(len(X)), found).tolist()

    cases = []
    for _ in range(10):
        X = rng.normal(0, rng.uniform(0.3, 1.5, (40, 1)), (40, 2))
        cases.append((X, round(rng.uniform(0.3, 0.9), 3), int(rng.integers(2, 7))))
    # On a grid, neighbours lie exactly at eps, and count.
    cases += [(np.argwhere(rng.random((6, 6)) < 0.6).astype(float), 1.0, need) for need in (2, 3, 4)]
    agrees(student.core_rows, core, cases)


@check("p.08.5", hint="Which of them compare every two rows, or look at all rows again and again around every row?")
def test_algorithms_for_large_and_for_dense_data(student, rng):
    """You choose two or more that scale to large data, and two or more others that look for dense regions."""
    student.distances_computed("k-means", 10, 2, 1, 5)
    centres, density = ["k-means", "mini-batch k-means", "BIRCH"], ["DBSCAN", "HDBSCAN", "OPTICS", "mean-shift"]
    options = [*centres, *density, "spectral", "affinity propagation"]
    scale, dense = student.P_08_5_SCALE, student.P_08_5_DENSITY
    # The documentation of scikit-learn counts three of the density methods among those for large data as well.
    chosen(scale, options, right=[], allowed=[*centres, "DBSCAN", "HDBSCAN", "OPTICS"])
    chosen(dense, options, right=[], allowed=density)
    lists = [{name.strip().lower() for name in found} for found in (scale, dense) if not isinstance(found, str)]
    assert [len(names) >= 2 for names in lists] == [True, True]
    assert lists[0].isdisjoint(lists[1])
