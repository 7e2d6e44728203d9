"""Chapter 7, maps of images (p.07.10): wrong answers that must fail, and right ones that must pass."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from scipy.linalg import eigh
from scipy.spatial.distance import cdist
from sklearn.decomposition import PCA
from sklearn.manifold import MDS, TSNE, LocallyLinearEmbedding
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler

from autograder.testing import alternative, mutant, naive

# ---------------------------------------------------------------- p.07.10, maps


def _mapped(X, method, seed, **other):
    """Map as the reference does, with some methods replaced."""
    reducers = {
        "tsne": lambda: TSNE(random_state=seed),
        "pca": lambda: PCA(2, random_state=seed),
        "mds": lambda: MDS(n_init=1, init="classical_mds", random_state=seed),
        "lle": lambda: LocallyLinearEmbedding(n_neighbors=10, random_state=seed),
    } | other
    if method not in reducers:
        raise ValueError(method)
    return reducers[method]().fit_transform(np.asarray(X, dtype=float))


@naive("p.07.10", replaces="embed", fails="test_tsne_keeps_letters_together")
def pca_whatever_is_asked(X, method="tsne", seed=42):
    """Your map is that of PCA, whatever method is asked for."""
    return _mapped(X, "pca", seed)


@naive("p.07.10", replaces="embed", fails="test_tsne_keeps_letters_together")
def tsne_of_two_components(X, method="tsne", seed=42):
    """Your t-SNE sees two principal components, and what they lose is lost: leave it more of them, or all."""
    return _mapped(X, method, seed, tsne=lambda: Pipeline([("pca", PCA(2)), ("tsne", TSNE(random_state=seed))]))


@mutant("p.07.10", replaces="embed", fails="test_tsne_keeps_letters_together")
def rows_shuffled(X, method="tsne", seed=42):
    """Your map has the rows in another order than the data: each place belongs to another row."""
    return _mapped(X, method, seed)[np.random.default_rng(seed).permutation(len(X))]


@mutant("p.07.10", replaces="embed", fails="test_tsne_pulls_clusters_apart")
def three_dimensions(X, method="tsne", seed=42):
    """Your map has three dimensions: two are asked for."""
    return _mapped(X, method, seed, tsne=lambda: TSNE(3, random_state=seed, max_iter=250), pca=lambda: PCA(3))


@mutant("p.07.10", replaces="embed", fails="test_lle_map")
def five_neighbours(X, method="tsne", seed=42):
    """Your LLE looks at five neighbours, its default: ten are asked for."""
    return _mapped(X, method, seed, lle=lambda: LocallyLinearEmbedding(random_state=seed))


@mutant("p.07.10", replaces="embed", fails="test_mds_map")
def not_metric(X, method="tsne", seed=42):
    """Your MDS is the non-metric one, which only keeps the *order* of the distances."""
    return _mapped(X, method, seed, mds=lambda: MDS(n_init=1, init="random", metric_mds=False, random_state=seed))


@mutant("p.07.10", replaces="embed", fails="test_mds_map")
def classical_mds(X, method="tsne", seed=42):
    """Your MDS is the classical one, which gives the map of PCA: the metric one goes on to improve the distances."""
    return _mapped(X, method, seed, mds=lambda: PCA(2, random_state=seed))


@mutant("p.07.10", replaces="embed", fails="test_mds_map")
def stops_too_soon(X, method="tsne", seed=42):
    """Your MDS stops after a few steps, while its points are still on their way: give it more of them (`max_iter`)."""
    return _mapped(X, method, seed, mds=lambda: MDS(n_init=1, init="random", max_iter=5, random_state=seed))


class _ByStreets:
    """Metric MDS of Manhattan distances."""

    def fit_transform(self, X):
        mds = MDS(n_init=1, init="classical_mds", metric="precomputed", random_state=0)
        return mds.fit_transform(cdist(X, X, "cityblock"))


@mutant("p.07.10", replaces="embed", fails="test_mds_map")
def distances_by_streets(X, method="tsne", seed=42):
    """Your MDS keeps Manhattan distances: those in `X` are Euclidean."""
    return _mapped(X, method, seed, mds=_ByStreets)


@mutant("p.07.10", replaces="embed", fails="test_pca_map")
def pixels_of_one_range(X, method="tsne", seed=42):
    """You stretch each feature to the same range before PCA, so that faint pixels weigh as much as any: take the rows
    as they are."""
    return _mapped(X, method, seed, pca=lambda: Pipeline([("range", MinMaxScaler()), ("pca", PCA(2))]))


# As if unseeded, but what it does can be repeated, so that it is recognised: every other map is made with another seed.
_turn = itertools.cycle((0, 1))


@mutant("p.07.10", replaces="embed", fails="test_same_seed_same_map")
def no_seed(X, method="tsne", seed=42):
    """Your maps differ from call to call: hand the seed on as `random_state`."""
    other = seed + next(_turn)
    return _mapped(
        X,
        method,
        seed,
        tsne=lambda: TSNE(init="random", random_state=other),
        mds=lambda: MDS(n_init=1, init="random", random_state=other),
    )


@mutant("p.07.10", replaces="embed", fails="test_no_such_method")
def falls_back_on_tsne(X, method="tsne", seed=42):
    """A method that you don't know is silently replaced by another one: raise a ValueError."""
    return _mapped(X, method if method in ("pca", "mds", "lle") else "tsne", seed)


@mutant("p.07.10", replaces="embed", fails="test_pca_map")
def coordinates_of_one_size(X, method="tsne", seed=42):
    """You stretch both coordinates of the PCA map to the same size (`whiten`)."""
    return _mapped(X, method, seed, pca=lambda: PCA(2, whiten=True, random_state=seed))


# ---------------------------------------------------------------- p.07.10, plots


def _scattered(Z, y, colours, legend=True):
    figure = Figure()
    axis = figure.add_subplot()
    for label in sorted(set(np.asarray(y).tolist())):
        axis.scatter(*Z[y == label].T, color=colours(label), label=str(label))
    if legend:
        axis.legend()
    return figure


@mutant("p.07.10", replaces="plot_embedding", fails="test_every_row_is_drawn_once")
def axes_swapped(Z, y):
    """Across and up are swapped in your plot."""
    return _scattered(Z[:, ::-1], y, lambda label: f"C{label}")


@mutant("p.07.10", replaces="plot_embedding", fails="test_every_row_is_drawn_once")
def stretched(Z, y):
    """You have moved the points: each is to be drawn at its place on the map."""
    return _scattered((Z - Z.min(axis=0)) / np.ptp(Z, axis=0), y, lambda label: f"C{label}")


@mutant("p.07.10", replaces="plot_embedding", fails="test_one_colour_for_each_class")
def seven_colours(Z, y):
    """You have fewer than ten colours, so that some classes share one."""
    return _scattered(Z, y, lambda label: "bgrcmyk"[label % 7])


@mutant("p.07.10", replaces="plot_embedding", fails="test_one_colour_for_each_class")
def one_colour(Z, y):
    """All points have the same colour: give each class its own."""
    return _scattered(Z, y, lambda label: "C0")


@mutant("p.07.10", replaces="plot_embedding", fails="test_legend_names_the_classes")
def no_legend(Z, y):
    """There is no legend, so nobody knows which colour is which digit."""
    return _scattered(Z, y, lambda label: f"C{label}", legend=False)


@mutant("p.07.10", replaces="plot_embedding", fails="test_legend_names_the_classes")
def counted_through(Z, y):
    """Your legend counts the classes through from 0: if some don't occur, the names don't match."""
    return _scattered(Z, np.unique(y, return_inverse=True)[1], lambda label: f"C{label}")


# ---------------------------------------------------------------- p.07.10, right


def _one_scatter(Z, y):
    """One scatter for all, numbers as colours, `legend_elements`."""
    figure, axis = plt.subplots()
    drawn = axis.scatter(Z[:, 0], Z[:, 1], c=y, cmap="tab10", vmin=0, vmax=9, s=10)
    axis.legend(*drawn.legend_elements(num=None), title="digit")
    return figure


@alternative("p.07.10", replaces="embed", also={"plot_embedding": _one_scatter})
def pca_before_tsne(X, method="tsne", seed=0):
    """PCA takes most pixels away before t-SNE; starts from random places; single precision."""
    if method == "tsne":
        Z = PCA(min(50, *np.shape(X)), random_state=seed).fit_transform(np.asarray(X, dtype=float))
        return TSNE(init="random", random_state=seed, perplexity=25).fit_transform(Z)
    return _mapped(X, method, seed, mds=lambda: MDS(n_init=2, init="random", random_state=seed))


def _lines_without_lines(Z, y):
    """A line of markers for each class, and a legend beside the axes."""
    figure = Figure()
    axis = figure.add_subplot()
    for label in range(10):
        if np.any(y == label):
            axis.plot(Z[y == label, 0], Z[y == label, 1], ".", color=plt.get_cmap("tab10")(label), label=label)
    figure.legend(loc="right")
    return figure


def _affinities(X, perplexity):
    """Symmetric affinities of exact t-SNE: bandwidths by bisection, for all rows at once."""
    squared = cdist(X, X, "sqeuclidean")
    np.fill_diagonal(squared, np.inf)
    squared -= squared.min(axis=1, keepdims=True)
    low, high = np.zeros(len(X)), np.full(len(X), 1e3 / np.median(squared))
    for _ in range(60):
        beta = (low + high) / 2
        P = np.exp(-squared * beta[:, None])
        P /= P.sum(axis=1, keepdims=True)
        entropy = -np.sum(P * np.log(np.maximum(P, 1e-300)), axis=1)
        wide = entropy > np.log(perplexity)
        low, high = np.where(wide, beta, low), np.where(wide, high, beta)
    return (P + P.T) / (2 * len(X))


def _exact_tsne(X, perplexity=20, steps=350):
    """t-SNE as it was published, in NumPy."""
    P = _affinities(X, min(perplexity, len(X) / 4))
    Z = PCA(2, svd_solver="full").fit_transform(X)
    Z, speed, gain = 1e-2 * Z / Z.std(), 0.0, 1.0
    rate = max(len(X) / 12, 20.0)
    for step in range(steps):
        kernel = 1 / (1 + cdist(Z, Z, "sqeuclidean"))
        np.fill_diagonal(kernel, 0)
        forces = (P * (12 if step < 120 else 1) - kernel / kernel.sum()) * kernel
        gradient = 4 * (forces.sum(axis=1)[:, None] * Z - forces @ Z)
        gain = np.clip(np.where(np.sign(gradient) != np.sign(speed), gain + 0.2, gain * 0.8), 0.01, None)
        speed = (0.5 if step < 120 else 0.8) * speed - rate * gain * gradient
        Z = Z + speed
    return Z


def _smacof(X, steps=400):
    """Metric MDS by majorisation, from the map of PCA."""
    wanted, Z = cdist(X, X), PCA(2, svd_solver="full").fit_transform(X)
    for _ in range(steps):
        ratio = wanted / (cdist(Z, Z) + np.eye(len(X)))
        Z = (ratio.sum(axis=1)[:, None] * Z - ratio @ Z) / len(X)
    return Z


def _lle(X, k=10):
    """LLE by its definition: weights, then the smallest eigenvectors."""
    weights = np.zeros((len(X), len(X)))
    for row, near in enumerate(np.argsort(cdist(X, X), axis=1)[:, 1 : k + 1]):
        gaps = X[near] - X[row]
        products = gaps @ gaps.T
        solved = np.linalg.solve(products + 1e-3 * np.trace(products) * np.eye(k), np.ones(k))
        weights[row, near] = solved / solved.sum()
    rest = np.eye(len(X)) - weights
    return eigh(rest.T @ rest, subset_by_index=[1, 2])[1]


@alternative("p.07.10", replaces="embed", also={"plot_embedding": _lines_without_lines})
def by_definition(X, method="tsne", seed=42):
    """All four methods in NumPy, by their definitions."""
    X = np.asarray(X, dtype=float)
    X = X - X.mean(axis=0)
    ways = {
        "tsne": _exact_tsne,
        "pca": lambda X: X @ np.linalg.svd(X, full_matrices=False)[2][:2].T,
        "mds": _smacof,
        "lle": _lle,
    }
    if method not in ways:
        raise ValueError("no such method")
    return ways[method](X)


def _grey_and_named(Z, y):
    """Colours of a list, in the order of the points; proxies in the legend."""
    figure, axis = plt.subplots()
    colours = np.array([f"#{30 + 20 * n:02x}{250 - 20 * n:02x}{(90 * n) % 255:02x}" for n in range(10)])
    axis.scatter(*np.transpose(Z), c=list(colours[y]), marker="s")
    classes = np.unique(y)
    proxies = [plt.Line2D([], [], ls="", marker="s", color=colours[label]) for label in classes]
    axis.legend(proxies, [f"digit {label}" for label in classes])
    return figure


@alternative("p.07.10", replaces="embed", also={"plot_embedding": _grey_and_named})
def other_settings(X, method="tsne", seed=42):
    """Pixels from 0 to 1, another perplexity, the classical start of MDS several times, the arpack solver."""
    if method not in ("tsne", "pca", "mds", "lle"):
        raise ValueError
    scaled = np.asarray(X, dtype=float) / 255
    return _mapped(
        scaled,
        method,
        seed,
        tsne=lambda: TSNE(perplexity=15, random_state=seed, max_iter=700),
        pca=lambda: Pipeline([("pca", PCA(2, svd_solver="arpack"))]),
        lle=lambda: LocallyLinearEmbedding(n_neighbors=10, eigen_solver="arpack", random_state=seed),
    )


@alternative("p.07.10", replaces="plot_embedding")
def hollow_circles(Z, y):
    """Circles that are empty inside, with their colour on the edge."""
    figure, axis = plt.subplots()
    for label in np.unique(y):
        axis.scatter(*Z[y == label].T, facecolors="none", edgecolors=f"C{label}", label=label)
    axis.legend()
    return figure


@alternative("p.07.10", replaces="plot_embedding")
def hollow_marks_of_a_line(Z, y):
    """The same, as marks of a line without a line."""
    figure, axis = plt.subplots()
    for label, colour in zip(np.unique(y), plt.get_cmap("tab10")(np.arange(10)), strict=False):
        axis.plot(*Z[y == label].T, "o", markerfacecolor="none", markeredgecolor=colour, label=label)
    axis.legend()
    return figure
