# %% right
# Intent: PCA by SVD, metric MDS by L-BFGS on the raw stress from a slightly shaken PCA map, LLE from scratch
# (one batched solve and one eigenvalue problem in which the constant is shifted out of the way), t-SNE from scikit-
# learn.
import matplotlib.pyplot as plt
import numpy as np
import torch
from scipy.optimize import minimize
from scipy.spatial.distance import pdist, squareform
from sklearn.manifold import TSNE


def _plane(X):
    C = X - X.mean(axis=0)
    U, s, _ = np.linalg.svd(C, full_matrices=False)
    flat = U[:, :2] * s[:2]
    return np.pad(flat, ((0, 0), (0, 2 - flat.shape[1])))


def _by_pca(X, seed):
    return _plane(X)


def _by_tsne(X, seed):
    return TSNE(2, perplexity=12, init="pca", learning_rate="auto", random_state=seed).fit_transform(X)


def _by_mds(X, seed):
    n = len(X)
    wanted = pdist(X)
    unit = np.sqrt(np.mean(wanted**2)) or 1.0
    wanted = wanted / unit
    shake = np.random.default_rng(seed).normal(scale=1e-3, size=(n, 2))

    def stress(flat):
        Z = flat.reshape(n, 2)
        found = pdist(Z)
        off = found - wanted
        W = squareform(np.divide(off, found, out=np.zeros_like(off), where=found > 0))
        return (off @ off) / n, (2.0 / n) * (W.sum(axis=1)[:, None] * Z - W @ Z).ravel()  # a graph Laplacian times Z

    options = {"maxiter": 5_000, "maxfun": 10_000, "maxcor": 30, "ftol": 1e-15, "gtol": 1e-10}
    found = minimize(stress, (_plane(X) / unit + shake).ravel(), jac=True, method="L-BFGS-B", options=options)
    return found.x.reshape(n, 2) * unit


def _by_lle(X, seed, k=10, ridge=1e-3):
    n = len(X)
    P = torch.as_tensor(X)
    D = torch.cdist(P, P, compute_mode="donot_use_mm_for_euclid_dist").fill_diagonal_(float("inf"))
    near = D.topk(k, dim=1, largest=False).indices.numpy()
    spokes = X[near] - X[:, None, :]
    gram = np.einsum("nid,njd->nij", spokes, spokes)
    trace = np.einsum("nii->n", gram)
    gram += np.multiply.outer(ridge * np.where(trace > 0, trace, 1.0), np.eye(k))
    w = np.linalg.solve(gram, np.ones((n, k, 1)))[..., 0]
    w /= w.sum(axis=1, keepdims=True)
    R = np.eye(n)
    R[np.arange(n)[:, None], near] -= w
    M = R.T @ R
    M += np.full((n, n), 10.0 * np.trace(M) / n)  # the constant vector goes to the far end of the spectrum
    return np.linalg.eigh(M)[1][:, :2]


def embed(X: NDArray[Any], method: str = "tsne", seed: int = 42) -> NDArray[np.float64]:
    ways = {"tsne": _by_tsne, "pca": _by_pca, "mds": _by_mds, "lle": _by_lle}
    if method not in ways:
        raise ValueError(f"no such method: {method!r}")
    return np.asarray(ways[method](np.asarray(X, dtype=np.float64), seed), dtype=np.float64)


def plot_embedding(Z: NDArray[Any], y: NDArray[Any]) -> Figure:
    Z, y = np.asarray(Z), np.asarray(y)
    figure, axis = plt.subplots(figsize=(7, 6))
    palette = plt.get_cmap("tab10")
    for digit in np.unique(y):
        axis.scatter(*Z[y == digit].T, color=palette(int(digit)), s=14, label=str(int(digit)))
    axis.legend(title="class")
    axis.set_xticks([])
    axis.set_yticks([])
    return figure

# %% wrong: embed
# Misconception: Thinks that metric MDS is solved in closed form: double-centre the squared distances, take the first
# two eigenvectors, and no map can have better distances.
def _by_mds(X, seed):
    n = len(X)
    D2 = torch.cdist(torch.as_tensor(X), torch.as_tensor(X)).square().numpy()
    J = np.eye(n) - 1.0 / n
    values, vectors = np.linalg.eigh(-0.5 * J @ D2 @ J)
    return vectors[:, :-3:-1] * np.sqrt(values[:-3:-1].clip(min=0.0))

# %% wrong: plot_embedding
# Misconception: Takes a place for (row, column), as in an array: the first number goes up, the second across.
def plot_embedding(Z: NDArray[Any], y: NDArray[Any]) -> Figure:
    Z, y = np.asarray(Z), np.asarray(y)
    figure, axis = plt.subplots(figsize=(7, 6))
    palette = plt.get_cmap("tab10")
    for digit in np.unique(y):
        up, across = Z[y == digit].T
        axis.scatter(across, up, color=palette(int(digit)), s=14, label=str(int(digit)))
    axis.legend(title="class")
    return figure
