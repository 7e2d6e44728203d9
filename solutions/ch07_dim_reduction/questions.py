"""Chapter 7, why reduce, and what is lost (p.07.1 to p.07.4): the answers."""

import numpy as np
from numpy.typing import ArrayLike
from sklearn.decomposition import PCA

P_07_1 = """
There are three common reasons. A model that comes after it trains faster, and sometimes better, where noise and
repetition are what gets dropped. With two or three dimensions left, the data can be drawn, and clusters or strays
become visible. And fewer numbers per row take less space on disk and in memory.

It has its price. Some information is lost, so that the next model may do worse. The reduction is one more step that has
to be computed, tuned and kept along with the model. And the new features are mixtures of the old ones, which are hard
to put a name to.
"""
P_07_1_RUBRIC = """
- 1 point: names two of three motives: faster (or better) training, visualisation, compression
- 1 point: names information loss, or worse performance of the next model, as a drawback
- 1 point: names another drawback: computation, a more complex pipeline, or features that are hard to interpret
"""


def numbers_stored(n: int, d: int, k: int) -> int:
    """Return how many numbers it takes to store a data set that PCA has compressed.

    Enough is stored to get back an approximation of every row.

    Parameters
    ----------
    n : number of rows.
    d : number of features.
    k : number of principal components that are kept.

    Returns
    -------
    How many numbers are stored in all: for every row its values along the components, and what has to be stored once
    so that these can be turned into d features again. PCA takes the mean of each feature away before all else.

    Examples
    --------
    >>> numbers_stored(1, 1, 1)
    3
    >>> numbers_stored(1_000, 10, 1)
    1020
    """
    return n * k + k * d + d  # scores, components, means


# All the motives, in any order; what is a drawback is left out.
P_07_1_CHOICE: list[str] = ["faster training", "less noise", "less storage", "a picture of the data"]
P_07_2 = """
It is a name for troubles that are absent in few dimensions and grow with their number. Space becomes so vast that any
set of rows is thinly scattered in it: most rows lie far from each other and close to some border, and a new row is
likely to be far from all that a model has seen, so that it has to extrapolate.

For a model this means a higher risk of overfitting, since among so many features there is always something that fits
by chance. Filling the space with rows is no way out: how many it takes grows exponentially with the dimensions.
"""
P_07_2_RUBRIC = """
- 1 point: trouble that shows only in many dimensions
- 1 point: rows are sparse, far from each other (or from new rows)
- 1 point: overfitting, or the need for far more data (exponentially many rows)
"""


def border_share(d: int, margin: float) -> float:
    """Return how probable it is that a random point is close to a border.

    Parameters
    ----------
    d : number of dimensions. The point is drawn uniformly from the unit cube: each coordinate lies between 0 and 1.
    margin : at most 0.5. A point is close to a border if at least one coordinate is less than this from 0 or from 1.

    Examples
    --------
    >>> round(border_share(1, 0.1), 6)
    0.2
    >>> round(border_share(3, 0.25), 6)
    0.875
    """
    return float(1 - (1 - 2 * margin) ** d)


def contrast(X: ArrayLike, x: ArrayLike) -> float:
    """Return how much farther the farthest row is than the nearest, as a share of the nearest's distance.

    Parameters
    ----------
    X : (n, d) rows.
    x : (d,) a point that is not among them.

    Returns
    -------
    (farthest - nearest) / nearest, in Euclidean distances from `x`: 0 where all rows are equally far, and there is no
    such thing as a nearest neighbour.

    Examples
    --------
    >>> contrast([[0, 1], [0, 3]], [0, 0])
    2.0
    >>> contrast([[3, 4], [5, 0], [0, -5]], [0, 0])
    0.0
    """
    distances = np.linalg.norm(np.asarray(X, dtype=float) - np.asarray(x, dtype=float), axis=1)  # (n,)
    return float(np.ptp(distances) / distances.min())


P_07_3 = """
In general not perfectly: what was dropped is gone, and many different rows can end up at the same place. But often
approximately. PCA has a simple way back: multiply by the transposed components and add the mean. It gives back the
nearest point of the plane that the rows were projected on; what stood out from that plane is lost, and only where
nothing did is the reconstruction exact.

Other methods offer no such way. t-SNE, for one, moves points about until the map looks right, and learns no function
from the data to the map that could be turned round.
"""
P_07_3_RUBRIC = """
- 1 point: not perfectly, since information is lost
- 1 point: PCA (or another method that is named) can be undone approximately
- 1 point: some methods, such as t-SNE, can't be undone at all
"""


def reconstruction_error(X: ArrayLike, k: int) -> float:
    """Return what is lost when rows are reduced by PCA and reconstructed.

    Parameters
    ----------
    X : (n, d) rows, n > d.
    k : number of principal components that are kept, from 1 to d.

    Returns
    -------
    The squared Euclidean distance between a row and its reconstruction, averaged over the rows.

    Examples
    --------
    >>> line = [[0.0, 0.0], [1.0, 2.0], [2.0, 4.0], [5.0, 10.0]]
    >>> bool(reconstruction_error(line, 1) < 1e-9)
    True
    >>> round(reconstruction_error([[0, 0], [8, 0], [0, 2], [8, 2]], 1), 6)
    1.0
    """
    X = np.asarray(X, dtype=float)
    pca = PCA(k).fit(X)
    back = pca.inverse_transform(pca.transform(X))  # (n, d)
    return float(((X - back) ** 2).sum(axis=1).mean())


# All the methods whose result can be turned back, at least approximately, in any order.
P_07_3_CHOICE: list[str] = ["PCA", "random projection"]
P_07_4 = """
Yes, it can help with highly nonlinear data, too: it gets rid of dimensions that carry nothing, whatever shape the rows
have in the others. A spiral that lies in a tilted plane is a spiral still, in two dimensions instead of three or more.

But PCA only projects. Where all dimensions are needed, as with a Swiss roll in three, projecting squeezes together what
lay far apart, and too much is lost. Such a sheet should be unrolled, not flattened.
"""
P_07_4_RUBRIC = """
- 1 point: yes, useless dimensions can be dropped even if the data are nonlinear
- 1 point: no, or not well, where no dimension is useless
- 1 point: an example of the latter such as the Swiss roll, which is to be unrolled rather than squashed
"""


def useless_dimensions(X: ArrayLike) -> int:
    """Return how many dimensions PCA can drop without any loss.

    Parameters
    ----------
    X : (n, d) rows, n > d, of any shape: curves, sheets, clusters. Not all of them are the same.

    Returns
    -------
    The number of principal components along which the rows don't vary. Numbers are rounded in a computer: a component
    counts as useless if it holds less than a billionth of the variance.

    Examples
    --------
    >>> useless_dimensions([[1, 4, 1], [2, 4, 4], [3, 4, 9], [4, 4, 16]])
    1
    >>> useless_dimensions([[0, 7], [1, 8], [2, 9]])
    1
    """
    shares = PCA().fit(np.asarray(X, dtype=float)).explained_variance_ratio_  # (d,)
    return int((shares < 1e-9).sum())


# All the sets that PCA takes to two dimensions without loss, in any order.
P_07_4_CHOICE: list[str] = ["tilted circle", "spiral and sum"]
