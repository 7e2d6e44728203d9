"""Chapter 9, single units (p.09.3 to p.09.5): the answers."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

P_09_3 = """
A perceptron only says yes or no, and its training never ends where no straight line separates the classes: a single
mislabelled row is enough, and the line goes on jumping. Even where a line exists, it takes the first one it finds,
however close to the rows. Logistic regression has a loss with one minimum, so it settles down on any data, and says how
sure it is.

To make a perceptron do the same, replace its step by the logistic function (softmax over several units if there are
more than two classes), and train it by gradient descent on the cross-entropy: that is logistic regression.
"""
P_09_3_RUBRIC = """
- 1 point: the perceptron gives no probabilities, and does not settle down on data that no line separates
- 1 point: logistic (softmax) activation, and gradient descent on the cross-entropy
"""


def perceptron_epochs(X: ArrayLike, y: ArrayLike, max_epochs: int) -> int | None:
    """Train a perceptron and return after how many epochs it makes no mistake.

    All weights and the bias begin at 0. In each epoch the rows come in their order. A
    row x is called 1 if w·x + b is 0 or more, else 0; only if that is wrong, x is added
    to w and 1 to b (where 1 is right), or taken away (where 0 is right).

    Parameters
    ----------
    X : (n, d) numbers.
    y : (n,) labels 0 and 1.
    max_epochs : when to give up.

    Returns
    -------
    The number of epochs, the last one, in which no row was called wrong, included; None
    if there was none among the first `max_epochs`.

    Examples
    --------
    >>> perceptron_epochs([[2.0], [-1.0]], [1, 0], 10)
    2
    >>> perceptron_epochs([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0], 1000) is None
    True
    """
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    w, b = np.zeros(X.shape[1]), 0.0
    for epoch in range(1, max_epochs + 1):
        mistakes = 0
        for x, label in zip(X, y, strict=True):
            error = label - int(w @ x + b >= 0)  # 1, 0 or -1
            w, b = w + error * x, b + error
            mistakes += abs(error)
        if mistakes == 0:
            return epoch
    return None


P_09_4 = """
Backpropagation works out how the loss changes when a weight changes a little, and gradient descent goes that way. The
step function is flat on both sides of its jump: a small change of a weight changes nothing, its derivative is 0
wherever it exists, and by the chain rule so is every gradient behind it. Descent has no slope to go down.

The logistic function looks like a soft step, but it climbs everywhere, fastest in the middle (slope 1/4), so that each
weight gets a signal. Far from the middle it is nearly flat, too, which is why saturated units learn slowly.
"""
P_09_4_RUBRIC = """
- 1 point: gradient descent needs a slope; that of a step is 0 wherever it exists, so nothing passes back through it
- 1 point: the logistic function has a positive slope everywhere, so every weight gets a gradient
"""


def unit_gradient(activation: str, w: ArrayLike, b: float, x: ArrayLike, y: float) -> list[float]:
    """Return the gradient of one unit's squared error.

    The unit answers a = f(w·x + b), and its loss is (a - y)².

    Parameters
    ----------
    activation : ``"step"``, f(z) = 1 if z >= 0 else 0; or ``"sigmoid"``,
        f(z) = 1 / (1 + exp(-z)).
    w : (d,) weights.
    b : bias.
    x : (d,) one row. For a step, w·x + b is not 0.
    y : target.

    Returns
    -------
    d + 1 numbers: the partial derivatives with respect to each weight, and then to the
    bias.

    Examples
    --------
    >>> unit_gradient("sigmoid", [0.0, 0.0], 0.0, [1.0, 2.0], 1.0)
    [-0.25, -0.5, -0.25]
    >>> len(unit_gradient("step", [1.0, 1.0], 0.5, [1.0, 2.0], 0.0))
    3
    """
    w, x = np.asarray(w, dtype=float), np.asarray(x, dtype=float)
    if activation == "step":
        return [0.0] * (len(w) + 1)
    a = expit(w @ x + b)
    slope = 2 * (a - y) * a * (1 - a)  # dloss/dz
    return [*(slope * x).tolist(), float(slope)]


P_09_5 = """
The logistic function: S-shaped, from 0 to 1, so it can be read as a probability; nearly flat at both ends, where
gradients vanish. I would use it for the output of a yes-or-no question.

tanh: S-shaped as well, but from -1 to 1 and through the origin, so that a layer's outputs are around 0; it saturates at
both ends, too. For hidden layers of small or recurrent networks.

ReLU: 0 for negative sums, the sum itself for positive ones. No upper bound, cheap, doesn't saturate on the right; a
unit whose sum is negative for all rows has slope 0 and never learns again. The usual first choice for hidden layers.
(Leaky ReLU has a small slope on the left and cures that.)
"""
P_09_5_RUBRIC = """
- 1 point: three activation functions, each with its shape and range
- 1 point: what each of them is good for, or what goes wrong with it (saturation, dead units)
"""


def leaky_relu(z: ArrayLike, slope: float = 0.01) -> NDArray[np.float64]:
    """Return z where it is positive, and `slope` times z elsewhere.

    Parameters
    ----------
    z : numbers, whole ones perhaps, an array of any shape. With `slope` 0 this is ReLU.
    slope : 0 or more; it may be above 1.

    Examples
    --------
    >>> leaky_relu([-3, 0, 2], slope=0.5).tolist()
    [-1.5, 0.0, 2.0]
    >>> leaky_relu([[-100.0]]).tolist()
    [[-1.0]]
    """
    z = np.asarray(z, dtype=float)
    return np.where(z > 0, z, slope * z)


def elu(z: ArrayLike, alpha: float = 1.0) -> NDArray[np.float64]:
    """Return z where it is positive, and alpha (exp(z) - 1) elsewhere.

    Parameters
    ----------
    z : numbers, an array of any shape, also very large ones: nothing may overflow, not
        even what is then left out. (NumPy warns of that.)
    alpha : what it falls to on the far left, turned positive.

    Examples
    --------
    >>> elu([-1000.0, 0.0, 1000.0], alpha=2.0).tolist()
    [-2.0, 0.0, 1000.0]
    >>> elu([[-1]]).round(3).tolist()
    [[-0.632]]
    """
    z = np.asarray(z, dtype=float)
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))


def swish(z: ArrayLike, beta: float = 1.0) -> NDArray[np.float64]:
    """Return z times the logistic function of beta z.

    Parameters
    ----------
    z : numbers, an array of any shape, also very large ones: nothing may overflow on
        the way. (NumPy warns of that.)
    beta : how steep the logistic function is, 0 or more.

    Examples
    --------
    >>> swish([-1000.0, 0.0, 1000.0]).tolist() == [0.0, 0.0, 1000.0]
    True
    >>> swish([[4.0]], beta=0).tolist()
    [[2.0]]
    """
    z = np.asarray(z, dtype=float)
    return np.asarray(z * expit(beta * z))
