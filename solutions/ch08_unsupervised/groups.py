"""Chapter 8, questions on clustering (p.08.1 to p.08.5): the answers."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

P_08_1 = """
The algorithm gets the photos as rows of numbers, and no word about what they show. It gives back a number for each:
photos with the same number belong together. What the groups have in common, people have to find out by looking.

Who sets it up decides what "alike" is to mean, by choosing the numbers and the measure. By colours all sunsets come
together, by faces all pictures of the mayor, and neither is more right. The algorithms add views of their own: k-means
looks for heaps around a centre, DBSCAN for places where rows are dense, agglomerative clustering joins the closest
two, again and again.
"""
P_08_1_RUBRIC = """
- 1 point: rows without labels go in, and groups of rows that are alike come out
- 1 point: what counts as alike is chosen (numbers, measure, algorithm), and other choices give other groups; names
  three algorithms (k-means, DBSCAN, agglomerative, BIRCH, mean-shift, spectral, Gaussian mixture, …)
"""


def same_grouping(a: ArrayLike, b: ArrayLike) -> bool:
    """Say whether two clusterings put the same rows together.

    Parameters
    ----------
    a, b : (n,) whole numbers: the cluster of each of the same n rows, in two
        clusterings. The numbers are names only.

    Returns
    -------
    True if any two rows that share a cluster in one of them share one in the other,
    too.

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
- A *baker with 9,000 customers* has them grouped by what they buy and when; each group gets a letter of its own.
- A *guard of a power grid* groups ordinary hours. An hour that is close to none of the groups rings a bell.
- A *student of whales* has 20,000 calls and names for 60. A call passes its name on to the others in its cluster.
- A *printer* has four inks. The colours of a picture are clustered, and each pixel gets the ink of its cluster.
- A *geologist* replaces the 900 channels of each measurement by its distances from 20 typical rocks, before she fits
  another model.
"""
P_08_2_RUBRIC = """
- 1 point: two tasks of different kinds that fit (finding groups of customers, looking through data group by group,
  noticing what is odd, spreading labels, fewer columns or new ones, search for what is similar, cutting up images, …)
- 1 point: two more of other kinds
"""


def segment(image: ArrayLike, centres: ArrayLike) -> NDArray[Any]:
    """Repaint an image with a few colours.

    Parameters
    ----------
    image : (height, width, c) numbers, the c colour values of each pixel.
    centres : (k, c) numbers, the colours to use: the centroids of a clustering of
        pixels.

    Returns
    -------
    (height, width, c): every pixel has the colour that is nearest to its own, in
    Euclidean distance.

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
    """Return how many clusters there are in some rows.

    Parameters
    ----------
    X : (n, d) numbers. Each cluster is a round heap, and the heaps are well apart.
    ks : the numbers to choose from, each from 2 to n - 1.

    Examples
    --------
    >>> best_k([[0.0], [1.0], [10.0], [11.0], [20.0], [21.0]], [2, 3, 4])
    3
    """
    X = np.asarray(X)
    scores = {k: silhouette_score(X, KMeans(k, n_init=10, random_state=42).fit_predict(X)) for k in ks}
    return max(scores, key=lambda k: scores[k])


def elbow(inertias: Sequence[float]) -> int:
    """Return the number of clusters after which more of them bring little.

    Parameters
    ----------
    inertias : three numbers or more, each less than the one before; ``inertias[i]`` is
        the inertia with i + 1 clusters.

    Returns
    -------
    The k for which the drop from k - 1 to k clusters is the largest *multiple* of the
    drop from k to k + 1.

    Examples
    --------
    >>> elbow([100, 90, 30, 25, 21])
    3
    >>> elbow([7800, 3900, 1950, 450, 300, 260])
    4
    """
    drops = -np.diff(inertias)  # drops[i] leads to i + 2 clusters
    return int(np.argmax(drops[:-1] / drops[1:])) + 2


P_08_4 = """
The name of each recording that the expert has listened to is copied to recordings which are like it. One way: cluster
all 5,000 into 50 groups, have the expert name the one in the middle of each, and let the others of the group have the
same name. Another: link each recording to those that are nearest, and let names travel along the links.

A model can then learn from thousands of recordings instead of 50, and meets many more ways in which a frog may call.
Names of experts are dear and recordings are not, so that is a bargain.

It gets worse if many names are wrong. Those at the edge of a group are the most doubtful; one can leave them without a
name, and pay for that with fewer examples.
"""
P_08_4_RUBRIC = """
- 1 point: names are copied from a few to those that are alike (clusters, or a graph of neighbours), and a model is
  trained on them all
- 1 point: labels are scarce and unlabelled rows plenty, so it has more to learn from; but copied labels may be wrong
"""


def representatives(distances: ArrayLike) -> NDArray[Any]:
    """Return the rows that a person should label.

    Parameters
    ----------
    distances : (n, k) numbers, from each row to each of k centroids, as
        ``KMeans.transform`` gives them.

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
    distances : (n, k) numbers, from each row to each centroid. A row belongs to the
        nearest.
    share : of a cluster of m rows, the ``ceil(share * m)`` rows that are nearest to the
        centroid get its label.

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
        - ``"mini-batch k-means"``: in each round, from every row of a small batch to
          every centroid;
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
