"""Chapter 8, questions on active learning, odd rows and mixtures (p.08.6 to p.08.9): the answers."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import multivariate_normal
from sklearn.mixture import GaussianMixture

P_08_6 = """
In active learning the model chooses which instances a person should label next. That pays where unlabelled data are
plenty and every label costs time or money: radiographs that only a specialist can read, for example.

A model is trained on the few labels there are, and predicts all the rest. The instances it is least sure of go to the
person (uncertainty sampling), since their labels teach it most. With the new labels it is trained again, and so on,
until another round of labelling gains too little to be worth its price.
"""
P_08_6_RUBRIC = """
- 1 point: useful where labels are dear and unlabelled data plenty
- 1 point: a person labels the instances that the model chooses, such as those it is least sure of
- 1 point: train, ask, train again, until the gain is no longer worth it
"""


def query(probas: ArrayLike, n: int, labelled: Sequence[int]) -> list[int]:
    """Return the rows whose labels to ask for next.

    Parameters
    ----------
    probas : (m, c) probabilities of c classes for each of m rows, as ``predict_proba`` gives them.
    n : how many rows to ask for; fewer are returned if no more are left.
    labelled : numbers of the rows that have labels already.

    Returns
    -------
    Row numbers, none of them labelled: those whose most probable class is least probable, in rising order of that
    probability.

    Examples
    --------
    >>> query([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7]], 2, labelled=[])
    [1, 2]
    >>> query([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7]], 2, labelled=[1])
    [2, 0]
    """
    sure = np.max(probas, axis=1)
    known = set(labelled)
    return [int(row) for row in np.argsort(sure) if int(row) not in known][:n]


P_08_7 = """
In *anomaly detection* (or outlier detection) the training data may contain outliers. The algorithm has to find them
there, and it can look for more in new data: typing errors in a table that is to be cleaned, for example. An isolation
forest is often used.

In *novelty detection* the training data are taken to be clean: everything in them is normal. What is looked for is
something new, an instance unlike all of them. A one-class SVM suits that, but is misled if the training data were not
clean after all.
"""
P_08_7_RUBRIC = """
- 1 point: anomaly detection: training data may contain outliers, which are to be found as well
- 1 point: novelty detection: training data are taken to be clean, and new instances unlike them are flagged
- 1 point: a fitting algorithm or example for each (such as isolation forest; one-class SVM)
"""


def flag(
    task: str, train_scores: ArrayLike, new_scores: ArrayLike, n_odd: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Point out the odd rows, given how normal each of them is.

    Parameters
    ----------
    task :
        - ``"novelty"``: all training rows are normal; a new row is odd if its score is below all of theirs;
        - ``"anomaly"``: the `n_odd` training rows with the lowest scores are odd, and so is a new row whose score is
          not above all of theirs.
    train_scores : (n,) numbers, all different: how normal each training row is. The lower, the stranger.
    new_scores : (m,) numbers, the same for new rows.
    n_odd : how many outliers are expected among the training rows, 1 to n - 1. Novelty detection expects none, whatever
        it says here.

    Returns
    -------
    Truth values for the training rows (n,) and for the new rows (m,): which are odd.

    Examples
    --------
    >>> train, new = flag("novelty", [3.0, 5.0, 4.0], [2.0, 6.0, 3.5], 1)
    >>> train.tolist(), new.tolist()
    ([False, False, False], [True, False, False])
    """
    train_scores, new_scores = np.asarray(train_scores), np.asarray(new_scores)
    if task == "novelty":
        return np.zeros(len(train_scores), dtype=bool), new_scores < train_scores.min()
    threshold = np.sort(train_scores)[n_odd - 1]
    return train_scores <= threshold, new_scores <= threshold


# For each of the cases a to d "anomaly" or "novelty".
P_08_7_CHOICE: dict[str, str] = {"a": "anomaly", "b": "novelty", "c": "novelty", "d": "anomaly"}
P_08_8 = """
A Gaussian mixture is a model of how data came about: each instance was drawn from one of k Gaussian distributions,
which of them was decided by chance, with k fixed weights. The weights, and each Gaussian's mean and covariance, are
unknown and estimated from the data, usually by expectation-maximisation.

It is used to estimate a density, for clustering (a soft one: every instance has a probability for each cluster), for
anomaly detection (instances at places of low density), and to draw new instances like those in the data.
"""
P_08_8_RUBRIC = """
- 1 point: data are taken to come from a mixture of Gaussians
- 1 point: whose weights, means and covariances are unknown and estimated
- 1 point: two uses or more (density estimation, (soft) clustering, anomaly detection, drawing new instances)
"""


def mixture_density(X: ArrayLike, weights: ArrayLike, means: ArrayLike, covariances: ArrayLike) -> NDArray[np.float64]:
    """Return the density of a Gaussian mixture.

    Parameters
    ----------
    X : (n, d) numbers; n and d are 2 or more.
    weights : (k,) positive numbers that add up to 1.
    means : (k, d) numbers.
    covariances : (k, d, d) numbers, one matrix for each component.

    Returns
    -------
    (n,) the density at each row.

    Examples
    --------
    >>> mixture_density([[0, 0], [3, 4]], [1.0], [[0, 0]], [[[1, 0], [0, 1]]]).round(6).tolist()
    [0.159155, 1e-06]
    """
    return _joint(X, weights, means, covariances).sum(axis=1)


def responsibilities(X: ArrayLike, weights: ArrayLike, means: ArrayLike, covariances: ArrayLike) -> NDArray[np.float64]:
    """Return how probable it is that a row came from each component, given where it is.

    Parameters
    ----------
    X, weights, means, covariances : as in `mixture_density`.

    Returns
    -------
    (n, k) probabilities.

    Examples
    --------
    >>> unit = [[1, 0], [0, 1]]
    >>> responsibilities([[0, 0], [0, 9]], [0.25, 0.75], [[0, -1], [0, 1]], [unit, unit]).round(4).tolist()
    [[0.25, 0.75], [0.0, 1.0]]
    """
    joint = _joint(X, weights, means, covariances)
    return joint / joint.sum(axis=1, keepdims=True)


def _joint(X: ArrayLike, weights: ArrayLike, means: ArrayLike, covariances: ArrayLike) -> NDArray[np.float64]:
    """Return (n, k): the weight of each component times its density at each row."""
    parts = [multivariate_normal(m, c).pdf(X) for m, c in zip(np.asarray(means), np.asarray(covariances), strict=True)]
    return np.transpose(parts) * np.asarray(weights)


def sample_mixture(
    weights: ArrayLike, means: ArrayLike, covariances: ArrayLike, n: int, seed: int = 42
) -> NDArray[np.float64]:
    """Draw rows from a Gaussian mixture.

    Parameters
    ----------
    weights, means, covariances : as in `mixture_density`.
    n : how many rows.
    seed : the same seed draws the same rows.

    Returns
    -------
    (n, d) numbers.

    Examples
    --------
    >>> sample_mixture([0.5, 0.5], [[0, 0], [9, 9]], [[[1, 0], [0, 1]]] * 2, 7).shape
    (7, 2)
    """
    rng = np.random.default_rng(seed)
    means, covariances = np.asarray(means), np.asarray(covariances)
    component = rng.choice(len(means), n, p=weights)
    return np.array([rng.multivariate_normal(means[c], covariances[c]) for c in component])


def n_parameters(k: int, d: int, covariance_type: str) -> int:
    """Return how many free numbers a Gaussian mixture has.

    Parameters
    ----------
    k : number of components.
    d : number of dimensions.
    covariance_type : as in scikit-learn: ``"full"`` (each component has a covariance matrix of its own),
        ``"tied"`` (all share one), ``"diag"`` (each has its own variance along each axis), ``"spherical"`` (each has
        one variance).

    Examples
    --------
    >>> n_parameters(1, 1, "full")
    2
    """
    covariances = {"full": k * d * (d + 1) // 2, "tied": d * (d + 1) // 2, "diag": k * d, "spherical": k}
    return covariances[covariance_type] + k * d + (k - 1)  # the weights add up to 1, so the last is not free


def bic(log_likelihood: float, n_params: int, n_rows: int) -> float:
    """Return the Bayesian information criterion of a model: the lower, the better.

    Parameters
    ----------
    log_likelihood : natural logarithm of the likelihood of all rows together.
    n_params : how many parameters were learned.
    n_rows : from how many rows.

    Examples
    --------
    >>> bic(-10.0, 0, 50)
    20.0
    """
    return n_params * math.log(n_rows) - 2 * log_likelihood


def best_components(X: ArrayLike, ks: Iterable[int]) -> int:
    """Return the number of components with the lowest BIC, for a Gaussian mixture with full covariances.

    Parameters
    ----------
    X : (n, d) numbers.
    ks : the numbers to try.

    Examples
    --------
    >>> X = np.concatenate([np.random.default_rng(0).normal(m, 1, (50, 2)) for m in (0, 30)])
    >>> best_components(X, [1, 2, 3])
    2
    """
    criteria = {k: GaussianMixture(k, n_init=5, random_state=42).fit(X).bic(np.asarray(X)) for k in ks}
    return min(criteria, key=lambda k: criteria[k])


# All the ways that work, in any order.
P_08_9_CHOICE: list[str] = ["lowest BIC", "lowest AIC", "a Bayesian mixture with more components than needed"]
