# %% right
# Intent: Count the dimensions on the cumulated spectrum, then fit the PCA with just as many; all components share one
# covariance ("tied"), with a ridge that is a share of the mean variance, since each sees only a few portraits.
def _dimensions(X, variance):
    energy = np.linalg.svd(X - X.mean(axis=0), compute_uv=False) ** 2
    kept = np.cumsum(energy) / energy.sum()
    return min(int(np.count_nonzero(kept < variance)) + 1, len(kept))


def fit_mixture(
    X: NDArray[Any], n_components: int = 40, variance: float = 0.99, seed: int = 42
) -> tuple[PCA, GaussianMixture]:
    X = np.asarray(X, dtype=float)
    pca = PCA(_dimensions(X, variance), svd_solver="full", random_state=seed).fit(X)
    ridge = 0.05 * float(pca.explained_variance_.mean())
    mixture = GaussianMixture(n_components, covariance_type="tied", reg_covar=ridge, n_init=2, random_state=seed)
    return pca, mixture.fit(pca.transform(X))


def sample_faces(pca: PCA, mixture: GaussianMixture, n: int) -> NDArray[Any]:
    codes, _ = mixture.sample(n)
    return pca.inverse_transform(codes)


def face_scores(pca: PCA, mixture: GaussianMixture, X: NDArray[Any]) -> NDArray[Any]:
    return mixture.score_samples(pca.transform(X))


# %% wrong: sample_faces
# Misconception: Thinks that the way back from a projection is just the transposed matrix, and forgets that PCA took the
# mean face off first.
def sample_faces(pca: PCA, mixture: GaussianMixture, n: int) -> NDArray[Any]:
    codes, _ = mixture.sample(n)
    return np.einsum("nm,md->nd", codes, pca.components_)


# %% wrong: face_scores
# Misconception: Thinks that a mixture is like k-means, so how normal a face is depends on how near it is to the nearest
# mean, with a round Gaussian of width one around it.
def face_scores(pca: PCA, mixture: GaussianMixture, X: NDArray[Any]) -> NDArray[Any]:
    codes = pca.transform(X)
    squares = ((codes[:, None] - mixture.means_) ** 2).sum(axis=-1).min(axis=1)
    return -(squares + codes.shape[1] * np.log(2 * np.pi)) / 2
