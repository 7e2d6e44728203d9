"""Chapter 7, maps of images (p.07.10): the answers."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.manifold import MDS, TSNE, LocallyLinearEmbedding


def embed(X: NDArray[Any], method: str = "tsne", seed: int = 42) -> NDArray[np.float64]:
    """Return a map of the rows in two dimensions.

    Parameters
    ----------
    X : (n, d) rows, 50 or more.
    method : ``"tsne"``, ``"pca"``, ``"mds"`` (metric: distances on the map are to be
        like those in `X`), or ``"lle"`` (standard locally linear embedding, with
        10 neighbours).
    seed : of all that is random; the same seed gives the same map.

    Returns
    -------
    (n, 2) the place of each row, in the order of the rows.

    Raises
    ------
    ValueError : there is no such method.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(60, 5))
    >>> embed(X, "pca").shape
    (60, 2)
    >>> bool(np.isfinite(embed(X)).all())
    True
    """
    X = np.asarray(X, dtype=float)
    reducers = {
        "tsne": TSNE(random_state=seed),
        "pca": PCA(2, random_state=seed),
        "mds": MDS(n_init=1, init="classical_mds", random_state=seed),
        "lle": LocallyLinearEmbedding(n_neighbors=10, random_state=seed),
    }
    if method not in reducers:
        raise ValueError(f"no method {method!r}: choose from {', '.join(reducers)}")
    return reducers[method].fit_transform(X)


def plot_embedding(Z: NDArray[Any], y: NDArray[Any]) -> Figure:
    """Draw a map, with a colour for each class.

    Parameters
    ----------
    Z : (n, 2) places: across and up.
    y : (n,) whole numbers from 0 to 9; not all of them need occur.

    Returns
    -------
    A Figure with one pair of axes. Each row is one point in it, drawn at its place;
    points have the same colour if and only if they are of the same class, and a legend
    names each class that occurs by its number.

    Examples
    --------
    >>> Z = np.array([[0.0, 1.0], [2.0, 3.0], [2.0, 1.0]])
    >>> figure = plot_embedding(Z, np.array([4, 7, 4]))
    >>> len(figure.axes)
    1
    >>> sorted(text.get_text() for text in figure.axes[0].get_legend().get_texts())
    ['4', '7']
    """
    figure, axis = plt.subplots(figsize=(8, 7))
    colours = plt.get_cmap("tab10").colors
    for label in np.unique(y):
        axis.scatter(*np.asarray(Z)[np.asarray(y) == label].T, s=8, color=colours[label], label=str(label))
    axis.legend(markerscale=2)
    axis.axis("off")
    return figure
