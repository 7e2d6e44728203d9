# %% right
# Intent: Project, bring back, and average the squared differences of each row; the threshold is the quantile of the
# errors of X_val alone, since the PCA has been fitted to X_train and knows these portraits too well.
import numpy as np
from sklearn.decomposition import PCA


def _fit_pca(X: np.ndarray, variance: float) -> PCA:
    shares = PCA(svd_solver="full").fit(X).explained_variance_ratio_
    kept, count = 0.0, len(shares)
    for number, share in enumerate(shares, start=1):
        kept += float(share)
        if kept >= variance:
            count = number
            break
    return PCA(count, svd_solver="full").fit(X)


def recon_error(pca, X):
    rows = np.asarray(X, dtype=np.float64)
    back = pca.inverse_transform(pca.transform(rows))
    return ((rows - back) ** 2).mean(axis=1)


def find_odd_faces(X_train, X_val, X_new, variance: float = 0.99, usual: float = 0.95):
    pca = _fit_pca(np.asarray(X_train, dtype=np.float64), variance)
    threshold = float(np.quantile(recon_error(pca, X_val), usual))
    return recon_error(pca, X_new) > threshold


# %% wrong: find_odd_faces
# Misconception: Thinks that all normal portraits tell what is usual, so it takes the quantile of the errors of the
# training and the validation rows together, though those the PCA was fitted to are reconstructed far better.
import numpy as np


def find_odd_faces(X_train, X_val, X_new, variance: float = 0.99, usual: float = 0.95):
    pca = _fit_pca(np.asarray(X_train, dtype=float), variance)
    errors = np.concatenate([recon_error(pca, X_train), recon_error(pca, X_val)])
    return recon_error(pca, X_new) > np.quantile(errors, usual)


# %% wrong: recon_error, find_odd_faces
# Misconception: Thinks that projecting on the components is all that a PCA does, and forgets that it takes the mean off
# before and puts it back afterwards.
import numpy as np


def recon_error(pca, X):
    rows = np.asarray(X, dtype=float)
    back = rows @ pca.components_.T @ pca.components_
    return ((rows - back) ** 2).mean(axis=1)
