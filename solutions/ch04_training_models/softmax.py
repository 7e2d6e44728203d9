"""Chapter 4, softmax regression (p.04.12): the answers."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def log_softmax(scores: Array) -> Array:
    """Return the logarithm of the softmax of each row.

    Parameters
    ----------
    scores : (n, k), any numbers up to 100,000 in size; not changed.

    Examples
    --------
    >>> np.exp(log_softmax(np.array([[0.0, np.log(3.0)]]))).round(6).tolist()
    [[0.25, 0.75]]
    >>> log_softmax(np.array([[0.0, 2000.0]])).tolist()
    [[-2000.0, 0.0]]
    """
    shifted = scores - scores.max(axis=1, keepdims=True)  # (n, k), the largest is 0
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def loss_and_gradient(theta: Array, X: Array, y: NDArray[np.int64], alpha: float) -> tuple[float, Array]:
    """Return the cost of softmax regression and its gradient;
    change none of the arrays.

    Parameters
    ----------
    theta : (1 + d, k). Row 0 holds the biases, the others the weights of the d
        features, one column per class.
    X : (n, d), without a column of ones.
    y : (n,), the class of each row, 0 to k - 1.
    alpha : strength of the penalty.

    Returns
    -------
    cost : the mean of -log(probability of a row's own class), plus alpha / 2 times the
        sum of the squared weights. The biases are not penalised.
    gradient : (1 + d, k), its derivatives with respect to theta.

    Examples
    --------
    >>> theta = np.array([[0.0, 0.0], [1.0, 1.0]])
    >>> X, y = np.array([[2.0], [4.0]]), np.array([0, 1])
    >>> cost, gradient = loss_and_gradient(theta, X, y, alpha=0.0)
    >>> round(cost, 4), gradient.round(4).tolist()
    (0.6931, [[0.0, 0.0], [0.5, -0.5]])
    >>> cost, gradient = loss_and_gradient(theta, X, y, alpha=0.1)
    >>> round(cost, 4), gradient.round(4).tolist()
    (0.7931, [[0.0, 0.0], [0.6, -0.4]])
    """
    n = len(X)
    A = np.column_stack([np.ones(n), X])  # (n, 1 + d)
    Y = np.eye(theta.shape[1])[y]  # (n, k), one-hot
    log_p = log_softmax(A @ theta)  # (n, k)
    weights = theta * (np.arange(len(theta)) > 0)[:, None]  # without the biases
    cost = -(Y * log_p).sum() / n + alpha / 2 * (weights**2).sum()
    return float(cost), A.T @ (np.exp(log_p) - Y) / n + alpha * weights


class SoftmaxRegression:
    """Softmax regression, trained by batch gradient descent with early stopping.

    Parameters
    ----------
    learning_rate : of every step.
    max_epochs : the largest number of steps.
    alpha : strength of the penalty on the weights, as in `loss_and_gradient`.
    patience : training stops once the lowest validation loss is `patience` epochs old.

    Attributes (after `fit`)
    ------------------------
    classes_ : (k,), the labels of the training set, sorted.
    losses_ : list with the validation loss after each epoch: the mean of
        -log(probability), without the penalty.
    theta_ : (1 + d, k), the parameters that had the lowest of these losses.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [4.0], [5.0]])
    >>> y = np.array(["low", "low", "top", "top"])
    >>> model = SoftmaxRegression(learning_rate=0.1, max_epochs=300).fit(X, y, X, y)
    >>> model.predict(np.array([[0.5], [4.5]])).tolist()
    ['low', 'top']
    >>> model.theta_.shape, len(model.losses_), model.classes_.tolist()
    ((2, 2), 300, ['low', 'top'])
    """

    def __init__(
        self, learning_rate: float = 0.5, max_epochs: int = 5000, alpha: float = 0.0, patience: int = 50
    ) -> None:
        self.learning_rate = learning_rate
        self.max_epochs = max_epochs
        self.alpha = alpha
        self.patience = patience

    def fit(self, X: Array, y: NDArray[Any], X_valid: Array, y_valid: NDArray[Any]) -> Self:
        """Learn from X, shape (n, d), and its labels y, shape (n,),
        whole numbers or texts; return the model itself.

        The parameters begin at 0. Each epoch is one step on all rows of X, followed by
        one look at the validation set, which serves for nothing else. Its labels are
        among those of the training set, but some may be missing.
        """
        self.classes_, codes = np.unique(y, return_inverse=True)
        codes_valid = np.searchsorted(self.classes_, y_valid)
        theta = np.zeros((1 + X.shape[1], len(self.classes_)))
        self.losses_: list[float] = []
        lowest, best = np.inf, -1
        for epoch in range(self.max_epochs):
            theta = theta - self.learning_rate * loss_and_gradient(theta, X, codes, self.alpha)[1]
            loss, _ = loss_and_gradient(theta, X_valid, codes_valid, 0.0)
            self.losses_.append(loss)
            if loss < lowest:
                lowest, best, self.theta_ = loss, epoch, theta
            elif epoch - best >= self.patience:
                break
        return self

    def predict_proba(self, X: Array) -> Array:
        """Return the probability of each class, shape (n, k),
        in the order of `classes_`.
        """
        return np.exp(log_softmax(self.theta_[0] + X @ self.theta_[1:]))

    def predict(self, X: Array) -> NDArray[Any]:
        """Return the most probable label of each row, shape (n,)."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]
