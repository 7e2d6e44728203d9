"""Chapter 9, digits (tf2.10.10): the answers."""

import copy
import pickle
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from solutions.ch09_neural_networks.rates import lr_sweep, pick_rate


def _begun(rate: float, hidden: tuple[int, ...], n: int, seed: int) -> dict[str, Any]:
    """Return the state of a training before its first epoch."""
    rng = np.random.RandomState(seed)
    network = MLPClassifier(hidden, solver="sgd", learning_rate_init=rate, batch_size=min(32, n), random_state=rng)
    return {"network": network, "best": network, "losses": []}


def train_digits(
    X_train: NDArray[Any],
    y_train: NDArray[Any],
    X_val: NDArray[Any],
    y_val: NDArray[Any],
    rate: float,
    n_epochs: int,
    hidden: tuple[int, ...] = (300, 100),
    patience: int = 5,
    seed: int = 42,
    checkpoint: bytes | None = None,
) -> dict[str, Any]:
    """Train a network that reads digits, or go on with a training that was interrupted.

    Parameters
    ----------
    X_train, y_train : (n, 784) pixels from 0 to 255, uint8, and (n,) whole numbers.
    X_val, y_val : (k, 784) and (k,), rows for validation, with labels of `y_train`.
    rate, hidden : the learning rate of the solver, which is yours to choose, and the
        sizes of the hidden layers. The rate is not so high that training fails.
    n_epochs : the number of epochs, those before the checkpoint counted as well.
    patience : training ends after so many epochs in a row without a new lowest loss on
        the validation rows, or after `n_epochs`.
    seed : of everything that is left to chance.
    checkpoint : what an earlier call has returned under that name, with the same rows
        and settings except `n_epochs`; None to begin. A training that goes on from it
        ends with the same model and losses as one that was never interrupted.

    Returns
    -------
    dict with

    - ``"model"``: the network of the epoch with the lowest validation loss. Its
      ``predict`` and ``predict_proba`` take (j, 784) pixels, 0 to 255, and return
      labels, (j,), and a column for each label of `y_train`, from the lowest up.
    - ``"losses"``: a list with the validation loss after each epoch of all: cross-
      entropy per row (natural logarithm).
    - ``"checkpoint"``: bytes with all that is needed to go on.

    Examples
    --------
    >>> X = np.zeros((40, 784), dtype=np.uint8)
    >>> X[20:] = 255
    >>> y = np.repeat([3, 8], 20)
    >>> first = train_digits(X, y, X, y, rate=0.01, n_epochs=2, hidden=(5,))
    >>> more = train_digits(X, y, X, y, 0.01, 3, (5,), checkpoint=first["checkpoint"])
    >>> len(more["losses"]), more["losses"][:2] == first["losses"]
    (3, True)
    """
    # The checkpoint was made by us: the network has its optimizer and its random numbers with it.
    state = pickle.loads(checkpoint) if checkpoint else _begun(rate, hidden, len(X_train), seed)  # noqa: S301
    scaler = MinMaxScaler().fit(X_train)
    Z_train, Z_val = (scaler.transform(X).astype(np.float32) for X in (X_train, X_val))
    classes, losses = np.unique(y_train), state["losses"]
    while len(losses) < n_epochs and (not losses or len(losses) - np.argmin(losses) <= patience):
        state["network"].partial_fit(Z_train, y_train, classes=classes)  # one epoch
        losses.append(float(log_loss(y_val, state["network"].predict_proba(Z_val), labels=classes)))
        if losses[-1] == min(losses):
            state["best"] = copy.deepcopy(state["network"])
    return {"model": make_pipeline(scaler, state["best"]), "losses": losses, "checkpoint": pickle.dumps(state)}


def fit_digits(X: NDArray[Any], y: NDArray[Any], seed: int = 42) -> Any:
    """Train a multilayer perceptron that reads digits, from nothing but labelled rows.

    Parameters
    ----------
    X : (n, 784) pixels from 0 to 255, uint8, in any order.
    y : (n,) whole numbers, the digits; some of them may be lacking.
    seed : of everything that is left to chance: the same seed gives the same model.

    Returns
    -------
    A fitted model. Its ``predict`` takes (j, 784) pixels, 0 to 255, and returns (j,)
    digits.

    Examples
    --------
    >>> X = np.zeros((80, 784), dtype=np.uint8)
    >>> X[40:] = 255
    >>> model = fit_digits(X, np.repeat([3, 8], 40))
    >>> model.predict(X[[5, 70]]).tolist()
    [3, 8]
    >>> model.predict(X[:1]).shape
    (1,)
    """
    X_train, X_val, y_train, y_val = train_test_split(X, y, test_size=0.1, stratify=y, random_state=seed)
    few = slice(0, 1_000)  # already shuffled
    rates, losses = lr_sweep(X_train[few] / np.float32(255), y_train[few], 0.001, 10.0, n_rates=9, seed=seed)
    hidden = (100,) if len(X) < 10_000 else (300, 100)
    rate = min(pick_rate(rates, losses), 0.1)
    return train_digits(X_train, y_train, X_val, y_val, rate, 40, hidden, seed=seed)["model"]
