# %% right
# Intent: Find the fewest components that keep the variance, then fit a mixture with diagonal covariances (a component
# sees only a few portraits), each variance raised by a twentieth of the mean variance. Sampling and scoring are a way
# back and a way forth through the PCA.
import numpy as np
from sklearn.decomposition import PCA
from sklearn.mixture import GaussianMixture


def _dimensions_needed(shares: np.ndarray, variance: float) -> int:
    kept = 0.0
    for number, share in enumerate(shares, start=1):
        kept += float(share)
        if kept >= variance:
            return number
    return len(shares)


def fit_mixture(X, n_components: int = 40, variance: float = 0.99, seed: int = 42):
    rows = np.asarray(X, dtype=np.float64)
    shares = PCA(svd_solver="full").fit(rows).explained_variance_ratio_
    pca = PCA(_dimensions_needed(shares, variance), svd_solver="full", whiten=False).fit(rows)
    reduced = pca.transform(rows)
    floor = max(0.05 * float(reduced.var(axis=0).mean()), 1e-9)
    mixture = GaussianMixture(
        n_components, covariance_type="diag", reg_covar=floor, n_init=3, max_iter=200, random_state=seed
    )
    return pca, mixture.fit(reduced)


def sample_faces(pca, mixture, n: int):
    if n < 1:
        return np.empty((0, pca.mean_.shape[0]))
    reduced, _ = mixture.sample(n)
    return pca.inverse_transform(reduced)


def face_scores(pca, mixture, X):
    return mixture.score_samples(pca.transform(np.asarray(X, dtype=np.float64)))


# %% wrong: fit_mixture
# Misconception: Thinks that a mixture, like k-means, needs columns of equal scale, so it lets the PCA whiten.
import numpy as np
from sklearn.decomposition import PCA
from sklearn.mixture import GaussianMixture


def fit_mixture(X, n_components: int = 40, variance: float = 0.99, seed: int = 42):
    pca = PCA(variance, whiten=True, random_state=seed)
    reduced = pca.fit_transform(np.asarray(X, dtype=float))
    mixture = GaussianMixture(n_components, covariance_type="diag", reg_covar=0.05, random_state=seed)
    return pca, mixture.fit(reduced)


# %% wrong: sample_faces
# Misconception: Thinks that the rows of a large sample come in random order, so that the first n of them are as good as
# any; but they come one component after the other, and the first n are all of the first few.
def sample_faces(pca, mixture, n: int):
    reduced, _ = mixture.sample(10 * n)
    return pca.inverse_transform(reduced[:n])
