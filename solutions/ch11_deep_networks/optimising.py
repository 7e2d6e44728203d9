"""Chapter 11, momentum, sparse models, and what dropout costs (p.11.5 to p.11.7): the answers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

P_11_5 = """
There is next to no friction. In each step the ball keeps all but a hundred-thousandth of its speed, so on a slope it
gets faster and faster, up to 100,000 times the step that the gradient alone would make. It shoots through the valley,
climbs up the other side, comes back as fast, and swings to and fro for ages before it comes to rest. In the end it
converges, at a reasonable rate; with 0.9 it would have been there long before.
"""
P_11_5_RUBRIC = """
- 1 point: it gets very fast, goes past the minimum, and comes back, many times
- 1 point: why (hardly any friction: speeds of up to 1 / (1 - 0.99999) steps), and that it converges much later
"""


def momentum_path(x: float, rate: float, momentum: float, curvature: float, n_steps: int) -> list[float]:
    """Follow gradient descent with momentum into a valley, curvature x² / 2.

    In each step the velocity, 0 at the beginning, is multiplied by `momentum`, and the
    gradient times `rate` is taken away from it; then it is added to x.

    Parameters
    ----------
    x : where it begins.
    n_steps : how many steps are made.

    Returns
    -------
    Where it is after each step, `n_steps` numbers.

    Examples
    --------
    >>> [round(x, 4) for x in momentum_path(1.0, 0.1, 0.5, 1.0, 3)]
    [0.9, 0.76, 0.614]
    """
    velocity, path = 0.0, []
    for _ in range(n_steps):
        velocity = momentum * velocity - rate * curvature * x
        x += velocity
        path.append(x)
    return path


def top_speed(rate: float, momentum: float, gradient: float) -> float:
    """Return how far a step goes, in the end, on a slope that is the same everywhere.

    Parameters
    ----------
    rate, momentum : as for `momentum_path`; momentum is from 0 to just below 1.
    gradient : of the slope, of either sign.

    Returns
    -------
    The length of a step after very many of them, 0 or more.

    Examples
    --------
    >>> round(top_speed(rate=0.01, momentum=0.9, gradient=-2.0), 6)
    0.2
    """
    return rate * abs(gradient) / (1 - momentum)


P_11_6 = """
- Train it as usual, and then set the small weights to 0 (magnitude pruning); go on training for a little while with
  these kept at 0, since it hurts otherwise.
- Train it with an ℓ1 penalty, which draws each weight towards 0 by the same force however small it is, so that many end
  there.
- Let the training itself take weights away: prune bit by bit between the epochs, or take an optimiser that is made for
  it, such as follow-the-regularised-leader or dual averaging.
"""
P_11_6_RUBRIC = """
- 1 point: to set small weights to 0 after training
- 1 point: a penalty on absolute values (ℓ1) while it is trained
- 1 point: pruning step by step during training, or an optimiser or library that is made for it
"""


def pruned(weights: Sequence[ArrayLike], share: float) -> list[NDArray[np.float64]]:
    """Set the smallest weights of a whole network to 0.

    Parameters
    ----------
    weights : arrays of any shapes, one for each layer.
    share : from 0 to 1; of all n numbers, round(share * n) become 0. They are those
        with the smallest absolute values in *all* layers together; of several that are
        as small as each other, any.

    Returns
    -------
    New arrays of the same shapes.

    Examples
    --------
    >>> [part.tolist() for part in pruned([[[3.0, -0.1]], [0.2, -2.0]], share=0.5)]
    [[[3.0, 0.0]], [0.0, -2.0]]
    """
    parts = [np.array(part, dtype=float) for part in weights]
    sizes = np.abs(np.concatenate([part.ravel() for part in parts]))
    smallest = np.argsort(sizes, kind="stable")[: round(share * len(sizes))]
    kept = np.ones(len(sizes))
    kept[smallest] = 0
    ends = np.cumsum([part.size for part in parts])[:-1]
    masks = np.split(kept, ends)
    return [np.where(mask.reshape(part.shape) > 0, part, 0.0) for part, mask in zip(parts, masks, strict=True)]


def dropped(X: ArrayLike, rate: float, draws: ArrayLike, training: bool = True) -> NDArray[np.float64]:
    """Return what dropout makes of a layer's outputs.

    Parameters
    ----------
    X : (n, units).
    rate : the share of units that is dropped, from 0 to just below 1.
    draws : (n, units) numbers between 0 and 1. A unit is dropped where its number is
        below `rate`.
    training : whether the network is being trained, or used.

    Returns
    -------
    (n, units): units that are dropped are 0, and the others so much larger that the
    mean over all draws is X, so that nothing has to be done where the network is used.

    Examples
    --------
    >>> dropped([[2.0, 4.0]], 0.5, [[0.3, 0.7]]).tolist()
    [[0.0, 8.0]]
    >>> dropped([[2.0, 4.0]], 0.5, [[0.3, 0.7]], training=False).tolist()
    [[2.0, 4.0]]
    """
    X = np.asarray(X, dtype=float)
    if not training:
        return X
    return np.where(np.asarray(draws) < rate, 0.0, X / (1 - rate))


# For each of the three one of "half as long", "as long", "about twice as long" and
# "about twenty times as long".
P_11_7_CHOICE: dict[str, str] = {
    "training until it has converged": "about twice as long",
    "a prediction": "as long",
    "a prediction by 20 samples of Monte Carlo dropout": "about twenty times as long",
}
