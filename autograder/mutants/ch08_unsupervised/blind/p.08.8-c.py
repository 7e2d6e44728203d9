# %% right
# Intent: A class keeps the eigen-decompositions of the covariances; whitening by them gives the log of weight times
# density, from which the density is a log-sum-exp, the responsibilities a softmax, and samples are unwhitened noise.
class Bells:
    def __init__(self, weights, means, covariances):
        self.w = np.asarray(weights, dtype=float)
        self.mu = np.asarray(means, dtype=float)
        self.lam, self.Q = np.linalg.eigh(np.asarray(covariances, dtype=float))

    def log_joint(self, X):
        """(n, k): log of the weight times the density of each component."""
        away = np.asarray(X, dtype=float)[:, None] - self.mu
        white = np.einsum("nkd,kde->nke", away, self.Q) / np.sqrt(self.lam)
        log_volume = np.log(2 * np.pi * self.lam).sum(axis=-1)
        return np.log(self.w) - (np.einsum("nke,nke->nk", white, white) + log_volume) / 2

    def draw(self, n, rng):
        whose = rng.choice(len(self.w), size=n, p=self.w / self.w.sum())
        noise = rng.standard_normal((n, self.mu.shape[1])) * np.sqrt(np.clip(self.lam[whose], 0, None))
        return self.mu[whose] + np.einsum("nde,ne->nd", self.Q[whose], noise)


def mixture_density(X: ArrayLike, weights: ArrayLike, means: ArrayLike, covariances: ArrayLike) -> NDArray[np.float64]:
    return np.exp(np.logaddexp.reduce(Bells(weights, means, covariances).log_joint(X), axis=1))


def responsibilities(X: ArrayLike, weights: ArrayLike, means: ArrayLike, covariances: ArrayLike) -> NDArray[np.float64]:
    joint = Bells(weights, means, covariances).log_joint(X)
    return np.exp(joint - np.logaddexp.reduce(joint, axis=1, keepdims=True))


def sample_mixture(
    weights: ArrayLike, means: ArrayLike, covariances: ArrayLike, n: int, seed: int = 42
) -> NDArray[np.float64]:
    return Bells(weights, means, covariances).draw(n, np.random.default_rng(seed))


# %% wrong: responsibilities
# Misconception: Thinks that only the weight and the (Mahalanobis) distance decide whose a row is, since the factor in
# front of a Gaussian is "only a constant" that cancels, though it differs between components.
def responsibilities(X: ArrayLike, weights: ArrayLike, means: ArrayLike, covariances: ArrayLike) -> NDArray[np.float64]:
    bells = Bells(weights, means, covariances)
    joint = bells.log_joint(X) + np.log(bells.lam).sum(axis=-1) / 2
    return np.exp(joint - np.logaddexp.reduce(joint, axis=1, keepdims=True))


# %% wrong: sample_mixture
# Misconception: Thinks that a mixture is the weighted sum of Gaussian variables, and mixes a draw of every component
# into each row instead of drawing the component first.
def sample_mixture(
    weights: ArrayLike, means: ArrayLike, covariances: ArrayLike, n: int, seed: int = 42
) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    draws = [rng.multivariate_normal(mean, cov, size=n) for mean, cov in zip(means, covariances)]
    return np.einsum("k,knd->nd", np.asarray(weights, dtype=float), np.array(draws))
