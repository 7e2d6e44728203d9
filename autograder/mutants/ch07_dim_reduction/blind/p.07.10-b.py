# %% right
# Intent: scikit-learn for t-SNE (perplexity near ten neighbours), PCA and LLE; for MDS SciPy's L-BFGS minimises the
# raw stress from the PCA map on, till it converges. The plot is one scatter per class, in the colours of tab10.
from scipy.optimize import minimize
from scipy.spatial.distance import pdist, squareform


def _pca(X, seed):
    return PCA(2, svd_solver="full").fit_transform(X)


def _tsne(X, seed):
    return TSNE(2, perplexity=12, init="pca", random_state=seed).fit_transform(X)


def _lle(X, seed):
    return LocallyLinearEmbedding(n_neighbors=10, eigen_solver="dense", random_state=seed).fit_transform(X)


def _mds(X, seed):
    target = squareform(pdist(X))
    scale = target.mean()  # so that the tolerances don't depend on the units
    target /= scale

    def stress(flat):
        Z = flat.reshape(-1, 2)
        distances = squareform(pdist(Z))
        excess = distances - target
        weights = excess / np.where(distances > 0, distances, 1)
        return (excess**2).sum() / 2, 2 * (weights.sum(axis=1)[:, None] * Z - weights @ Z).ravel()

    found = minimize(
        stress, _pca(X, seed).ravel() / scale, jac=True, method="L-BFGS-B",
        options={"maxiter": 2_000, "maxfun": 4_000, "ftol": 1e-10, "gtol": 1e-4},
    )  # fmt: skip
    return found.x.reshape(-1, 2) * scale


def embed(X: NDArray[Any], method: str = "tsne", seed: int = 42) -> NDArray[np.float64]:
    methods = {"tsne": _tsne, "pca": _pca, "mds": _mds, "lle": _lle}
    if method not in methods:
        raise ValueError(f"method has to be one of {list(methods)}, not {method!r}")
    return methods[method](np.asarray(X, dtype=float), seed).astype(float)


def plot_embedding(Z: NDArray[Any], y: NDArray[Any]) -> Figure:
    figure, axes = plt.subplots(figsize=(7, 6))
    colours = plt.get_cmap("tab10")
    for digit, places in pd.DataFrame(np.asarray(Z)).groupby(np.asarray(y).astype(int)):
        axes.scatter(places[0], places[1], s=12, color=colours(digit), label=str(digit))
    axes.legend(title="class")
    return figure


# %% wrong: embed
# Misconception: Thinks that MDS with Euclidean distances is the same as PCA (true of classical MDS only), so that the
# first two components are already the map whose distances are most like those in the data.
def embed(X: NDArray[Any], method: str = "tsne", seed: int = 42) -> NDArray[np.float64]:
    methods = {"tsne": _tsne, "pca": _pca, "mds": _pca, "lle": _lle}
    if method not in methods:
        raise ValueError(f"method has to be one of {list(methods)}, not {method!r}")
    return methods[method](np.asarray(X, dtype=float), seed).astype(float)


# %% wrong: plot_embedding
# Misconception: Thinks that the units of a map mean nothing, so that each axis may be scaled to 0..1 before drawing.
from sklearn.preprocessing import minmax_scale


def plot_embedding(Z: NDArray[Any], y: NDArray[Any]) -> Figure:
    figure, axes = plt.subplots(figsize=(7, 6))
    colours = plt.get_cmap("tab10")
    for digit, places in pd.DataFrame(minmax_scale(Z)).groupby(np.asarray(y).astype(int)):
        axes.scatter(places[0], places[1], s=12, color=colours(digit), label=str(digit))
    axes.legend(title="class")
    return figure
