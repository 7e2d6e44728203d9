"""Chapter 7, why reduce, and what is lost (p.07.1 to p.07.4): the answers."""

import numpy as np
from numpy.typing import ArrayLike
from sklearn.decomposition import PCA

P_07_1 = """
He may gain time, since the model that comes next has fewer columns to go through, and now and then it even gets better,
if what was dropped was noise. He may gain space: 30 numbers per row instead of 800. And with two or three columns left
he can draw his data and see at a glance whether they fall into groups.

He pays with information, and sooner or later with points of his score: what varies little may be just what matters. He
also has one more step to run, to tune, and to ship with the model. And what is to be said of "component 4", a bit of
every column, when the boss asks what the model goes by?
"""
P_07_1_RUBRIC = """
- 1 point: two gains of different kinds: faster (or better) training, less space, a picture of the data
- 1 point: two prices: lost information (a worse model), one more step to compute and keep, columns hard to interpret
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
    How many numbers are stored in all: for every row its values along the components,
    and what has to be stored once so that these can be turned into d features again.
    PCA takes the mean of each feature away before all else.

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
Each dimension more is one more way in which two patients may differ. Over 8,000 of them the differences add up to
nearly the same sum for everybody: the most similar patient is hardly nearer than the least similar one, and who is
nearest is an accident. Nearly all patients are extreme in some gene, and a new one lies in a place where nobody was.

A model has to guess in the empty space between them. And among 8,000 columns there are always some that fit the 300
diagnoses by pure chance, so it overfits.

A few hundred more don't help: to have somebody near everybody, their number would have to be multiplied with each
dimension anew, which is more than there are people.
"""
P_07_2_RUBRIC = """
- 1 point: in many dimensions rows are thinly scattered, far from each other and nearly equally far
- 1 point: models overfit or have to guess far from all rows; or the rows it would take grow exponentially
"""


def border_share(d: int, margin: float) -> float:
    """Return how probable it is that a random point is close to a border.

    Parameters
    ----------
    d : number of dimensions. The point is drawn uniformly from the unit cube: each
        coordinate lies between 0 and 1.
    margin : at most 0.5. A point is close to a border if at least one coordinate is
        less than this from 0 or from 1.

    Examples
    --------
    >>> round(border_share(1, 0.1), 6)
    0.2
    >>> round(border_share(3, 0.25), 6)
    0.875
    """
    return float(1 - (1 - 2 * margin) ** d)


def contrast(X: ArrayLike, x: ArrayLike) -> float:
    """Return how much farther the farthest row is than the nearest,
    as a share of the nearest's distance.

    Parameters
    ----------
    X : (n, d) rows.
    x : (d,) a point that is not among them.

    Returns
    -------
    (farthest - nearest) / nearest, in Euclidean distances from `x`: 0 where all rows
    are equally far, and there is no such thing as a nearest neighbour.

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
With PCA each of the 50 numbers says how much of one fixed picture, a component, is in it. If Earth has the components
and the mean picture, it adds them up in these amounts and gets a picture that is right in its large features, and
blurred. It is the nearest there is among all pictures that these components can make.

With t-SNE there is nothing to add up. It has moved points about until neighbours were neighbours again, and has never
had a rule from picture to numbers, so that no rule can be read backwards.

And what a method has dropped is gone: many pictures have the same 50 numbers, and nothing tells which of them was the
one. Only if the pictures had no more than 50 ways to differ in the first place is nothing lost.
"""
P_07_3_RUBRIC = """
- 1 point: PCA has an approximate way back (components and mean); t-SNE has none
- 1 point: what was dropped is lost, because different rows became the same; exact only where nothing was dropped
"""


def reconstruction_error(X: ArrayLike, k: int) -> float:
    """Return what is lost when rows are reduced by PCA and reconstructed.

    Parameters
    ----------
    X : (n, d) rows, n > d.
    k : number of principal components that are kept, from 1 to d.

    Returns
    -------
    The squared Euclidean distance between a row and its reconstruction, averaged over
    the rows.

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
Unharmed: the groove of a record that leans against the wall. It goes round and round, but it lies in the plane of the
record, so PCA finds that plane and drops the third dimension, which said nothing.

Ruined: a carpet that has been rolled up. It takes up all three dimensions, so wherever PCA looks from, some turns of
the carpet come to lie on top of each other, and threads that were metres apart are neighbours now.

What counts is not how bent the rows are, but whether there is a direction in which they don't spread at all (or hardly
do). Carpets want to be unrolled: by a method that goes by neighbours, such as LLE.
"""
P_07_4_RUBRIC = """
- 1 point: bent data are no obstacle where some directions carry nothing; with an example
- 1 point: where all directions are needed it squashes what lay apart; with an example, and unrolling as the way out
"""


def useless_dimensions(X: ArrayLike) -> int:
    """Return how many dimensions PCA can drop without any loss.

    Parameters
    ----------
    X : (n, d) rows, n > d, of any shape: curves, sheets, clusters. Not all of them are
        the same.

    Returns
    -------
    The number of principal components along which the rows don't vary. Numbers are
    rounded in a computer: a component counts as useless if it holds less than a
    billionth of the variance.

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
