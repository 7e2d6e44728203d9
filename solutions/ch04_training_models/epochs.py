"""Chapter 4, epoch by epoch (p.04.5 to p.04.7): the answers."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

P_04_5 = """
I look at the error on the *training* set at the same time.

If it rises, too, the walk itself has gone wrong: the steps are too long, and each lands further up on the other side.
The learning rate has to come down, and the training begins anew, since these parameters are no place to go on from.

If it still falls, the model has begun to learn what only the training rows have in common: it overfits. The best
parameters were those of half past six; take them. If they are not good enough, hold the model back by a penalty, make
it simpler, or get more rows.
"""
P_04_5_RUBRIC = """
- 1 point: by the training error two cases are told apart; if it rises as well, the learning rate is too high
- 1 point: if it falls, the model overfits: stop or go back to the best, a penalty, a simpler model, more data
"""


def what_to_do(training: list[float], validation: list[float]) -> str:
    """Say what to do next, from the errors of batch gradient descent so far.

    Parameters
    ----------
    training, validation : the two errors after each epoch, at least ten numbers each.
        The curves are smooth: in the last ten epochs each of them has either risen or
        fallen all the time.

    Returns
    -------
    ``"lower the rate"``, ``"stop"`` or ``"go on"``.

    Examples
    --------
    >>> falling = [9.0 - 0.1 * t for t in range(20)]
    >>> what_to_do(falling, [0.5 + error for error in falling])
    'go on'
    >>> what_to_do([1.1**t for t in range(20)], [1.2**t for t in range(20)])
    'lower the rate'
    """
    if training[-1] > training[-2]:
        return "lower the rate"
    return "stop" if validation[-1] > validation[-2] else "go on"


def should_stop(errors: list[float], patience: int) -> bool:
    """Return whether training should stop now.

    Parameters
    ----------
    errors : validation error after each epoch so far, the newest last; at least one.
    patience : stop once the lowest error is `patience` epochs old, or older. An error
        that only equals the lowest is no progress.

    Examples
    --------
    >>> should_stop([5.0, 4.0, 4.5, 4.2], patience=3)
    False
    >>> should_stop([5.0, 4.0, 4.5, 4.2, 4.0], patience=3)
    True
    """
    return len(errors) - 1 - best_epoch(errors) >= patience


def best_epoch(errors: list[float]) -> int:
    """Return the number of the epoch (0, 1, 2, ...) whose parameters are worth keeping;
    of equals, the first.

    >>> best_epoch([5.0, 4.0, 4.5, 4.0])
    1
    """
    return int(np.argmin(errors))


# One letter of a, b, c, d; as in ["a"].
P_04_6_CHOICE: list[str] = ["b"]


def updates(m: int, batch_size: int, epochs: int) -> int:
    """Return how often the parameters change while each of m rows is read `epochs`
    times.

    The rows of an epoch are cut into batches of `batch_size`; a last, smaller batch
    counts as one.

    >>> updates(100, 100, 3)
    3
    >>> updates(100, 30, 3)
    12
    """
    return -(-m // batch_size) * epochs


def gradient_noise(G: Array, batch_size: int) -> float:
    """Return how far the gradient of a batch is from that of all rows, on average.

    Parameters
    ----------
    G : (m, n), the gradient of each single row. The gradient of several rows is the
        mean of theirs. There are 2 to 8 rows, so all batches can be tried
        (``itertools.combinations``), but there is a formula too.
    batch_size : rows in a batch, all different; each such batch is equally likely.

    Returns
    -------
    The mean, over all batches, of the squared distance (the sum of squared differences
    of the n entries).

    Examples
    --------
    >>> G = np.array([[0.0], [2.0], [4.0]])
    >>> tuple(round(gradient_noise(G, size), 6) for size in (1, 2, 3))
    (2.666667, 0.666667, 0.0)
    """
    m = len(G)
    spread = G.var(axis=0, ddof=1).sum()
    return float(spread / batch_size * (1 - batch_size / m))  # a sample drawn without replacement


# Who comes near the minimum first? "batch", "mini-batch" or "stochastic".
P_04_7_FIRST: str = "stochastic"
# Who comes to rest at the minimum by itself? "batch", "mini-batch" or "stochastic".
P_04_7_SETTLES: str = "batch"
# What brings the others to rest there too? "larger batches", "more epochs", "shrinking rate" or "larger rate".
P_04_7_REMEDY: str = "shrinking rate"
