# %% right
# Intent: log densities of the components from SciPy, put together with logsumexp; sampling draws the component first
# and then shapes standard normal rows with its Cholesky factor.
from scipy.special import logsumexp, softmax
from scipy.stats import multivariate_normal


def log_joint(X, weights, means, covariances):
    X = np.asarray(X, dtype=float)
    logs = [multivariate_normal(mean, cov).logpdf(X) for mean, cov in zip(means, covariances)]
    return np.column_stack(logs) + np.log(weights)


def mixture_density(X, weights, means, covariances):
    return np.exp(logsumexp(log_joint(X, weights, means, covariances), axis=1))


def responsibilities(X, weights, means, covariances):
    return softmax(log_joint(X, weights, means, covariances), axis=1)


def sample_mixture(weights, means, covariances, n, seed=42):
    rng = np.random.default_rng(seed)
    means, factors = np.asarray(means, dtype=float), np.linalg.cholesky(np.asarray(covariances, dtype=float))
    component = rng.choice(len(means), size=n, p=np.asarray(weights))
    noise = rng.standard_normal((n, means.shape[1]))
    return means[component] + np.einsum("nij,nj->ni", factors[component], noise)

# %% wrong: responsibilities
# Misconception: Thinks that Bayes' rule can be worked out with the densities themselves, as these are never zero; for
# a row far away from all components they are zero in floating point, and no probabilities come out.
def responsibilities(X, weights, means, covariances):
    joint = np.exp(log_joint(X, weights, means, covariances))
    return joint / joint.sum(axis=1, keepdims=True)

# %% wrong: sample_mixture
# Misconception: Thinks of a covariance matrix as one spread per axis, and draws each coordinate on its own, with the
# square root of the diagonal.
def sample_mixture(weights, means, covariances, n, seed=42):
    rng = np.random.default_rng(seed)
    spreads = np.sqrt(np.diagonal(np.asarray(covariances, dtype=float), axis1=1, axis2=2))
    component = rng.choice(len(spreads), size=n, p=np.asarray(weights))
    return rng.normal(np.asarray(means, dtype=float)[component], spreads[component])
