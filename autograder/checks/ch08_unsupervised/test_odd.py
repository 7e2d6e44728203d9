"""Hidden checks of chapter 8: a mixture that knows faces (p.08.12) and reconstruction errors (p.08.13)."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from autograder.checks.ch08_unsupervised.inputs import darkened, numbers, on_their_side, portraits, upside_down
from autograder.testing import check

# ---------------------------------------------------------------- p.08.12


def _table(rng, n: int = 150, d: int = 12) -> np.ndarray:
    """Return rows whose variance falls from one direction to the next; the columns are mixtures of these."""
    mix = np.linalg.qr(rng.normal(size=(d, d)))[0]
    return (rng.normal(size=(n, d)) * 0.6 ** np.arange(d)) @ mix + rng.normal(size=d)


def _fewest(X: np.ndarray, variance: float) -> int:
    """Return how many directions it takes to keep that much variance."""
    shares = np.linalg.svd(X - X.mean(axis=0), compute_uv=False) ** 2
    return int(np.sum(np.cumsum(shares) / shares.sum() < variance)) + 1


@check("p.08.12", core=True, hint="What does `PCA` do with a number between 0 and 1?")
def test_keeps_the_variance_asked_for(student, rng):
    """The PCA keeps the share of the variance that is asked for, 99% or another, in as few dimensions as that takes;
    it does not whiten."""
    for variance in (0.99, round(rng.uniform(0.55, 0.95), 3)):
        X = _table(rng)
        pca, _ = student.fit_mixture(X, 3, variance)
        Z = numbers(pca.transform(X), len(X), _fewest(X, variance))
        left = X - numbers(pca.inverse_transform(Z), *X.shape)
        total = np.sum((X - X.mean(axis=0)) ** 2)
        assert_allclose(np.sum(Z**2) + np.sum(left**2), total)
        assert np.sum(left**2) <= (1 - variance) * total * (1 + 1e-6)


@check("p.08.12", core=True, hint="What is the mixture fitted to: to the pixels, or to what the PCA makes of them?")
def test_mixture_is_of_the_projected_faces(student, rng):
    """The mixture has as many components as asked for, in the dimensions of the PCA, and its mean is that of the
    training rows there; the same seed gives the same mixture."""
    for n_components in (2, int(rng.integers(3, 8))):
        X = _table(rng)
        pca, mixture = student.fit_mixture(X, n_components)
        Z = numbers(pca.transform(X), len(X), _fewest(X, 0.99))
        weights = numbers(mixture.weights_, n_components)
        means = numbers(mixture.means_, n_components, Z.shape[1])
        assert_allclose(weights.sum(), 1)
        assert weights.min() >= 0
        assert np.all(np.abs(weights @ means - Z.mean(axis=0)) < 0.2 * Z.std(axis=0))
        assert np.all(means.min(axis=0) >= Z.min(axis=0) - 1e-6)
    X, seed = _table(rng), int(rng.integers(1_000))
    first, again = (numbers(student.fit_mixture(X, 8, 0.99, seed)[1].means_, 8, _fewest(X, 0.99)) for _ in range(2))
    assert_allclose(first, again, rtol=1e-6, atol=1e-6)


def known_model(mean, directions, weights, means, covariances, seed):
    """Return a PCA and a mixture that have these attributes, as if they had been fitted."""
    import numpy as np
    from sklearn.decomposition import PCA
    from sklearn.mixture import GaussianMixture

    k, d = directions.shape
    pca = PCA(k)
    pca.mean_, pca.components_, pca.n_components_, pca.n_features_in_ = mean, directions, k, d
    pca.explained_variance_ = np.ones(k)
    mixture = GaussianMixture(len(weights), random_state=seed)
    mixture.weights_, mixture.means_, mixture.covariances_ = weights, means, covariances
    mixture.precisions_cholesky_ = np.array([np.linalg.inv(np.linalg.cholesky(c)).T for c in covariances])
    mixture.n_features_in_ = k
    return pca, mixture


def _parameters(rng, k: int, d: int, n: int, spread: float) -> tuple[np.ndarray, ...]:
    """Return mean, directions, weights, means and covariances; images of d pixels, around mid grey."""
    directions = np.linalg.qr(rng.normal(size=(d, d)))[0][:k]
    root = rng.normal(size=(n, k, k)) * spread
    covariances = root @ root.transpose(0, 2, 1) + spread**2 * np.eye(k)
    return rng.uniform(0.4, 0.6, d), directions, rng.dirichlet(np.full(n, 5.0)), rng.normal(0, 0.5, (n, k)), covariances


def _density(parameters, X) -> np.ndarray:
    mean, directions, weights, means, covariances = parameters
    Z = (X - mean) @ directions.T
    each = [multivariate_normal(m, c).logpdf(Z) for m, c in zip(means, covariances, strict=True)]
    return logsumexp(np.array(each), axis=0, b=weights[:, None])


@check("p.08.12", core=True, weight=2, hint="Project first; then, what does the mixture call the log density of rows?")
def test_scores_are_log_densities(student, rng):
    """With a PCA and a mixture of ours, each portrait gets the logarithm of its density, whichever others come with
    it."""
    for _ in range(3):
        parameters = _parameters(rng, int(rng.integers(2, 5)), 9, int(rng.integers(2, 6)), 0.3)
        pca, mixture = student.probe_(known_model)(*parameters, int(rng.integers(10**6)))
        X = rng.normal(0.5, 0.4, (int(rng.integers(8, 20)), 9))
        found = numbers(student.face_scores(pca, mixture, X), len(X))
        assert_allclose(found, _density(parameters, X), rtol=1e-6, atol=1e-6)
        assert_allclose(numbers(student.face_scores(pca, mixture, X[3:4]), 1), found[3:4], rtol=1e-6, atol=1e-6)


@check("p.08.12", core=True, weight=2, hint="The mixture draws in few dimensions. Which method of PCA leads back?")
def test_samples_are_drawn_from_the_mixture(student, rng):
    """With a PCA and a mixture of ours, every sample is an image near one of the components, and components are drawn
    as often as their weights say."""
    n = 1_500
    for _ in range(2):
        # Narrow components far apart, so that there is no doubt which one a sample is from.
        parameters = _parameters(rng, 6, 25, 3, 0.004)
        mean, directions, weights, means, _ = parameters
        pca, mixture = student.probe_(known_model)(*parameters, int(rng.integers(10**6)))
        images = numbers(student.sample_faces(pca, mixture, n), n, 25)
        gaps = np.linalg.norm(images[:, None] - (mean + means @ directions).clip(0, 1), axis=2)
        gaps = np.minimum(gaps, np.linalg.norm(images[:, None] - (mean + means @ directions), axis=2))
        assert gaps.min(axis=1).max() < 0.15
        shares = np.bincount(gaps.argmin(axis=1), minlength=3) / n
        assert_allclose(shares, weights, atol=5 * 0.5 / np.sqrt(n))
        assert len(np.unique(images.round(9), axis=0)) == n


@check("p.08.12", hint="How wide is each component, and in which directions? What does the mixture itself draw?")
def test_samples_spread_as_components_do(student, rng):
    """With a PCA and a mixture of ours, the samples near each component have its mean and its covariance."""
    mean, directions, weights, _, covariances = _parameters(rng, 4, 25, 3, 0.004)
    means = 0.2 * rng.permutation(np.eye(3, 4))  # far apart, and all pixels within 0 and 1
    parameters = mean, directions, 0.2 + 0.4 * weights, means, covariances
    pca, mixture = student.probe_(known_model)(*parameters, int(rng.integers(10**6)))
    Z = (numbers(student.sample_faces(pca, mixture, 2_000), 2_000, 25) - mean) @ directions.T
    component = np.linalg.norm(Z[:, None] - means, axis=2).argmin(axis=1)
    for number in range(3):
        mine = Z[component == number]
        # Standardised, they have means of 0 and the unit matrix as their covariance; the bounds are 5 sigma and more.
        standard = np.linalg.solve(np.linalg.cholesky(covariances[number]), (mine - means[number]).T)
        assert np.abs(standard.mean(axis=1)).max() < 5 / np.sqrt(len(mine))
        assert np.abs(np.cov(standard) - np.eye(4)).max() < 8 / np.sqrt(len(mine))


@check("p.08.12", hint="Is the mean added again when you go back to pixels?")
def test_samples_look_like_faces(student, rng):
    """After training on portraits, new ones have 4,096 finite values near the range of pixels, the average of many
    is the average face, and they are no copies."""
    X = portraits(rng, 7)[0]
    images = numbers(student.sample_faces(*student.fit_mixture(X, 40), 300), 300, 4096)
    assert -1 < images.min() < images.max() < 2
    assert np.sqrt(np.mean((images.mean(axis=0) - X.mean(axis=0)) ** 2)) < 0.06
    assert np.mean(images.std(axis=0)) > 0.3 * np.mean(X.std(axis=0))
    assert len(np.unique(images.round(6), axis=0)) == 300


@check("p.08.12", core=True, weight=2, hint="Compare the scores of a normal face and of the same face upside down.")
def test_altered_faces_score_lower(student, rng):
    """Trained on normal portraits, your model gives nearly all faces that are darkened, upside down or on their side
    lower scores than the typical score of other normal ones of the same people."""
    X, _, X_new, _ = portraits(rng, 7, 3)
    pca, mixture = student.fit_mixture(X, 40)

    def scores(rows) -> np.ndarray:
        return numbers(student.face_scores(pca, mixture, rows), len(rows))

    typical = np.median(scores(X_new))
    for alter in (darkened, upside_down, on_their_side):
        assert np.mean(scores(alter(X_new)) < typical) > 0.85


# ---------------------------------------------------------------- p.08.13


def fitted_pca(X, n, whiten):
    """Return scikit-learn's PCA, fitted."""
    from sklearn.decomposition import PCA

    return PCA(n, whiten=whiten, svd_solver="full").fit(X)


def _residual(X, n, rows) -> np.ndarray:
    """Return the mean square of what n principal directions of X leave of the rows."""
    mean = X.mean(axis=0)
    directions = np.linalg.svd(X - mean, full_matrices=False)[2][:n]
    return np.mean((rows - mean) @ (np.eye(X.shape[1]) - directions.T @ directions) * (rows - mean), axis=1)


@check("p.08.13", core=True, weight=2, hint="Subtract the reconstruction, not the mean. Which axis has the pixels?")
def test_error_of_each_row(student, rng):
    """With a PCA of ours, plain or whitened, each row gets the mean square of what its reconstruction misses."""
    for whiten in (False, True, bool(rng.random() < 0.5)):
        X, n = _table(rng, 40), int(rng.integers(2, 9))
        rows = rng.normal(size=(int(rng.integers(5, 11)), 12)) + X.mean(axis=0)
        pca = student.probe_(fitted_pca)(X, n, whiten)
        found = numbers(student.recon_error(pca, rows), len(rows))
        assert_allclose(found, _residual(X, n, rows), rtol=1e-6, atol=1e-9)
        assert_allclose(numbers(student.recon_error(pca, rows[2:3]), 1), found[2:3], rtol=1e-6, atol=1e-9)


@check("p.08.13", hint="What is left if no direction is thrown away?")
def test_nothing_is_lost_with_all_directions(student, rng):
    """A PCA that keeps all dimensions reconstructs anything: no error is left; with fewer, none is negative."""
    X = _table(rng, 40)
    rows = rng.normal(size=(30, 12))
    for n in (12, 5):
        found = numbers(student.recon_error(student.probe_(fitted_pca)(X, n, False), rows), 30)
        assert found.min() > -1e-12
        assert (found.max() < 1e-12) == (n == 12)


@check("p.08.13", core=True, weight=2, hint="How large are the errors of rows that the PCA has been fitted to?")
def test_threshold_comes_from_rows_held_back(student, rng):
    """You flag the rows whose error is above the given quantile of the errors of `X_val`, with a PCA that is fitted to
    `X_train` and keeps the share of variance asked for."""
    for variance, usual in (
        (0.99, 0.95),
        (round(rng.uniform(0.6, 0.95), 2), 0.5),
        (0.9, round(rng.uniform(0.6, 1), 2)),
    ):
        X = _table(rng, 60)
        X_val, X_new = (X[rng.integers(0, 60, n)] + rng.normal(0, 0.05, (n, 12)) for n in (40, 80))
        n = _fewest(X, variance)
        threshold, errors = np.quantile(_residual(X, n, X_val), usual), _residual(X, n, X_new)
        X_new = X_new[np.abs(errors - threshold) > 1e-6 * threshold]
        flags = np.asarray(student.find_odd_faces(X, X_val, X_new, variance, usual))
        assert flags.dtype == bool
        assert_array_equal(flags, _residual(X, n, X_new) > threshold)


@check("p.08.13", core=True, weight=2, hint="Which portraits is the PCA fitted to? Normal ones only, or all you have?")
def test_faces_upside_down_are_odd(student, rng):
    """Of normal portraits held back you flag few, of those turned upside down or on their side nearly all."""
    X, _, X_val, _, X_new, _ = portraits(rng, 6, 2, 2)

    def flagged(rows) -> float:
        flags = np.asarray(student.find_odd_faces(X, X_val, rows))
        assert flags.shape == (len(rows),)
        return float(flags.astype(bool).mean())

    # About 6% and 97%.
    assert flagged(X_new) < 0.35
    assert min(flagged(upside_down(X_new)), flagged(on_their_side(X_new))) > 0.65


@check("p.08.13", hint="Look at the reconstruction of a face that stands on its head.")
def test_trained_faces_have_larger_errors_when_altered(student, rng):
    """For every portrait that the PCA was fitted to, the error grows when it is turned upside down or on its side: most
    grow to more than the triple."""
    X = portraits(rng, 7)[0]
    pca = student.probe_(fitted_pca)(X, 0.99, False)
    before = numbers(student.recon_error(pca, X), len(X))
    for alter in (upside_down, on_their_side):
        after = numbers(student.recon_error(pca, alter(X)), len(X))
        assert np.all(after > before)
        assert np.median(after / before) > 3
