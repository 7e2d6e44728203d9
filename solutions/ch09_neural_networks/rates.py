"""Chapter 9, learning rates (tf2.10.10): the answers."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier


def lr_sweep(
    X: NDArray[Any],
    y: NDArray[Any],
    low: float,
    high: float,
    n_rates: int = 15,
    n_epochs: int = 3,
    seed: int = 42,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Try learning rates from very low to very high.

    For each rate a *new* network is trained, all of them from the same first weights
    and with the same order of rows.

    Parameters
    ----------
    X : (n, d) floats around 0 or from 0 to 1: scaled already.
    y : (n,) class labels.
    low, high : the first and the last rate.
    n_rates : how many rates there are; each is the one before times the same factor.
    n_epochs : how often each network sees all rows.
    seed : of the first weights and of the order of the rows.

    Returns
    -------
    rates : (n_rates,)
    losses : (n_rates,) cross-entropy per row (natural logarithm) of each network on
        `X`, measured when its training has ended, not on the way; ``inf`` where it is
        not a number, or where training has failed. A probability that is exactly 0 may
        count as a very small number.

    Examples
    --------
    >>> X, y = np.array([[-1.0], [1.0]] * 40), np.array([0, 1] * 40)
    >>> rates, losses = lr_sweep(X, y, 0.0001, 1.0, n_rates=5)
    >>> rates.round(4).tolist()
    [0.0001, 0.001, 0.01, 0.1, 1.0]
    >>> bool(losses[3] < losses[0])
    True
    """
    rates = np.geomspace(low, high, n_rates)
    losses = np.full(n_rates, np.inf)
    classes = np.unique(y)
    for i, rate in enumerate(rates):
        rng = np.random.RandomState(seed)
        model = MLPClassifier(50, solver="sgd", learning_rate_init=rate, batch_size=min(32, len(X)), random_state=rng)
        try:
            with np.errstate(all="ignore"):
                for _ in range(n_epochs):
                    model.partial_fit(X, y, classes=classes)
                losses[i] = log_loss(y, model.predict_proba(X), labels=classes)
        except ValueError:  # weights that are no longer finite: the loss stays infinite
            continue
    return rates, np.where(np.isfinite(losses), losses, np.inf)


def pick_rate(rates: ArrayLike, losses: ArrayLike) -> float:
    """Choose a learning rate from a sweep: a tenth of the rate at which training fails.

    Parameters
    ----------
    rates : (n,) learning rates, growing.
    losses : (n,) the loss with each of them; ``inf`` is possible, but not everywhere.

    Returns
    -------
    Training *fails* at the first rate, among those above the rate of the lowest loss,
    whose loss is more than twice the lowest. Returned is a tenth of that rate. If there
    is none, it is the rate of the lowest loss.

    Examples
    --------
    >>> pick_rate([0.01, 0.1, 1, 10], [2.0, 0.5, 0.9, 40.0])
    1.0
    >>> pick_rate([0.01, 0.1], [2.0, 0.5])
    0.1
    """
    rates, losses = np.asarray(rates, dtype=float), np.asarray(losses, dtype=float)
    best = int(losses.argmin())
    for rate, loss in zip(rates[best + 1 :], losses[best + 1 :], strict=True):
        if loss > 2 * losses[best]:
            return float(rate / 10)
    return float(rates[best])
