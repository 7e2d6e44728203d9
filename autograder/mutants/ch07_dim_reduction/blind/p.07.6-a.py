# %% right
# Intent: the formula, cut off at d; and running counts, means and centred sums of products that are merged batch by
# batch, so that big means do no harm.
import math


def projection_dims(n: int, d: int, eps: float) -> int:
    e: float = float(eps)
    enough: int = math.ceil(4.0 * math.log(int(n)) / (e * e / 2.0 - e * e * e / 3.0))
    return int(d) if enough >= int(d) else enough


def batch_variances(batches: Iterable[NDArray[Any]], k: int) -> NDArray[np.float64]:
    count: int = 0
    mean: NDArray[np.float64] | None = None
    products: NDArray[np.float64] | None = None
    for batch in batches:
        rows: NDArray[np.float64] = np.atleast_2d(np.asarray(batch, dtype=np.float64))
        m: int = int(rows.shape[0])
        if m == 0:
            continue
        batch_mean: NDArray[np.float64] = rows.mean(axis=0)
        centred: NDArray[np.float64] = rows - batch_mean
        batch_products: NDArray[np.float64] = centred.T @ centred
        if mean is None or products is None:
            count, mean, products = m, batch_mean, batch_products
            continue
        shift: NDArray[np.float64] = batch_mean - mean
        together: int = count + m
        products = products + batch_products + np.outer(shift, shift) * (count * m / together)
        mean = mean + shift * (m / together)
        count = together
    if products is None:
        return np.zeros(0, dtype=np.float64)
    covariance: NDArray[np.float64] = products / max(count - 1, 1)
    ascending: NDArray[np.float64] = np.linalg.eigvalsh(covariance)
    return np.maximum(ascending[::-1], 0.0)[: int(k)]


P_07_6_CHOICE: dict[str, str] = {
    "A": "regular PCA",
    "B": "incremental PCA",
    "C": "incremental PCA",
    "D": "randomized PCA",
    "E": "random projection",
    "F": "regular PCA",
}

# %% wrong: projection_dims
# Misconception: Thinks that a random projection is for tables with more features than rows: there it always makes them
# fewer, and with more rows than features there is nothing to project.
def projection_dims(n: int, d: int, eps: float) -> int:
    if d <= n:
        return d
    return math.ceil(4.0 * math.log(n) / (eps**2 / 2.0 - eps**3 / 3.0))


# %% wrong: batch_variances
# Misconception: Thinks that incremental PCA with k components is the same as PCA: what doesn't fit the first k
# components may be forgotten after each batch.
def batch_variances(batches: Iterable[NDArray[Any]], k: int) -> NDArray[np.float64]:
    from sklearn.decomposition import IncrementalPCA

    model = IncrementalPCA(n_components=int(k))
    waiting: list[NDArray[Any]] = []
    held = 0
    for batch in batches:
        waiting.append(np.asarray(batch, dtype=np.float64))
        held += len(batch)
        if held >= k:
            model.partial_fit(np.concatenate(waiting))
            waiting, held = [], 0
    if waiting:
        model.partial_fit(np.concatenate(waiting))
    return np.asarray(model.explained_variance_, dtype=np.float64)
