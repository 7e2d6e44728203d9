"""Chapter 8, a mixture that knows faces (p.08.12) and reconstruction errors (p.08.13): the answers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.mixture import GaussianMixture


def fit_mixture(
    X: NDArray[Any], n_components: int = 40, variance: float = 0.99, seed: int = 42
) -> tuple[PCA, GaussianMixture]:
    """Learn what faces look like: a Gaussian mixture in few dimensions.

    Parameters
    ----------
    X : (n, d) normal portraits, grey values from 0 to 1.
    n_components : number of Gaussians.
    variance : the share of the variance of `X` that the PCA keeps at least, with as few
        dimensions as that takes.
    seed : for what is random.

    Returns
    -------
    (pca, mixture): scikit-learn's `PCA`, fitted to `X` and not whitening; and a mixture
    fitted to what it makes of `X`, with ``weights_``, ``means_``, ``sample`` and
    ``score_samples`` as scikit-learn's mixtures have them.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(60, 9)) * [5, 3, *[1e-3] * 7]
    >>> pca, mixture = fit_mixture(X, 4)
    >>> mixture.means_.shape
    (4, 2)
    >>> fit_mixture(X, 3, variance=0.5)[1].means_.shape
    (3, 1)
    """
    pca = PCA(variance, svd_solver="full")
    Z = pca.fit_transform(X)
    # A component sees a handful of faces in 200 dimensions: without more regularisation than usual, it expects no
    # difference at all in most directions.
    return pca, GaussianMixture(n_components, reg_covar=0.01, random_state=seed).fit(Z)


def sample_faces(pca: PCA, mixture: GaussianMixture, n: int) -> NDArray[Any]:
    """Draw new faces.

    Parameters
    ----------
    pca, mixture : as `fit_mixture` returns them.
    n : how many.

    Returns
    -------
    (n, d) grey values in the pixels of a portrait; a little below 0 or above 1 may
    occur.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(60, 9))
    >>> sample_faces(*fit_mixture(X, 2), 5).shape
    (5, 9)
    """
    Z, _ = mixture.sample(n)
    return pca.inverse_transform(Z)


def face_scores(pca: PCA, mixture: GaussianMixture, X: NDArray[Any]) -> NDArray[Any]:
    """Say how normal portraits are.

    Parameters
    ----------
    pca, mixture : as `fit_mixture` returns them.
    X : (n, d) grey values.

    Returns
    -------
    (n,) the natural logarithm of the mixture's density at each portrait: the lower, the
    stranger.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(60, 9))
    >>> pca, mixture = fit_mixture(X, 2)
    >>> rows = np.array([np.zeros(9), np.full(9, 9.0)])
    >>> usual, strange = face_scores(pca, mixture, rows)
    >>> bool(usual > strange)
    True
    """
    return mixture.score_samples(pca.transform(X))


def recon_error(pca: PCA, X: NDArray[Any]) -> NDArray[Any]:
    """Say how much of each row a PCA can't express.

    Parameters
    ----------
    pca : fitted, with ``transform`` and ``inverse_transform``.
    X : (n, d) numbers.

    Returns
    -------
    (n,) the mean of the squared differences between a row's d numbers and those of its
    reconstruction.

    Examples
    --------
    A line through the origin, and a row 3 away from it:

    >>> pca = PCA(1).fit(np.array([[-1.0, 0.0], [0.0, 0.0], [1.0, 0.0]]))
    >>> recon_error(pca, np.array([[0.5, 0.0], [8.0, 3.0]])).round(6).tolist()
    [0.0, 4.5]
    """
    return np.mean((X - pca.inverse_transform(pca.transform(X))) ** 2, axis=1)


def find_odd_faces(
    X_train: NDArray[Any], X_val: NDArray[Any], X_new: NDArray[Any], variance: float = 0.99, usual: float = 0.95
) -> NDArray[np.bool_]:
    """Point out the portraits that a PCA of normal ones can't express.

    Parameters
    ----------
    X_train : (n, d) normal portraits, which the PCA is fitted to.
    X_val : (m, d) other normal portraits, which tell what error is usual.
    X_new : (r, d) any portraits.
    variance : the share of the variance of `X_train` that the PCA keeps at least.
    usual : the threshold is this quantile (as ``np.quantile`` has it) of the
        reconstruction errors that are to be expected of normal portraits which the PCA
        has not seen.

    Returns
    -------
    (r,) truth values: whose reconstruction error is above the threshold.

    Examples
    --------
    >>> line = np.array([[-2.0, 0.0], [-1.0, 0.0], [1.0, 0.0], [2.0, 0.0]])
    >>> normal = np.array([[0.0, 0.1], [0.5, -0.2], [1.5, 0.3]])
    >>> find_odd_faces(line, normal, np.array([[7.0, 0.2], [1.0, 1.0]])).tolist()
    [False, True]
    """
    pca = PCA(variance, svd_solver="full").fit(X_train)
    threshold = np.quantile(recon_error(pca, X_val), usual)
    return recon_error(pca, X_new) > threshold
