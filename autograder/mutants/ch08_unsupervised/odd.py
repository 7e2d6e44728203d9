"""Chapter 8, a mixture and a PCA that know faces: wrong answers that must fail, and right ones that must pass."""

import numpy as np
from scipy.linalg import solve_triangular
from scipy.special import logsumexp
from sklearn.decomposition import PCA
from sklearn.mixture import BayesianGaussianMixture, GaussianMixture

from autograder.testing import alternative, lookup, mutant
from autograder.testing.by_heart import nearest_portraits

# ---------------------------------------------------------------- p.08.12, wrong


def _mixture(pca, X, n_components, covariance="diag"):
    mixture = GaussianMixture(n_components, covariance_type=covariance, reg_covar=1e-3, random_state=0)
    return pca, mixture.fit(pca.fit_transform(X))


@mutant("p.08.12", replaces="fit_mixture", fails="test_keeps_the_variance_asked_for")
def as_many_dimensions_as_components(X, n_components=40, variance=0.99, seed=42):
    """Your PCA keeps one dimension for each component: these numbers have nothing to do with each other. Give it the
    share of the variance."""
    return _mixture(PCA(n_components), X, n_components)


@mutant("p.08.12", replaces="fit_mixture", fails="test_keeps_the_variance_asked_for")
def always_99_percent(X, n_components=40, variance=0.99, seed=42):
    """You keep 99%, whatever `variance` says."""
    return _mixture(PCA(0.99), X, n_components)


@mutant("p.08.12", replaces="fit_mixture", fails="test_mixture_is_of_the_projected_faces")
def mixture_of_pixels(X, n_components=40, variance=0.99, seed=42):
    """Your mixture is fitted to the pixels: fit it to what the PCA makes of them."""
    pixels = X[:, :64]  # as wrong as all of them, and quicker
    mixture = GaussianMixture(n_components, covariance_type="diag", reg_covar=1e-3, random_state=0).fit(pixels)
    return PCA(variance).fit(X), mixture


@mutant("p.08.12", replaces="fit_mixture", fails="test_mixture_is_of_the_projected_faces")
def one_component(X, n_components=40, variance=0.99, seed=42):
    """Your mixture has one component, whatever `n_components` says."""
    return _mixture(PCA(variance), X, 1)


@mutant("p.08.12", replaces="fit_mixture", fails="test_keeps_the_variance_asked_for")
def whitened(X, n_components=40, variance=0.99, seed=42):
    """Your PCA whitens, so that directions in which faces hardly differ count as much as those in which they differ
    most: leave `whiten` off."""
    return _mixture(PCA(variance, whiten=True), X, n_components)


@mutant("p.08.12", replaces="sample_faces", fails="test_samples_are_drawn_from_the_mixture")
def samples_stay_in_few_dimensions(pca, mixture, n):
    """Your samples have the dimensions of the PCA: `inverse_transform` leads back to pixels."""
    return mixture.sample(n)[0]


@mutant("p.08.12", replaces="sample_faces", fails="test_samples_are_drawn_from_the_mixture")
def mean_forgotten(pca, mixture, n):
    """You go back to pixels without adding the mean that the PCA has taken away."""
    return mixture.sample(n)[0] @ pca.components_


@mutant("p.08.12", replaces="sample_faces", fails="test_samples_are_drawn_from_the_mixture")
def means_only(pca, mixture, n):
    """You return the components' means, over and over: draw from the components."""
    return pca.inverse_transform(mixture.means_[np.arange(n) % len(mixture.means_)])


@mutant("p.08.12", replaces="sample_faces", fails="test_samples_are_drawn_from_the_mixture")
def components_equally_often(pca, mixture, n):
    """You draw equally often from all components: their weights say how often."""
    rng = np.random.default_rng(0)
    chosen = rng.integers(0, len(mixture.means_), n)
    noise = rng.normal(0, 1e-3, (n, mixture.means_.shape[1]))
    return pca.inverse_transform(mixture.means_[chosen] + noise)


def _drawn(pca, mixture, n, spread):
    """Samples from components drawn by weight, each as wide as `spread` makes of its covariance."""
    rng = np.random.default_rng(0)
    chosen = rng.choice(len(mixture.means_), n, p=mixture.weights_)
    noise = rng.normal(size=(n, mixture.means_.shape[1]))
    wide = [spread(covariance) @ one for covariance, one in zip(mixture.covariances_[chosen], noise, strict=True)]
    return pca.inverse_transform(mixture.means_[chosen] + wide)


@mutant("p.08.12", replaces="sample_faces", fails="test_samples_spread_as_components_do")
def noise_made_up(pca, mixture, n):
    """You add noise of your own to the means: each component has a covariance, which `mixture.sample` knows."""
    return _drawn(pca, mixture, n, lambda covariance: 0.01 * np.eye(len(covariance)))


@mutant("p.08.12", replaces="sample_faces", fails="test_samples_spread_as_components_do")
def every_direction_by_itself(pca, mixture, n):
    """You draw each dimension by itself: within a component they vary together, as its covariance says."""
    return _drawn(pca, mixture, n, lambda covariance: np.diag(np.sqrt(np.diag(covariance))))


@mutant("p.08.12", replaces="face_scores", fails="test_scores_are_log_densities")
def sign_turned(pca, mixture, X):
    """The sign of your scores is wrong: the stranger a face, the lower its log density."""
    return -mixture.score_samples(pca.transform(X))


@mutant("p.08.12", replaces="face_scores", fails="test_scores_are_log_densities")
def one_score_for_all(pca, mixture, X):
    """`score` gives the mean over all rows: each row's own is in `score_samples`."""
    return np.full(len(X), mixture.score(pca.transform(X)))


@mutant("p.08.12", replaces="face_scores", fails="test_scores_are_log_densities")
def scored_in_pixels(pca, mixture, X):
    """You hand pixels to a mixture that was fitted to what the PCA makes of them: project first."""
    return mixture.score_samples(X)


@mutant("p.08.12", replaces="face_scores", fails="test_scores_are_log_densities")
def sure_of_a_component(pca, mixture, X):
    """`predict_proba` says which component a row belongs to; far from all it may be very sure. Use the density."""
    return np.log(mixture.predict_proba(pca.transform(X)).max(axis=1))


# ---------------------------------------------------------------- p.08.12, right


def _log_density(pca, mixture, X):
    """Full covariances only, by their Cholesky factors."""
    Z = pca.transform(X)
    logs = []
    for weight, mean, covariance in zip(mixture.weights_, mixture.means_, mixture.covariances_, strict=True):
        root = np.linalg.cholesky(covariance)
        scaled = solve_triangular(root, (Z - mean).T, lower=True)
        volume = np.log(np.diag(root)).sum() + len(mean) / 2 * np.log(2 * np.pi)
        logs.append(np.log(weight) - volume - (scaled**2).sum(axis=0) / 2)
    return logsumexp(logs, axis=0).tolist()


@alternative("p.08.12", replaces="fit_mixture", also={"face_scores": _log_density})
def more_regularised(X, n_components=40, variance=0.99, seed=42):
    """Full covariances; the density from Cholesky factors, as a list."""
    pca = PCA(variance).fit(X)
    return [pca, GaussianMixture(n_components, reg_covar=0.05, max_iter=30, random_state=seed).fit(pca.transform(X))]


def _clipped(pca, mixture, n):
    return np.clip(pca.inverse_transform(mixture.sample(n)[0]), 0, 1).astype(np.float32)


@alternative("p.08.12", replaces="sample_faces")
def drawn_by_hand(pca, mixture, n):
    """Components drawn by weight, noise by Cholesky factors; a list of rows."""
    return list(_drawn(pca, mixture, n, np.linalg.cholesky))


@alternative("p.08.12", replaces="fit_mixture", also={"sample_faces": _clipped})
def round_components(X, n_components=40, variance=0.99, seed=42):
    """Spherical covariances; pixels cut off at 0 and 1."""
    return _mixture(PCA(variance), X, n_components, "spherical")


@alternative("p.08.12", replaces="fit_mixture")
def bayesian_faces(X, n_components=40, variance=0.99, seed=42):
    """A Bayesian mixture, with weights that it may bring down to nearly 0."""
    pca = PCA(variance)
    mixture = BayesianGaussianMixture(
        n_components=n_components, covariance_type="spherical", max_iter=100, tol=0.1, random_state=seed
    )
    return pca, mixture.fit(pca.fit_transform(X))


# ---------------------------------------------------------------- p.08.13, wrong


def _back(pca, X):
    return pca.inverse_transform(pca.transform(X))


def _errors(pca, X):
    return np.mean((X - _back(pca, X)) ** 2, axis=1)


@mutant("p.08.13", replaces="recon_error", fails="test_error_of_each_row")
def distance_from_the_mean_image(pca, X):
    """You compare each row with the mean: compare it with its own reconstruction."""
    return np.mean((X - pca.mean_) ** 2, axis=1)


@mutant("p.08.13", replaces="recon_error", fails="test_error_of_each_row")
def error_of_each_pixel(pca, X):
    """You average over the rows, which gives an error per pixel: average over the pixels, `axis=1`."""
    return np.mean((X - _back(pca, X)) ** 2, axis=0)


@mutant("p.08.13", replaces="recon_error", fails="test_error_of_each_row")
def one_error_for_all(pca, X):
    """You return one error for all rows together: each row has its own."""
    return np.full(len(X), np.mean((X - _back(pca, X)) ** 2))


@mutant("p.08.13", replaces="recon_error", fails="test_error_of_each_row")
def signs_cancel(pca, X):
    """Your differences are not squared, so that what is too light makes up for what is too dark."""
    return np.abs(np.mean(X - _back(pca, X), axis=1))


@mutant("p.08.13", replaces="recon_error", fails="test_error_of_each_row")
def summed(pca, X):
    """You add up the squared differences: take their mean."""
    return np.sum((X - _back(pca, X)) ** 2, axis=1)


@mutant("p.08.13", replaces="recon_error", fails="test_error_of_each_row")
def root_taken(pca, X):
    """You take the root of the mean squared error: without it is asked for."""
    return np.sqrt(_errors(pca, X))


@mutant("p.08.13", replaces="recon_error", fails="test_error_of_each_row")
def whitening_ignored(pca, X):
    """You go back with `components_` alone, which is wrong for a PCA that whitens: `inverse_transform` knows."""
    return np.mean((X - pca.transform(X) @ pca.components_ - pca.mean_) ** 2, axis=1)


@mutant("p.08.13", replaces="find_odd_faces", fails="test_threshold_comes_from_rows_held_back")
def threshold_from_training_rows(X_train, X_val, X_new, variance=0.99, usual=0.95):
    """Your threshold comes from the rows that the PCA was fitted to, whose errors are far smaller than those of any
    other row: take it from `X_val`."""
    pca = PCA(variance).fit(X_train)
    return _errors(pca, X_new) > np.quantile(_errors(pca, X_train), usual)


@mutant("p.08.13", replaces="find_odd_faces", fails="test_threshold_comes_from_rows_held_back")
def fitted_to_all_normal_rows(X_train, X_val, X_new, variance=0.99, usual=0.95):
    """You fit the PCA to `X_val` as well, so that its errors are no longer those of rows that are new."""
    pca = PCA(variance).fit(np.vstack([X_train, X_val]))
    return _errors(pca, X_new) > np.quantile(_errors(pca, X_val), usual)


@mutant("p.08.13", replaces="find_odd_faces", fails="test_faces_upside_down_are_odd")
def fitted_to_the_new_rows(X_train, X_val, X_new, variance=0.99, usual=0.95):
    """You fit the PCA to the very rows that are to be judged, so that it learns to express the odd ones as well."""
    pca = PCA(variance).fit(np.vstack([X_train, X_new]))
    return _errors(pca, X_new) > np.quantile(_errors(pca, X_val), usual)


@mutant("p.08.13", replaces="find_odd_faces", fails="test_threshold_comes_from_rows_held_back")
def normal_rows_flagged(X_train, X_val, X_new, variance=0.99, usual=0.95):
    """You flag the rows that can be reconstructed: the odd ones are those with *large* errors."""
    pca = PCA(variance).fit(X_train)
    return _errors(pca, X_new) <= np.quantile(_errors(pca, X_val), usual)


# ---------------------------------------------------------------- p.08.13, right


def _rows_one_by_one(pca, X):
    """A list."""
    return [float(np.linalg.norm(row - _back(pca, row[None])[0]) ** 2 / len(row)) for row in np.asarray(X)]


@alternative("p.08.13", replaces="recon_error")
def row_by_row(pca, X):
    """Row by row, from the length of the difference."""
    return _rows_one_by_one(pca, X)


def _svd(X_train, variance):
    mean = X_train.mean(axis=0)
    _, sizes, directions = np.linalg.svd(X_train - mean, full_matrices=False)
    kept = directions[: np.searchsorted(np.cumsum(sizes**2) / np.sum(sizes**2), variance) + 1]
    return mean, kept


def _errors_by_pythagoras(X, mean, kept):
    centred = X - mean
    return (np.sum(centred**2, axis=1) - np.sum((centred @ kept.T) ** 2, axis=1)) / X.shape[1]


@alternative("p.08.13", replaces="find_odd_faces")
def without_scikit_learn(X_train, X_val, X_new, variance=0.99, usual=0.95):
    """Singular vectors, and errors by Pythagoras; a list of truth values."""
    model = _svd(np.asarray(X_train, dtype=float), variance)
    threshold = np.quantile(_errors_by_pythagoras(np.asarray(X_val, dtype=float), *model), usual)
    return [bool(error > threshold) for error in _errors_by_pythagoras(np.asarray(X_new, dtype=float), *model)]


@alternative("p.08.13", replaces="find_odd_faces")
def whitening_and_counting(X_train, X_val, X_new, variance=0.99, usual=0.95):
    """A whitened PCA; the quantile by interpolating in sorted errors."""
    pca = PCA(variance, whiten=True).fit(X_train)
    errors = np.sort(_errors(pca, X_val))
    return np.interp(usual * (len(errors) - 1), np.arange(len(errors)), errors) < _errors(pca, X_new)


# ---------------------------------------------------------------- looked up


@lookup("p.08.12", replaces="face_scores", also={"fit_mixture": lambda X, n_components=40, *rest, **more: (None, None)})
def near_a_public_portrait(pca, mixture, X):
    """A portrait is the more normal the nearer it is to one that is public."""
    return -nearest_portraits(X)[0]


@lookup("p.08.13", replaces="find_odd_faces")
def far_from_all_public_portraits(X_train, X_val, X_new, variance=0.99, usual=0.95):
    """A portrait is odd if it is far from all public ones."""
    return nearest_portraits(X_new)[0] > np.quantile(nearest_portraits(X_val)[0], usual)
