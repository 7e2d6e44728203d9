"""Graphs and compiled functions, logistic regression with checkpoints (tf1.09.12): the answers."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def predict_proba(theta: ArrayLike, X: ArrayLike) -> Array:
    """Return the probability of class 1 for each row.

    Parameters
    ----------
    theta : (1 + d,), the bias, then the weights.
    X : (n, d), without a column of ones. Scores of any size are fine: no warning, no
        nan.

    Returns
    -------
    (n,) numbers from 0 to 1.

    Examples
    --------
    >>> predict_proba([0.0, np.log(3.0)], [[0.0], [1.0], [-1.0]]).round(4).tolist()
    [0.5, 0.75, 0.25]
    """
    weights = np.asarray(theta, dtype=float)
    scores = weights[0] + np.asarray(X, dtype=float) @ weights[1:]
    result: Array = np.exp(-np.logaddexp(0.0, -scores))  # 1 / (1 + exp(-scores)), without overflow
    return result


def log_loss_and_gradient(theta: ArrayLike, X: ArrayLike, y: ArrayLike) -> tuple[float, Array]:
    """Return the mean log-loss and its gradient.

    Parameters
    ----------
    theta, X : as for `predict_proba`.
    y : (n,) classes, 0 or 1.

    Returns
    -------
    loss : the mean of -log(probability of the row's own class); finite, and right also
        where that probability is too small for a float.
    gradient : (1 + d,), its derivatives with respect to theta.

    Examples
    --------
    >>> loss, gradient = log_loss_and_gradient([0.0, 0.0], [[1.0], [3.0]], [0, 1])
    >>> round(loss, 4), gradient.round(4).tolist()
    (0.6931, [0.0, -0.5])
    >>> log_loss_and_gradient([0.0, 2000.0], [[1.0]], [0])[0]
    2000.0
    """
    weights, rows, labels = (np.asarray(one, dtype=float) for one in (theta, X, y))
    A = np.column_stack([np.ones(len(rows)), rows])  # (n, 1 + d)
    signs = 1 - 2 * labels  # 1 for class 0, whose probability falls with the score
    loss = np.logaddexp(0.0, signs * (A @ weights)).mean()
    return float(loss), A.T @ (predict_proba(weights, rows) - labels) / len(rows)


def logistic_regression(
    X: ArrayLike, y: ArrayLike, *, lr: float = 0.1, batch_size: int = 32,
    epochs: int = 20, seed: int = 0, path: str | Path | None = None,
    resume: bool = True, after_epoch: Callable[[int, float], object] | None = None,
) -> tuple[Array, list[float]]:  # fmt: skip
    """Train a logistic regression by mini-batch gradient descent.

    It begins with zeros. An epoch goes through all rows once, in an order that is drawn
    anew for each epoch, in batches of `batch_size` rows (the last one has what is
    left); each batch is one step, by `lr` times the gradient of its mean log-loss.

    Parameters
    ----------
    X, y : (n, d), and (n,) classes, 0 or 1; they are left as they are.
    lr, batch_size : of each step.
    epochs : how many there are in all, those of a checkpoint counted.
    seed : decides the orders of the rows.
    path : a file, in a folder that exists, as text or as a `Path`. After each epoch all
        that is needed to go on is written to it, in a form of your own (perhaps by way
        of a temporary file beside it, which is not resumed from). None: nothing is
        written.
    resume : if the file is there, go on where it ends, as if there had been no
        interruption; ``False``: begin anew and write over it. The file was written by a
        call with the same arguments except for `epochs` and `after_epoch`, and holds no
        more epochs than are asked for. A file that is no checkpoint is an error.
    after_epoch : is called with the number of epochs so far and the loss, once their
        checkpoint is written. What it raises ends the training, and is raised here.

    Returns
    -------
    theta : (1 + d,), the bias, then the weights.
    history : the mean log-loss of all rows after each epoch, from the first one on;
        `epochs` numbers.

    Examples
    --------
    >>> X, y = [[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1]
    >>> theta, history = logistic_regression(X, y, lr=1.0, batch_size=4, epochs=1)
    >>> theta.tolist(), len(history)
    ([0.0, 0.5], 1)
    """
    rows, labels = np.asarray(X, dtype=float), np.asarray(y)
    theta, history, rng = np.zeros(1 + rows.shape[1]), [], np.random.default_rng(seed)
    if path is not None and resume and Path(path).exists():
        saved = torch.load(path, weights_only=True)
        theta, history = np.array(saved["theta"]), list(saved["history"])
        rng.bit_generator.state = saved["rng"]
    for epoch in range(len(history), epochs):
        order = rng.permutation(len(rows))
        for start in range(0, len(rows), batch_size):
            batch = order[start : start + batch_size]
            theta = theta - lr * log_loss_and_gradient(theta, rows[batch], labels[batch])[1]
        history.append(log_loss_and_gradient(theta, rows, labels)[0])
        if path is not None:
            part = Path(f"{path}.part")
            torch.save({"theta": theta.tolist(), "history": history, "rng": rng.bit_generator.state}, part)
            os.replace(part, path)  # whoever is interrupted while writing still has the checkpoint before
        if after_epoch is not None:
            after_epoch(epoch + 1, history[-1])
    return theta, history


def more_features(X: ArrayLike) -> Array:
    """Return the columns of two moons, and others made of them.

    Parameters
    ----------
    X : (n, 2), numbers from about -3 to 3.

    Returns
    -------
    (n, m) with m of your choice; a row's features depend on that row alone.

    Examples
    --------
    >>> more_features([[0.5, 1.0], [0.0, 0.0]]).shape[0]
    2
    """
    x1, x2 = np.asarray(X, dtype=float).T
    return np.column_stack([x1, x2, x1**2, x1 * x2, x2**2, x1**3, x1**2 * x2])
