"""Chapter 7, choosing and judging methods (p.07.5 to p.07.8): the answers."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.neighbors import NearestNeighbors


def dims_for(variances: ArrayLike, ratio: float) -> int:
    """Return how many principal components are to be kept.

    Parameters
    ----------
    variances : (d,) the variance along each principal component, in any order; not all
        are 0.
    ratio : between 0 and 1 (both excluded).

    Returns
    -------
    The smallest number of components that hold at least this share of the variance.

    Examples
    --------
    >>> dims_for([1.0, 6.0, 3.0], 0.5)
    1
    >>> dims_for([1.0, 6.0, 3.0], 0.8)
    2
    """
    largest_first = np.sort(np.asarray(variances, dtype=float))[::-1]
    held = np.cumsum(largest_first) / largest_first.sum()  # (d,) share held by the first 1, 2, ... components
    return int((held < ratio - 1e-12).sum()) + 1  # sums are rounded


def dims_bounds(d: int, ratio: float) -> tuple[int, int]:
    """Return the smallest and the largest number of components that this can take,
    whatever the data.

    Parameters
    ----------
    d : number of dimensions.
    ratio : share of the variance to be kept, between 0 and 1 (both excluded).

    Returns
    -------
    Two whole numbers: over all data sets of d dimensions, the fewest and the most
    principal components that are needed to keep at least this share.

    Examples
    --------
    >>> dims_bounds(1, 0.5)
    (1, 1)
    >>> dims_bounds(2, 0.4)
    (1, 1)

    A computer rounds, and that must not decide. Here it doesn't, though 0.55 * 100 is
    55.00000000000001 in Python:

    >>> dims_bounds(100, 0.55)[1] == 56
    False
    """
    # Sorted by variance, the first k of d components hold at least k/d; they hold just that where all are equal. In a
    # computer 0.55 * 100 is a little more than 55, but 55 / 100 is 0.55.
    return 1, next(k for k in range(1, d + 1) if k / d >= ratio)


# One of the statements.
P_07_5_CHOICE: str = "depends on the data"


def projection_dims(n: int, d: int, eps: float) -> int:
    """Return how many dimensions are left by a random projection that is safe.

    By Johnson and Lindenstrauss, 4 ln(n) / (eps**2 / 2 - eps**3 / 3) dimensions are
    enough to be practically sure that no squared distance between two of n rows changes
    by more than the share `eps`.

    Parameters
    ----------
    n : number of rows.
    d : number of features that they have.
    eps : between 0 and 1 (both excluded).

    Returns
    -------
    A whole number, rounded up or down, as you like. Where the projection would leave no
    fewer dimensions than there are, nothing is projected, and it is `d`.

    Examples
    --------
    >>> projection_dims(1_000, 50, 0.1)
    50
    >>> abs(projection_dims(100, 1_000_000, 0.5) - 221) <= 1
    True
    """
    enough = math.ceil(4 * math.log(n) / (eps**2 / 2 - eps**3 / 3))
    return min(enough, d)


def batch_variances(batches: Iterable[NDArray[Any]], k: int) -> NDArray[np.float64]:
    """Return the variances along the first principal components of rows that don't fit
    in memory together.

    Parameters
    ----------
    batches : gives one batch of rows after the other, (m, d), m from 1 on and not
        always the same; it can be gone through only once. Don't hold more than a few
        batches at a time. A (d, d) matrix fits in memory easily.
    k : number of components.

    Returns
    -------
    (k,) the variances of all rows together along the first k principal components,
    largest first, as PCA has them in `explained_variance_` (divided by the number of
    rows less 1).

    Examples
    --------
    >>> batches = [
    ...     np.array([[1.0, 0.0], [-1.0, 0.0]]),
    ...     np.array([[0.0, 3.0]]),
    ...     np.array([[0.0, -3.0]]),
    ... ]
    >>> batch_variances(iter(batches), 1).round(4).tolist()
    [6.0]
    """
    n, mean, scatter = 0, np.zeros(1), np.zeros((1, 1))
    for batch in batches:
        m, batch_mean = len(batch), batch.mean(axis=0)  # (d,)
        gap = batch_mean - mean
        # Scatter around the common mean: within both parts, and between their means.
        scatter = scatter + (batch - batch_mean).T @ (batch - batch_mean) + n * m / (n + m) * np.outer(gap, gap)
        mean = mean + m / (n + m) * gap
        n += m
    return np.linalg.eigvalsh(scatter / (n - 1))[::-1][:k]


# For each of the cases "A" to "F" one of the four methods.
P_07_6_CHOICE: dict[str, str] = {
    "A": "regular PCA",
    "B": "incremental PCA",
    "C": "incremental PCA",
    "D": "randomized PCA",
    "E": "random projection",
    "F": "regular PCA",
}
P_07_7 = """
The one who can go back is quickly judged: send all rows there and back, and see how far from home they end. The smaller
the distance, the less was lost in these 20 columns.

The other one can't be judged in that way. But the columns are for something, so let both serve it: fit the same model
to either table and to the whole one, and compare them on rows that none has seen. Whose columns do nearly as well as
the whole table has kept what matters. For a map to look at I would ask instead whether neighbours are still neighbours.

So the answer may differ: columns that give rows back faithfully need not be those by which patients are told apart.
"""
P_07_7_RUBRIC = """
- 1 point: with a way back: the reconstruction error
- 1 point: without: the next model's performance on rows not seen, beside that on all columns (or another use, measured)
"""


def neighbours_kept(X: ArrayLike, Z: ArrayLike, k: int) -> float:
    """Return how well a reduction has kept neighbours together:
    a measure that needs no way back.

    Parameters
    ----------
    X : (n, d) rows.
    Z : (n, r) the same rows after the reduction, in the same order. No two distances
        are the same, neither in `X` nor in `Z`.
    k : number of neighbours looked at, fewer than n - 1.

    Returns
    -------
    Of the k nearest neighbours that a row has in `X`, the share that is among its k
    nearest in `Z`, averaged over the rows. A row is no neighbour of itself.

    Examples
    --------
    >>> X = [[0.0, 0.0], [1.0, 0.0], [0.0, 9.0], [2.5, 9.0]]
    >>> neighbours_kept(X, [[0.0], [0.1], [0.9], [1.1]], 1)
    1.0
    >>> neighbours_kept(X, [[0.0], [1.0], [0.1], [2.7]], 1)
    0.0
    """
    near, near_after = (
        NearestNeighbors(n_neighbors=k).fit(np.asarray(rows)).kneighbors(return_distance=False) for rows in (X, Z)
    )  # (n, k) each; without an argument a row is not its own neighbour
    return float(np.mean([len(np.intersect1d(one, other)) / k for one, other in zip(near, near_after, strict=True)]))


# All the good ways to judge a reduction, in any order.
P_07_7_CHOICE: list[str] = ["reconstruction error", "validation score of the next model"]


def chain_seconds(d: int, steps: Sequence[tuple[float, int]]) -> float:
    """Return how long it takes to reduce a data set by several steps,
    one after the other.

    Parameters
    ----------
    d : number of dimensions at first.
    steps : in the order they are done, a pair for each: the seconds it takes *per
        dimension of the data it is given*, and the number of dimensions it leaves. The
        next step goes on from there.

    Examples
    --------
    >>> chain_seconds(100, [(0.5, 2)])
    50.0
    >>> chain_seconds(10, [(1.0, 4), (3.0, 2)])
    22.0
    """
    given = [d, *(left for _, left in steps)]  # dimensions before the first step, the second, ...
    return float(sum(rate * dims for (rate, _), dims in zip(steps, given, strict=False)))


# "sensible" or "pointless" for each chain.
P_07_8_CHOICE: dict[str, str] = {
    "PCA to 50, t-SNE to 2": "sensible",
    "t-SNE to 2, PCA to 2": "pointless",
    "random projection to 300, PCA to 20": "sensible",
    "PCA to 50, PCA to 20": "pointless",
}
