# %% right
# Intent: k - 1 weights, k means and the free entries of the covariances; GaussianMixture.bic does the choosing.
def n_parameters(k, d, covariance_type):
    triangle = d * (d + 1) // 2
    return k - 1 + k * d + {"full": k * triangle, "tied": triangle, "diag": k * d, "spherical": k}[covariance_type]


def bic(log_likelihood, n_params, n_rows):
    return n_params * np.log(n_rows).item() - 2 * log_likelihood


def best_components(X, ks):
    X = np.asarray(X, dtype=float)
    return min(ks, key=lambda k: GaussianMixture(k, n_init=5, random_state=42).fit(X).bic(X))


P_08_9_CHOICE = ["lowest AIC", "lowest BIC", "a Bayesian mixture with more components than needed"]

# %% wrong: n_parameters
# Misconception: Counts all d * d entries of a covariance matrix, as if those above the diagonal could differ from those
# below.
def n_parameters(k, d, covariance_type):
    covariances = {"full": k * d * d, "tied": d * d, "diag": k * d, "spherical": k}[covariance_type]
    return k - 1 + k * d + covariances

# %% wrong: bic
# Misconception: Thinks that each parameter costs two, however many rows there are, which is the AIC.
def bic(log_likelihood, n_params, n_rows):
    return 2 * n_params - 2 * log_likelihood
