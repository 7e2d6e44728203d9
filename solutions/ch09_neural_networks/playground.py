"""Chapter 9, a network to play with (p.09.1): the answers."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def small_net(
    X: ArrayLike, y: ArrayLike, hidden: tuple[int, ...] = (8,), activation: str = "tanh", seed: int = 0
) -> Any:
    """Train a small network that tells two classes apart.

    Parameters
    ----------
    X : (n, 2) points, n from 50 to 500, around any place and in any unit.
    y : (n,) their classes, 0 or 1.
    hidden : the number of units of each hidden layer.
    activation : of the hidden layers: ``"tanh"`` or ``"relu"``.
    seed : of the first weights. The same seed gives the same network, another seed
        another one.

    Returns
    -------
    A fitted classifier with ``predict`` and ``predict_proba``, which take points as
    they come, like `X`. It is trained until it gets no better: 1,000 steps of the
    solver ``"lbfgs"`` are enough for so few points.

    Examples
    --------
    >>> X, y = np.array([[1000.0, 1.0], [1010.0, 2.0]] * 30), np.array([0, 1] * 30)
    >>> model = small_net(X, y, hidden=(3,))
    >>> model.predict([[1001, 1.1], [1009, 1.9]]).tolist()
    [0, 1]
    >>> model.predict_proba(X).shape
    (60, 2)
    """
    network = MLPClassifier(
        hidden, activation=activation, solver="lbfgs", max_iter=1000, max_fun=10**6, random_state=seed
    )
    return make_pipeline(StandardScaler(), network).fit(np.asarray(X, dtype=float), np.asarray(y))


def success_rate(
    X: ArrayLike, y: ArrayLike, hidden: tuple[int, ...], seeds: Iterable[int], activation: str = "tanh"
) -> float:
    """Return how often training ends well: the share of seeds whose `small_net` gets at
    least 95% of its own training points right.

    Parameters
    ----------
    X, y, hidden, activation : as `small_net` takes them.
    seeds : one network is trained for each of them; there is at least one.

    Examples
    --------
    >>> X, y = np.array([[1.0, 1.0], [2.0, 2.0]] * 30), np.array([0, 1] * 30)
    >>> success_rate(X, y, (2,), seeds=range(3))
    1.0
    >>> success_rate(X[:, :1].repeat(2, axis=1) * 0, y, (2,), seeds=[5])
    0.0
    """
    scores = [small_net(X, y, hidden, activation, seed).score(X, y) for seed in seeds]
    return float(np.mean(np.array(scores) >= 0.95))


def decision_map(model: Any, x: ArrayLike, y: ArrayLike) -> NDArray[np.float64]:
    """Return how sure a model is of class 1 on a grid of points, ready for a picture.

    Parameters
    ----------
    model : has ``predict_proba``, which takes (m, 2) points and returns (m, 2)
        probabilities, of class 0 and of class 1.
    x : (k,) first coordinates, growing.
    y : (r,) second coordinates, growing.

    Returns
    -------
    (r, k): a row for each of `y`, in its order, and a column for each of `x`.

    Examples
    --------
    >>> class Right:
    ...     def predict_proba(self, X):
    ...         p = (np.asarray(X)[:, 0] > 0).astype(float)
    ...         return np.column_stack([1 - p, p])
    >>> decision_map(Right(), [-2, 2], [0, 5, 6]).tolist()
    [[0.0, 1.0], [0.0, 1.0], [0.0, 1.0]]
    >>> decision_map(Right(), [1, 2, 3, 4], [0, 5]).shape
    (2, 4)
    """
    across, up = np.meshgrid(x, y)  # (r, k) each
    points = np.column_stack([across.ravel(), up.ravel()])  # (r k, 2)
    return np.asarray(model.predict_proba(points))[:, 1].reshape(across.shape)


P_09_1 = """
Rings. A unit of the hidden layer draws one soft line, and the output adds up as many lines as there are units. Two
units never succeeded (0 of 10 seeds): two lines leave a strip or a corner open, and the inner class can't be fenced in.
Three units can make a triangle, but with tanh only 6 of 10 seeds did: the others ended in a local minimum or on a
plateau, where two units do the same job, and training longer does not help. Eight units succeeded from every seed:
there are spare ones, so it does not matter if a few of them are useless. More units than needed make training easier,
not only the function richer.

ReLU and tanh. With ReLU the border is made of straight pieces with corners, with tanh it is smooth. On the spiral ReLU
units were done after fewer steps, but three of them closed the ring from 4 of 10 seeds only, as a unit that answers 0
everywhere has no slope to recover by.

More layers. The first layer draws straight edges, later ones combine them to bends, stripes and curls. In the picture
of exercise 8, the first layer of a deep tanh network gets gradients dozens of times smaller than the last one, as each
layer on the way back multiplies them by slopes and small weights: vanishing gradients. So the upper layers learn first.
"""
P_09_1_RUBRIC = """
- 1 point: two units can't close a ring whatever the seed (too few lines: underfitting), with a figure
- 1 point: three can, but depend on the first weights (local minima, plateaus); eight are reliable; with figures
- 1 point: borders of ReLU are straight pieces, of tanh smooth; a remark on speed or on dead units
- 1 point: layers go from simple to combined patterns; in a deep tanh network the first ones get small gradients
"""
