# %% right
# Intent: one small function per method; MDS by minimising the raw stress myself (L-BFGS from the PCA map), since that
# ends in a minimum more exactly than a limited number of SMACOF steps.
from scipy.optimize import minimize

_PERPLEXITY: float = 15.0
_LLE_NEIGHBOURS: int = 10


def _pca_map(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return PCA(n_components=2, svd_solver="full").fit_transform(rows)


def _tsne_map(rows: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    perplexity: float = min(_PERPLEXITY, (len(rows) - 1) / 3.0)
    tsne = TSNE(n_components=2, perplexity=perplexity, init="pca", learning_rate="auto", random_state=seed)
    return tsne.fit_transform(rows)


def _lle_map(rows: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    solver: str = "dense" if len(rows) <= 1_000 else "auto"
    lle = LocallyLinearEmbedding(
        n_neighbors=_LLE_NEIGHBOURS, n_components=2, method="standard", eigen_solver=solver, random_state=seed
    )
    return lle.fit_transform(rows)


def _distances(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    table: NDArray[np.float64] = np.zeros((len(rows), len(rows)))
    for i in range(len(rows)):
        table[i] = np.sqrt(np.sum((rows - rows[i]) ** 2, axis=1))
    return table


def _mds_map(rows: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    n: int = len(rows)
    wanted: NDArray[np.float64] = _distances(rows)
    unit: float = float(wanted.mean())
    if unit == 0.0:
        return np.zeros((n, 2))
    wanted = wanted / unit

    def stress(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        place: NDArray[np.float64] = flat.reshape(n, 2)
        across: NDArray[np.float64] = place[:, 0][:, None] - place[:, 0][None, :]
        up: NDArray[np.float64] = place[:, 1][:, None] - place[:, 1][None, :]
        have: NDArray[np.float64] = np.sqrt(across * across + up * up)
        miss: NDArray[np.float64] = have - wanted
        weight: NDArray[np.float64] = miss / np.maximum(have, 1e-12)
        slope: NDArray[np.float64] = np.empty((n, 2))
        slope[:, 0] = 2.0 * np.sum(weight * across, axis=1)
        slope[:, 1] = 2.0 * np.sum(weight * up, axis=1)
        return 0.5 * float(np.sum(miss * miss)), slope.ravel()

    # a little noise, so that no two points start at the same place, nor all of them on a line
    rng: np.random.Generator = np.random.default_rng(seed)
    start: NDArray[np.float64] = _pca_map(rows) / unit + rng.normal(scale=1e-3, size=(n, 2))
    options: dict[str, Any] = {"maxiter": 2_000, "maxfun": 3_000, "ftol": 1e-14, "gtol": 1e-7, "maxcor": 20}
    found = minimize(stress, start.ravel(), jac=True, method="L-BFGS-B", options=options)
    return found.x.reshape(n, 2) * unit


def embed(X: NDArray[Any], method: str = "tsne", seed: int = 42) -> NDArray[np.float64]:
    if method not in ("tsne", "pca", "mds", "lle"):
        raise ValueError(f"unknown method: {method!r}")
    rows: NDArray[np.float64] = np.asarray(X, dtype=np.float64)
    if rows.shape[1] < 2:
        rows = np.hstack([rows, np.zeros((len(rows), 2 - rows.shape[1]))])
    if method == "pca":
        places = _pca_map(rows)
    elif method == "mds":
        places = _mds_map(rows, seed)
    elif method == "lle":
        places = _lle_map(rows, seed)
    else:
        places = _tsne_map(rows, seed)
    return np.asarray(places, dtype=np.float64)


_COLOURS: list[str] = [
    "#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf",
]


def plot_embedding(Z: NDArray[Any], y: NDArray[Any]) -> Figure:
    places: NDArray[np.float64] = np.asarray(Z, dtype=np.float64)
    classes: list[int] = [int(c) for c in np.asarray(y)]
    figure, axis = plt.subplots(figsize=(6, 6))
    for digit in sorted(set(classes)):
        mine: list[int] = [i for i, c in enumerate(classes) if c == digit]
        axis.scatter(places[mine, 0], places[mine, 1], s=12, color=_COLOURS[digit], label=str(digit))
    axis.legend(title="class")
    axis.set_xticks([])
    axis.set_yticks([])
    return figure


# %% wrong: embed
# Misconception: Thinks that metric MDS is PCA by another name: who projects on the first two components has kept the
# distances as well as two dimensions can.
def embed(X: NDArray[Any], method: str = "tsne", seed: int = 42) -> NDArray[np.float64]:
    rows = np.asarray(X, dtype=np.float64)
    if method in ("pca", "mds"):
        places = _pca_map(rows)
    elif method == "lle":
        places = _lle_map(rows, seed)
    elif method == "tsne":
        places = _tsne_map(rows, seed)
    else:
        raise ValueError(f"unknown method: {method!r}")
    return np.asarray(places, dtype=np.float64)


# %% wrong: plot_embedding
# Misconception: Thinks that any colormap made for classes has a colour of its own for each of ten digits (this one has
# eight, and the last is used for all that follow).
def plot_embedding(Z: NDArray[Any], y: NDArray[Any]) -> Figure:
    places, classes = np.asarray(Z, dtype=np.float64), np.asarray(y)
    figure, axis = plt.subplots()
    colours = plt.get_cmap("Set2")
    for digit in np.unique(classes):
        mine = classes == digit
        axis.scatter(places[mine, 0], places[mine, 1], s=12, color=colours(int(digit)), label=str(int(digit)))
    axis.legend()
    return figure
