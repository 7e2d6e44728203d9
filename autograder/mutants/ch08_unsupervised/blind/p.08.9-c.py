# %% right
# Intent: The parameters are k - 1 weights, k d means and what the covariances take, from a table of polynomials; the
# number of components is an argmin over scikit-learn's own BIC with several starts.
def n_parameters(k: int, d: int, covariance_type: str) -> int:
    triangle = d * (d + 1) // 2
    spread = {"full": k * triangle, "tied": triangle, "diag": k * d, "spherical": k}
    return (k - 1) + k * d + spread[covariance_type]


def bic(log_likelihood: float, n_params: int, n_rows: int) -> float:
    return float(np.dot([-2.0, np.log(n_rows)], [log_likelihood, n_params]))


def best_components(X: ArrayLike, ks: Iterable[int]) -> int:
    X = np.asarray(X, dtype=float)

    def cost(k):
        return GaussianMixture(k, covariance_type="full", n_init=6, random_state=0).fit(X).bic(X)

    return int(min(ks, key=cost))


P_08_9_CHOICE: list[str] = ["a Bayesian mixture with more components than needed", "lowest BIC", "lowest AIC"]

# %% wrong: n_parameters
# Misconception: Thinks that all d * d entries of a covariance matrix are free, forgetting that it is symmetric.
def n_parameters(k: int, d: int, covariance_type: str) -> int:
    spread = {"full": k * d * d, "tied": d * d, "diag": k * d, "spherical": k}
    return (k - 1) + k * d + spread[covariance_type]


# %% wrong: best_components
# Misconception: Thinks that the shape of the covariances doesn't matter for counting groups, so the cheaper round ones
# will lead to the same number.
def best_components(X: ArrayLike, ks: Iterable[int]) -> int:
    X = np.asarray(X, dtype=float)
    fits = ((k, GaussianMixture(k, covariance_type="spherical", n_init=6, random_state=0).fit(X)) for k in ks)
    return int(min((model.bic(X), k) for k, model in fits)[1])
