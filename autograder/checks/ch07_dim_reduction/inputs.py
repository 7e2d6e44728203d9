"""Inputs shared by the checks of chapter 7, and what maps and plots are judged by."""

from typing import Any

import numpy as np
from scipy.spatial.distance import cdist, pdist, squareform

from autograder.testing.made_up import SIDE, pages, script


def letters(rng, *sizes: int, step: int = 1) -> list[np.ndarray]:
    """Return X, y, X, y, … of letters of one script, drawn anew: what is on public digits can be looked up.

    Only every `step`-th pixel in both directions is kept, so that there can be more rows than features.
    """
    parts = pages(rng, script(rng, forms=1, shake=0.15, spot=0.0), *sizes)
    kept = np.arange(SIDE**2).reshape(SIDE, SIDE)[::step, ::step].ravel()
    return [part[:, kept] if part.ndim == 2 else part for part in parts]


def faint(rng, X: np.ndarray) -> np.ndarray:
    """Make some of the pixels faint: what stretches each of them to one range finds other components."""
    return (X * rng.choice([0.2, 1.0], X.shape[1])).astype(X.dtype)


def blends(rng, size: int, prototypes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mix each row from a few prototypes, shape (c, d); the class is the one with the largest share."""
    shares = rng.dirichlet(np.full(len(prototypes), 0.5), size)
    return shares @ prototypes, shares.argmax(axis=1)


def sheet(rng, size: int, d: int) -> np.ndarray:
    """A bent sheet in d dimensions, with a little noise."""
    u, v = rng.uniform(-1, 1, (2, size))
    bent = np.column_stack([np.sin(2.5 * u), v, np.cos(2.5 * u), 0.3 * u * v])
    return 30 * bent @ rng.normal(size=(4, d)) + rng.normal(0, 0.5, (size, d))


def held(X: np.ndarray) -> np.ndarray:
    """The share of the variance that the first, the first two, … components hold, by the eigenvalues of the covariance
    matrix."""
    variances = np.linalg.eigvalsh(np.cov(np.asarray(X, dtype=float).T))[::-1]
    return np.cumsum(variances) / variances.sum()


def components_for(X: np.ndarray, ratio: float) -> int:
    """How many principal components hold `ratio` of the variance."""
    return int(np.argmax(held(X) >= ratio)) + 1


def places(Z: Any, size: int) -> np.ndarray:
    """Return a map as exact floats, once it has the right shape."""
    Z = np.asarray(Z)
    assert Z.shape == (size, 2)
    assert Z.dtype.kind == "f"
    assert np.isfinite(Z).all()
    return Z.astype(float)


def purity(Z: np.ndarray, y: np.ndarray, k: int) -> float:
    """The share of same-class rows among each row's k nearest on the map."""
    distances = cdist(Z, Z)
    np.fill_diagonal(distances, np.inf)
    return float((y[np.argsort(distances, axis=1)[:, :k]] == y[:, None]).mean())


def together(X: np.ndarray, Z: np.ndarray, k: int) -> float:
    """The share of a row's k nearest in the data that are among its k nearest on the map."""
    near = []
    for distances in (cdist(X, X), cdist(Z, Z)):
        np.fill_diagonal(distances, np.inf)
        near.append(np.argsort(distances, axis=1)[:, :k])
    return float(np.mean([np.isin(one, other).mean() for one, other in zip(*near, strict=True)]))


def pull(X: np.ndarray, Z: np.ndarray) -> float:
    """How far the points of a map would still move, as a share of its size, to make its distances like those in X.

    One Guttman step of metric MDS (Borg & Groenen, *Modern Multidimensional Scaling*, 2005, ch. 8), after the map has
    been scaled as a whole: 0 at a minimum of the stress, also at a local one.
    """
    wanted, found = squareform(pdist(X)), squareform(pdist(Z))
    scale = (wanted * found).sum() / (found**2).sum()
    Z, found = scale * (Z - Z.mean(axis=0)), scale * found
    pulls = -np.divide(wanted, found, out=np.zeros_like(wanted), where=found > 0)
    np.fill_diagonal(pulls, -pulls.sum(axis=1))
    return float(np.linalg.norm(pulls @ Z / len(Z) - Z) / np.linalg.norm(Z))


def bend(X: np.ndarray, Z: np.ndarray, k: int) -> float:
    """What LLE minimises: how badly the weights that rebuild a row from its k neighbours in X do so on the map.

    The map is turned and stretched to have uncorrelated coordinates of one size before.
    """
    distances = cdist(X, X)
    np.fill_diagonal(distances, np.inf)
    Z = np.linalg.qr(Z - Z.mean(axis=0))[0]
    cost = 0.0
    for row, near in enumerate(np.argsort(distances, axis=1)[:, :k]):
        gaps = X[near] - X[row]
        products = gaps @ gaps.T
        weights = np.linalg.solve(products + 1e-3 * np.trace(products) * np.eye(k), np.ones(k))
        cost += ((Z[row] - weights @ Z[near] / weights.sum()) ** 2).sum()
    return float(cost)


def without_times(compare, *data, **options):
    """Return a comparison without its times: no two runs share them, so no misconception could be recognised."""
    table, models = compare(*data, **options)
    return table.drop(columns="fit_time", errors="ignore"), models


def drawn_points(figure):
    """List what a figure's only axes show: (across, up, colour as text) for each point."""
    import matplotlib.pyplot as plt
    from matplotlib.colors import to_hex

    plt.close(figure)
    figure.draw_without_rendering()  # this is when numbers are turned into colours
    kept = [axes for axes in figure.axes if axes.get_label() != "<colorbar>"]
    points = []
    if len(kept) != 1:
        return points
    for group in kept[0].collections:
        offsets, colours = group.get_offsets(), group.get_facecolors()
        colours = colours if len(colours) else group.get_edgecolors()  # a hollow mark has its colour on its edge
        for number, (across, up) in enumerate(offsets):
            points.append((float(across), float(up), to_hex(colours[number % len(colours)])))
    for line in kept[0].lines:
        if line.get_marker() not in ("None", "none", None, "", " "):
            hollow = str(line.get_markerfacecolor()).lower() == "none"
            colour = to_hex(line.get_markeredgecolor() if hollow else line.get_markerfacecolor())
            points += [(float(across), float(up), colour) for across, up in zip(*line.get_data(), strict=True)]
    return points


def legend_of(figure):
    """Return the texts of a figure's legends, with their marks' colours: "" for a mark that nobody sees."""
    import re

    from matplotlib.colors import to_hex

    nothing = ("None", "none", None, "", " ")
    legends = [axes.get_legend() for axes in figure.axes if axes.get_legend()] + list(figure.legends)
    entries = []
    for legend in legends:
        for mark, text in zip(legend.legend_handles, legend.get_texts(), strict=True):
            if hasattr(mark, "get_facecolor"):
                colour = mark.get_facecolor()
                colour = colour if len(colour) else mark.get_edgecolor()
                colour = colour if len(colour) == 4 and not hasattr(colour[0], "__len__") else colour[0]
            elif mark.get_marker() not in nothing:
                hollow = str(mark.get_markerfacecolor()).lower() == "none"
                colour = mark.get_markeredgecolor() if hollow else mark.get_markerfacecolor()
            else:
                colour = mark.get_color() if mark.get_linestyle() not in nothing else None
            name = re.sub(r"\D", "", re.sub(r"mathdefault", "", text.get_text()))
            entries.append((name, "" if colour is None else to_hex(colour)))
    return entries
