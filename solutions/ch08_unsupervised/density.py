"""Chapter 8, questions on active learning, odd rows and mixtures (p.08.6 to p.08.9): the answers."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import multivariate_normal
from sklearn.mixture import GaussianMixture

P_08_6 = """
The model decides. It is trained on the few pictures that have a diagnosis and looks at all the others; where it hardly
leans to either side, her word will teach it most, so that is what she sees next. (One can also show her what is most
unlike all she has seen.) What she says is added to the training set, the model is trained again, and is unsure about
other pictures now. She may go home when a round of her answers no longer makes it better on pictures kept for that, or
not by as much as the round has cost.
"""
P_08_6_RUBRIC = """
- 1 point: the model chooses what a person labels next, such as the rows it is least sure of
- 1 point: train, ask, train again, until that gains less than it costs; it pays where labels are dear and rows are not
"""


def query(probas: ArrayLike, n: int, labelled: Sequence[int]) -> list[int]:
    """Return the rows whose labels to ask for next.

    Parameters
    ----------
    probas : (m, c) probabilities of c classes for each of m rows, as ``predict_proba``
        gives them.
    n : how many rows to ask for; fewer are returned if no more are left.
    labelled : numbers of the rows that have labels already.

    Returns
    -------
    Row numbers, none of them labelled: those whose most probable class is least
    probable, in rising order of that probability.

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
The canteen is a case for *anomaly detection*. Among the hours it learned from, some were smoke, and it doesn't know
which: the model has to mistrust its own training rows, point at the odd ones, and do the same for new hours. An
isolation forest, which looks for rows that are quickly set apart, is a good choice.

In the other kitchen all that was learned is normal by promise: *novelty detection*. Only new hours are under suspicion,
and whatever is unlike everything before is an alarm, for which a one-class SVM can draw the border.

If the detector of the clean kitchen were put up in the canteen, it would learn there that a little smoke is part of
cooking. The other way round, it would throw out some clean hours for nothing.
"""
P_08_7_RUBRIC = """
- 1 point: anomaly detection (canteen): there may be outliers among the training rows, and they have to be found, too
- 1 point: novelty detection (clean kitchen): training rows are all normal, new rows unlike them are flagged; with a
  fitting algorithm for each (such as isolation forest; one-class SVM)
"""


def flag(
    task: str, train_scores: ArrayLike, new_scores: ArrayLike, n_odd: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Point out the odd rows, given how normal each of them is.

    Parameters
    ----------
    task :
        - ``"novelty"``: all training rows are normal; a new row is odd if its score is
          below all of theirs;
        - ``"anomaly"``: the `n_odd` training rows with the lowest scores are odd, and
          so is a new row whose score is not above all of theirs.
    train_scores : (n,) numbers, all different: how normal each training row is. The
        lower, the stranger.
    new_scores : (m,) numbers, the same for new rows.
    n_odd : how many outliers are expected among the training rows, 1 to n - 1. Novelty
        detection expects none, whatever it says here.

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
It takes for granted that there are some groups, two here, and that within each the heights follow a bell curve of their
own, a Gaussian; that for each row a lot was drawn to say which group it comes from; and that the lot was lost. How
large the groups are (the weights), where each bell has its middle and how wide it is (with more columns: its
covariance) is found out from the rows, by steps that make them more and more likely.

Afterwards it tells how probable it is that somebody of 1.75 m is a man, which is a soft clustering. It gives the
density at any height, so that somebody of 2.60 m is noticed as odd, and it can make up new people.
"""
P_08_8_RUBRIC = """
- 1 point: each row comes from one of several Gaussians, which one is unknown; weights, means and covariances are
  estimated
- 1 point: two uses or more (density estimation, (soft) clustering, anomaly detection, drawing new rows)
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
    >>> X, unit = [[0, 0], [3, 4]], [[1, 0], [0, 1]]
    >>> mixture_density(X, [1.0], [[0, 0]], [unit]).round(6).tolist()
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
    >>> X, weights, means = [[0, 0], [0, 9]], [0.25, 0.75], [[0, -1], [0, 1]]
    >>> responsibilities(X, weights, means, [unit, unit]).round(4).tolist()
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
    """Draw rows from a Gaussian mixture, independently of each other.

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
    covariance_type : as in scikit-learn: ``"full"`` (each component has a covariance
        matrix of its own), ``"tied"`` (all share one), ``"diag"`` (each has its own
        variance along each axis), ``"spherical"`` (each has one variance).

    Examples
    --------
    >>> n_parameters(1, 1, "full")
    2
    """
    covariances = {"full": k * d * (d + 1) // 2, "tied": d * (d + 1) // 2, "diag": k * d, "spherical": k}
    return covariances[covariance_type] + k * d + (k - 1)  # the weights add up to 1, so the last is not free


def bic(log_likelihood: float, n_params: int, n_rows: int) -> float:
    """Return the Bayesian information criterion of a model,
    with the sign that it has in scikit-learn.

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
    """Return the number of components that the BIC would choose,
    for a Gaussian mixture with full covariances.

    Parameters
    ----------
    X : (n, d) numbers.
    ks : the numbers to try.

    Examples
    --------
    >>> noise = np.random.default_rng(0).normal(0, 1, (50, 2))
    >>> X = np.concatenate([noise, 30 + noise])
    >>> best_components(X, [1, 2, 3])
    2
    """
    criteria = {k: GaussianMixture(k, n_init=5, random_state=42).fit(X).bic(np.asarray(X)) for k in ks}
    return min(criteria, key=lambda k: criteria[k])


# All the ways that work, in any order.
P_08_9_CHOICE: list[str] = ["lowest BIC", "lowest AIC", "a Bayesian mixture with more components than needed"]
