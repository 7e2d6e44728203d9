"""Chapter 8, questions on clustering (p.08.1 to p.08.5): the answers."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

P_08_1 = """
Clustering puts instances into groups so that those in the same group are alike and those in different groups are less
so. Nobody has said which groups there are, nor given any labels: the groups are found in the data.

What "alike" means depends on the task and is chosen by whoever sets it up. Songs can be close because of their rhythm
or because the same people listen to them, and the groups come out differently. Algorithms, too, look for different
things: heaps around a centre, regions that are densely filled and connected, or a hierarchy.

Algorithms: k-means, DBSCAN, agglomerative clustering (others: BIRCH, mean-shift, spectral clustering, Gaussian
mixtures).
"""
P_08_1_RUBRIC = """
- 1 point: similar instances are put together, without labels
- 1 point: what counts as similar depends on the task (or on the algorithm)
- 1 point: names three algorithms (k-means, DBSCAN, agglomerative, BIRCH, mean-shift, spectral, Gaussian mixture, …)
"""


def same_grouping(a: ArrayLike, b: ArrayLike) -> bool:
    """Say whether two clusterings put the same rows together.

    Parameters
    ----------
    a, b : (n,) whole numbers: the cluster of each of the same n rows, in two clusterings. The numbers are names only.

    Returns
    -------
    True if any two rows that share a cluster in one of them share one in the other, too.

    Examples
    --------
    >>> same_grouping([0, 0, 1], [5, 5, 2])
    True
    >>> same_grouping([0, 0, 1], [0, 1, 1])
    False
    """
    a, b = np.asarray(a), np.asarray(b)
    return bool(np.all((a[:, None] == a) == (b[:, None] == b)))  # (n, n) pairs of rows


# All the names of clustering algorithms, in any order.
P_08_1_CHOICE: list[str] = ["k-means", "DBSCAN", "agglomerative", "spectral"]
P_08_2 = """
Customers can be grouped by what they buy, and each group gets its own offers (segmentation). Looking at the groups of a
new data set one by one tells more than looking at all of it (data analysis). The distances or affinities to k clusters
can replace a row's many columns (dimensionality reduction), or be added to them as features. An instance that is close
to no cluster is odd (anomaly detection). A few labels can be spread over the clusters they fall into (semi-supervised
learning). A search engine returns the images in the cluster of the one you show it, and an image is cut into regions by
clustering its pixels by colour (segmentation of images).
"""
P_08_2_RUBRIC = """
- 1 point: a first application that fits (groups of customers, data analysis, dimensionality reduction, features, …)
- 1 point: a second one (anomaly detection, semi-supervised learning, search for similar things, image segmentation, …)
- 1 point: a third one
- 1 point: a fourth one
"""


def segment(image: ArrayLike, centres: ArrayLike) -> NDArray[Any]:
    """Repaint an image with a few colours.

    Parameters
    ----------
    image : (height, width, c) numbers, the c colour values of each pixel.
    centres : (k, c) numbers, the colours to use: the centroids of a clustering of pixels.

    Returns
    -------
    (height, width, c): every pixel has the colour that is nearest to its own, in Euclidean distance.

    Examples
    --------
    >>> segment([[[0.9, 0.8], [0.1, 0.3]]], [[0.0, 0.0], [1.0, 1.0]]).tolist()
    [[[1.0, 1.0], [0.0, 0.0]]]
    """
    image, centres = np.asarray(image), np.asarray(centres)
    gaps = np.linalg.norm(image[:, :, None] - centres, axis=3)  # (height, width, k)
    return centres[gaps.argmin(axis=2)]


# All the tasks that clustering is made for, in any order.
P_08_2_CHOICE: list[str] = [
    "finding kinds of customers in what they buy",
    "noticing rows that are close to no group",
    "spreading a few labels over many rows",
    "reducing columns to distances from groups",
]


def best_k(X: ArrayLike, ks: Iterable[int]) -> int:
    """Return the number of clusters with the highest mean silhouette, for k-means.

    Parameters
    ----------
    X : (n, d) numbers.
    ks : the numbers to try, each from 2 to n - 1.

    Examples
    --------
    >>> best_k([[0.0], [1.0], [10.0], [11.0], [20.0], [21.0]], [2, 3, 4])
    3
    """
    X = np.asarray(X)
    scores = {k: silhouette_score(X, KMeans(k, n_init=10, random_state=42).fit_predict(X)) for k in ks}
    return max(scores, key=lambda k: scores[k])


def elbow(inertias: Sequence[float]) -> int:
    """Return the number of clusters at which the curve of inertias bends most.

    Parameters
    ----------
    inertias : three numbers or more; ``inertias[i]`` is the inertia with i + 1 clusters.

    Returns
    -------
    The k for which the drop from k - 1 to k clusters exceeds the drop from k to k + 1 by most.

    Examples
    --------
    >>> elbow([100, 90, 30, 25, 21])
    3
    """
    drops = -np.diff(inertias)  # drops[i] leads to i + 2 clusters
    return int(np.argmax(drops[:-1] - drops[1:])) + 2


P_08_4 = """
Label propagation copies the label of an instance to others that are like it and have none. It is for the common case
where labels are scarce, since people have to be paid to give them, and unlabelled data are plenty: a supervised model
can then learn from many more instances.

One way: cluster all the data, let a person label only the instance that is nearest to each centroid, and give its label
to the members of its cluster. Those far from the centroid may belong elsewhere, so it is safer to label only the
nearest part of each cluster. Other methods build a graph of near neighbours, through which labels spread step by step.
"""
P_08_4_RUBRIC = """
- 1 point: labels of a few instances are copied to similar ones that have none
- 1 point: useful where labels are scarce or dear, and data plenty
- 1 point: a way to do it (cluster, label representatives, spread to the cluster or its core; or a graph of neighbours)
"""


def representatives(distances: ArrayLike) -> NDArray[Any]:
    """Return the rows that a person should label.

    Parameters
    ----------
    distances : (n, k) numbers, from each row to each of k centroids, as ``KMeans.transform`` gives them.

    Returns
    -------
    (k,) row numbers: for each centroid the row that is nearest to it.

    Examples
    --------
    >>> representatives([[0.3, 2.0], [0.1, 1.5], [1.9, 0.4]]).tolist()
    [1, 2]
    """
    return np.argmin(distances, axis=0)


def propagate(labels: ArrayLike, distances: ArrayLike, share: float = 1.0) -> NDArray[Any]:
    """Spread the labels of representatives over their clusters.

    Parameters
    ----------
    labels : (k,) whole numbers from 0: the label of each cluster's representative.
    distances : (n, k) numbers, from each row to each centroid. A row belongs to the nearest.
    share : of a cluster of m rows, the ``ceil(share * m)`` rows that are nearest to the centroid get its label.

    Returns
    -------
    (n,) whole numbers: labels, and -1 for rows that get none.

    Examples
    --------
    >>> distances = [[0.3, 2.0], [0.1, 1.5], [1.9, 0.4]]
    >>> propagate([7, 5], distances).tolist()
    [7, 7, 5]
    >>> propagate([7, 5], distances, share=0.5).tolist()
    [-1, 7, 5]
    """
    labels, distances = np.asarray(labels), np.asarray(distances)
    nearest = distances.argmin(axis=1)
    found = np.full(len(distances), -1)
    for cluster, label in enumerate(labels):
        members = np.flatnonzero(nearest == cluster)
        inner = members[np.argsort(distances[members, cluster])]
        found[inner[: math.ceil(share * len(members))]] = label
    return found


def distances_computed(algorithm: str, n: int, k: int, rounds: int, batch: int) -> int:
    """Return how many distances between two points a clustering algorithm works out.

    Parameters
    ----------
    algorithm :
        - ``"k-means"``: in each round, from every row to every centroid;
        - ``"mini-batch k-means"``: in each round, from every row of a small batch to every centroid;
        - ``"agglomerative"``: once, between every two rows.
    n : number of rows.
    k : number of clusters.
    rounds : of the first two.
    batch : rows in a batch of the second, n at most.

    Examples
    --------
    >>> distances_computed("k-means", 100, 5, 1, 10)
    500
    """
    if algorithm == "agglomerative":
        return n * (n - 1) // 2
    return rounds * k * (n if algorithm == "k-means" else batch)


def core_rows(X: ArrayLike, eps: float, min_samples: int) -> NDArray[np.bool_]:
    """Say which rows lie in a dense region, as DBSCAN understands it.

    Parameters
    ----------
    X : (n, d) numbers.
    eps : how far a neighbour may be away at most, in Euclidean distance.
    min_samples : how many neighbours it takes, the row itself included.

    Returns
    -------
    (n,) truth values: which are core instances.

    Examples
    --------
    >>> core_rows([[0.0], [1.0], [2.0], [9.0]], eps=1.0, min_samples=3).tolist()
    [False, True, False, False]
    """
    X = np.asarray(X, dtype=float)
    gaps = np.linalg.norm(X[:, None] - X, axis=2)  # (n, n)
    return (gaps <= eps).sum(axis=1) >= min_samples


# Two names or more.
P_08_5_SCALE: list[str] = ["mini-batch k-means", "BIRCH"]
# Two names or more, others than above.
P_08_5_DENSITY: list[str] = ["DBSCAN", "mean-shift"]
