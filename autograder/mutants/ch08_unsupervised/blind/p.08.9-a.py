# %% right
# Intent: Count weights (one less than components), means and covariances separately; the BIC is
# n_params * ln(n_rows) - 2 * log-likelihood, and the mixture whose BIC is lowest wins.
import math

import numpy as np
from sklearn.mixture import GaussianMixture


def n_parameters(k: int, d: int, covariance_type: str) -> int:
    one_matrix = d * (d + 1) // 2
    spread: dict[str, int] = {"full": k * one_matrix, "tied": one_matrix, "diag": k * d, "spherical": k}
    if covariance_type not in spread:
        raise ValueError(f"unknown covariance type: {covariance_type!r}")
    weights = k - 1
    return weights + k * d + spread[covariance_type]


def bic(log_likelihood: float, n_params: int, n_rows: int) -> float:
    return float(n_params * math.log(n_rows) - 2.0 * log_likelihood)


def best_components(X, ks) -> int:
    rows = np.asarray(X, dtype=np.float64)
    best, lowest = 0, math.inf
    for k in ks:
        model = GaussianMixture(int(k), covariance_type="full", n_init=5, random_state=0).fit(rows)
        criterion = float(model.bic(rows))
        if criterion < lowest:
            best, lowest = int(k), criterion
    return best


P_08_9_CHOICE: list[str] = ["lowest BIC", "lowest AIC", "a Bayesian mixture with more components than needed"]

# %% wrong: n_parameters
# Misconception: Thinks that all d * d entries of a covariance matrix are free, forgetting that it is symmetric.
def n_parameters(k: int, d: int, covariance_type: str) -> int:
    spread = {"full": k * d * d, "tied": d * d, "diag": k * d, "spherical": k}
    return k - 1 + k * d + spread[covariance_type]


# %% wrong: best_components
# Misconception: Thinks that AIC and BIC are two names for the same choice, and takes the lowest AIC, which charges far
# less for a parameter as soon as there are many rows.
import numpy as np
from sklearn.mixture import GaussianMixture


def best_components(X, ks) -> int:
    rows = np.asarray(X, dtype=float)
    criteria = {}
    for k in ks:
        criteria[int(k)] = GaussianMixture(int(k), n_init=5, random_state=0).fit(rows).aic(rows)
    return min(criteria, key=criteria.get)
