"""Chapter 4, training models: the answers.

Where this departs from the curriculum's proposals: softmax regression (p.04.12) is a class, since `predict` needs the
labels as well as the parameters, and it begins at zeros, so that every step can be checked; p.04.1 asks for mini-batch
or stochastic descent and accepts batch descent beside them. The other proposed answers were checked and hold.
"""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import Ridge
from sklearn.metrics import root_mean_squared_error
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

Array = NDArray[np.float64]


def multiplications(method: str, m: int, n: int, batch: int) -> int:
    """Count the multiplications of two numbers that linear regression needs.

    Parameters
    ----------
    method : ``"normal equation"``: count those of the product ``X.T @ X``, each of its entries worked out.
        ``"batch"``, ``"mini-batch"`` or ``"stochastic"``: count those of *one* step of gradient descent, in its two
        products ``X_step @ theta`` and ``X_step.T @ errors``, where X_step holds the rows that this step uses.
    m, n : rows and columns of X.
    batch : rows in a mini-batch; of no concern to the other methods.

    Examples
    --------
    >>> multiplications("normal equation", 10, 4, 5)
    160
    >>> multiplications("mini-batch", 10, 4, 5)
    40
    """
    if method == "normal equation":
        return n * n * m  # n*n entries, each a sum of m products
    rows = {"batch": m, "mini-batch": batch, "stochastic": 1}[method]
    return 2 * rows * n


# The methods you would use, of "normal equation", "SVD", "batch", "mini-batch", "stochastic"; as in ["SVD", "batch"].
P_04_1_CHOICE: list[str] = ["mini-batch", "stochastic"]


P_04_2 = """
Gradient descent suffers most. With features of very different size the cost is a long, narrow valley: a learning rate
small enough for the steep direction makes hardly any headway along the flat one. It still arrives, since the cost is
convex, but it takes many more steps.

The normal equation and the SVD compute the minimum directly, and their predictions do not depend on units. A
*regularised* model is changed by them, however it is fitted: a feature with small numbers needs a large weight, and
the penalty shrinks large weights most, for no better reason than the unit.

The cure is the same for both: bring the features to one scale first, for instance with `StandardScaler`, whose means
and deviations are learnt from the training set.
"""

P_04_2_RUBRIC = """
- 1 point: gradient descent becomes slow, and why (a long, narrow valley; one rate for steep and flat directions)
- 1 point: regularised models depend on the scale; the normal equation or the SVD without a penalty do not
- 1 point: the cure: scale the features before training
"""


def steps_to_fit(X: Array, y: Array, scale: bool) -> int:
    """Count the steps of batch gradient descent until linear regression is nearly as good as it can be.

    - With `scale`, the columns of X are first given mean 0 and standard deviation 1 (that of ``np.std``).
    - A column of ones is put in front: A, shape (m, 1 + n).
    - The parameters theta, shape (1 + n,), begin at 0.
    - The learning rate is 1 / (the largest eigenvalue of ``A.T @ A / m``; see ``np.linalg.eigvalsh``).
    - One step subtracts ``rate * A.T @ (A @ theta - y) / m`` from theta.

    Returns
    -------
    The number of steps until the mean squared error on (X, y) is at most 1.01 times the lowest possible one (see
    ``np.linalg.lstsq``); 5000 if it takes more.

    Examples
    --------
    >>> X = np.array([[0.0, 1.0], [0.0, 5.0], [2.0, 5.0], [2.0, 9.0], [4.0, 1.0]])
    >>> y = np.array([1.0, 3.0, 6.0, 7.0, 6.0])
    >>> steps_to_fit(X, y, scale=True), steps_to_fit(X, y, scale=False)
    (3, 248)
    """
    if scale:
        X = (X - X.mean(axis=0)) / X.std(axis=0)
    A = np.column_stack([np.ones(len(X)), X])  # (m, 1 + n)
    best = np.mean((A @ np.linalg.lstsq(A, y)[0] - y) ** 2)
    rate = 1 / np.linalg.eigvalsh(A.T @ A / len(A))[-1]
    theta = np.zeros(A.shape[1])
    for step in range(5000):
        errors = A @ theta - y  # (m,)
        if np.mean(errors**2) <= 1.01 * best:
            return step
        theta = theta - rate * A.T @ errors / len(A)
    return 5000


# What predicts something else once a column is given in another unit: "normal equation", "SVD", "ridge", "lasso".
P_04_2_CHOICE: list[str] = ["ridge", "lasso"]


def end_points(X: Array, y: NDArray[np.int64], starts: Array, rate: float, steps: int) -> Array:
    """Fit logistic regression by batch gradient descent, once from each of several starting points.

    Parameters
    ----------
    X : (m, n), used as it is: no column of ones is added.
    y : (m,), 0 or 1.
    starts : (k, n), k vectors of parameters to begin at; not changed.
    rate : learning rate. The cost is the *mean* log loss.
    steps : number of steps.

    Returns
    -------
    (k, n) : the parameters at which each descent has arrived.

    Examples
    --------
    >>> X, y = np.array([[1.0], [2.0]]), np.array([0, 1])
    >>> end_points(X, y, np.array([[0.0]]), rate=1.0, steps=1).round(3).tolist()
    [[0.25]]
    >>> end_points(X, y, np.array([[-5.0], [0.0], [9.0]]), rate=0.5, steps=500).round(3).tolist()
    [[0.42], [0.42], [0.42]]
    """
    theta = np.array(starts, dtype=float).T  # (n, k): a column for each descent
    for _ in range(steps):
        p = 1 / (1 + np.exp(-X @ theta))  # (m, k)
        theta = theta - rate * X.T @ (p - y[:, None]) / len(X)
    return theta.T


# One letter of a, b, c, d; as in ["a"].
P_04_3_CHOICE: list[str] = ["c"]


def descend(X: Array, y: Array, batches: list[list[int]], rate: float, decay: float) -> Array:
    """Fit linear regression by gradient descent, one step for each batch, and return the parameters, shape (n,).

    Parameters
    ----------
    X : (m, n), used as it is: no column of ones is added.
    y : (m,).
    batches : the row numbers that each step uses, one list for each step.
    rate, decay : step number t (0, 1, 2, ...) has the learning rate ``rate / (1 + decay * t)``.

    The parameters begin at 0; a step's cost is the *mean* squared error of its rows.

    Examples
    --------
    >>> X, y = np.array([[1.0], [2.0]]), np.array([1.0, 4.0])
    >>> descend(X, y, [[0, 1]], rate=0.1, decay=0.0).tolist()
    [0.9]
    >>> descend(X, y, [[0], [1]], rate=0.1, decay=1.0).round(3).tolist()
    [0.92]
    """
    theta = np.zeros(X.shape[1])
    for t, rows in enumerate(batches):
        X_step, y_step = X[rows], y[rows]
        gradient = 2 * X_step.T @ (X_step @ theta - y_step) / len(rows)  # (n,)
        theta = theta - rate / (1 + decay * t) * gradient
    return theta


# "yes" or "no", and what is needed; as in ["yes", "more epochs"].
P_04_4_CHOICE: list[str] = ["no", "shrinking rate"]


P_04_5 = """
The validation error alone does not say what is wrong: look at the training error.

If that rises as well, training itself fails. The learning rate is too high, each step lands further from the minimum
than the one before, and the parameters diverge. Lower the rate and begin again.

If the training error keeps falling, the model learns what is peculiar to the training set: it overfits. Stop, and go
back to the parameters that had the lowest validation error; if they are not good enough, regularise, simplify the
model, or find more data.
"""

P_04_5_RUBRIC = """
- 1 point: tells two cases apart by what the training error does
- 1 point: both rise: the learning rate is too high (divergence), lower it
- 1 point: the training error falls: overfitting; stop early, regularise, simplify, or find more data
"""


def what_to_do(training: list[float], validation: list[float]) -> str:
    """Say what to do next, from the errors of batch gradient descent so far.

    Parameters
    ----------
    training, validation : the two errors after each epoch, at least ten numbers each. The curves are smooth: in
        the last ten epochs each of them has either risen or fallen all the time.

    Returns
    -------
    ``"lower the rate"``, ``"stop"`` or ``"go on"``.

    Examples
    --------
    >>> what_to_do([9.0 - 0.1 * t for t in range(20)], [9.5 - 0.1 * t for t in range(20)])
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
    patience : stop once the lowest error is `patience` epochs old, or older. An error that only equals the lowest
        is no progress.

    Examples
    --------
    >>> should_stop([5.0, 4.0, 4.5, 4.2], patience=3)
    False
    >>> should_stop([5.0, 4.0, 4.5, 4.2, 4.0], patience=3)
    True
    """
    return len(errors) - 1 - best_epoch(errors) >= patience


def best_epoch(errors: list[float]) -> int:
    """Return the number of the epoch (0, 1, 2, ...) whose parameters are worth keeping; of equals, the first.

    >>> best_epoch([5.0, 4.0, 4.5, 4.0])
    1
    """
    return int(np.argmin(errors))


# One letter of a, b, c, d; as in ["a"].
P_04_6_CHOICE: list[str] = ["b"]


def updates(m: int, batch_size: int, epochs: int) -> int:
    """Return how often the parameters change while each of m rows is read `epochs` times.

    The rows of an epoch are cut into batches of `batch_size`; a last, smaller batch counts as one.

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
    G : (m, n), the gradient of each single row. The gradient of several rows is the mean of theirs. There are 2 to
        8 rows, so all batches can be tried (``itertools.combinations``), but there is a formula too.
    batch_size : rows in a batch, all different; each such batch is equally likely.

    Returns
    -------
    The mean, over all batches, of the squared distance (the sum of squared differences of the n entries).

    Examples
    --------
    >>> G = np.array([[0.0], [2.0], [4.0]])
    >>> round(gradient_noise(G, 1), 6), round(gradient_noise(G, 2), 6), round(gradient_noise(G, 3), 6)
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


def train_and_validation_error(
    x: Array, y: Array, x_valid: Array, y_valid: Array, degree: int, alpha: float
) -> tuple[float, float]:
    """Fit a polynomial with a ridge penalty; return its root mean squared errors (training, validation).

    The features x, x**2, ..., x**degree are standardised, then `Ridge(alpha=alpha)` is fitted to them; all of this
    learns from the training set (x and y) only.

    Parameters
    ----------
    x, y : (m,) training set.
    x_valid, y_valid : (k,) validation set.

    Examples
    --------
    >>> x, y = np.array([-2.0, -1.0, 1.0, 2.0]), np.array([4.0, 1.0, 1.0, 4.0])
    >>> np.round(train_and_validation_error(x, y, np.array([0.0]), np.array([0.0]), 1, 0.001), 2).tolist()
    [1.5, 2.5]
    >>> np.round(train_and_validation_error(x, y, np.array([0.0]), np.array([0.0]), 2, 0.001), 2).tolist()
    [0.0, 0.0]
    """
    model = make_pipeline(PolynomialFeatures(degree, include_bias=False), StandardScaler(), Ridge(alpha=alpha))
    model.fit(x[:, None], y)
    pairs = [(x, y), (x_valid, y_valid)]
    train, valid = (root_mean_squared_error(target, model.predict(inputs[:, None])) for inputs, target in pairs)
    return float(train), float(valid)


# The diagnosis and three cures, from the list above; as in ["underfitting", "a higher degree", ...].
P_04_8_CHOICE: list[str] = ["overfitting", "a lower degree", "a larger penalty", "more training data"]


def bias_and_variance(X: Array, w: Array, sigma: float, alpha: float) -> tuple[float, float]:
    """Return the squared bias and the variance of ridge regression's predictions for the rows of X, each averaged
    over the rows.

    Parameters
    ----------
    X : (m, n), fixed; no column of ones is added.
    w : (n,), the truth: the targets are ``X @ w`` plus noise of mean 0 and standard deviation `sigma`, drawn anew for
        each row and each training set.
    alpha : strength of the penalty, at least 0.

    Examples
    --------
    >>> X, w = np.array([[1.0], [1.0]]), np.array([3.0])
    >>> bias_and_variance(X, w, sigma=2.0, alpha=0.0)
    (0.0, 2.0)
    >>> bias_and_variance(X, w, sigma=2.0, alpha=2.0)
    (2.25, 0.5)
    """
    m, n = X.shape
    H = X @ np.linalg.solve(X.T @ X + alpha * np.eye(n), X.T)  # (m, m): predictions are H @ y
    truth = X @ w
    bias = H @ truth - truth  # the noise has mean 0, so the mean of H @ y is H @ truth
    return float(np.mean(bias**2)), float(sigma**2 * np.sum(H**2) / m)


# What is too high, "bias" or "variance", and what to do with alpha, "raise" or "reduce"; as in ["variance", "raise"].
P_04_9_CHOICE: list[str] = ["bias", "reduce"]


P_04_10 = """
*Ridge rather than plain linear regression*: nearly always. A little regularisation keeps weights from following the
noise, above all with few rows, many features, or features that go together, and costs a little bias.

*Lasso rather than ridge*: when you believe that only a few features matter. The absolute value pushes a useless weight
with the same force however small it is, so it becomes exactly 0: lasso selects features. Where all of them matter a
bit, ridge is the better bet.

*Elastic net rather than lasso*: when several features are strongly correlated, or there are more features than
rows. Of a group of similar features lasso keeps one almost by chance, and another one on the next sample; the quadratic
part of the elastic net makes it share the weight between them. The price is one more setting to tune.
"""

P_04_10_RUBRIC = """
- 1 point: ridge over plain: some regularisation usually generalises better
- 1 point: lasso over ridge: sets weights to exactly 0, so it suits cases where few features matter
- 1 point: elastic net over lasso: steadier with correlated features, or more features than rows
"""


def shrunk(w: Array, alpha: float, l1_ratio: float) -> Array:
    """Return what a penalty makes of each weight on its own, shape (n,): the v that makes

        (v - w)**2 / 2  +  alpha * l1_ratio * abs(v)  +  alpha * (1 - l1_ratio) * v**2 / 2

    as small as it can be.

    Parameters
    ----------
    w : (n,), the weights that plain linear regression would find.
    alpha : strength of the penalty, 0 or more.
    l1_ratio : 1 for lasso, 0 for ridge, in between for elastic net.

    Examples
    --------
    >>> shrunk(np.array([3.0, -0.5]), alpha=1.0, l1_ratio=0.0).tolist()
    [1.5, -0.25]
    >>> np.abs(shrunk(np.array([3.0, -0.5]), alpha=1.0, l1_ratio=1.0)).tolist()
    [2.0, 0.0]
    """
    # A weight within the reach of the absolute value stops at 0; the quadratic part divides what is left.
    pulled = np.sign(w) * np.maximum(np.abs(w) - alpha * l1_ratio, 0.0)
    return pulled / (1 + alpha * (1 - l1_ratio))


# "ridge", "lasso" or "elastic net" for the cases 1 to 4, in this order; as in ["ridge", "ridge", "lasso", "ridge"].
P_04_10_CHOICE: list[str] = ["lasso", "elastic net", "ridge", "elastic net"]


def label_probabilities(scores: Array, exclusive: bool) -> Array:
    """Turn scores into probabilities.

    Parameters
    ----------
    scores : (n, k), one row per picture, one column per label, any numbers up to 1000 in size.
    exclusive : True if each picture has exactly one of the k labels; False if each label is a question of its
        own, to which the answer is yes or no.

    Returns
    -------
    (n, k) : the probability of each label.

    Examples
    --------
    >>> label_probabilities(np.array([[0.0, 0.0, 0.0, 0.0]]), exclusive=True).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    >>> label_probabilities(np.array([[0.0, 0.0, 0.0, 0.0]]), exclusive=False).tolist()
    [[0.5, 0.5, 0.5, 0.5]]
    """
    if exclusive:
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))  # at most 1: no overflow
        return powers / powers.sum(axis=1, keepdims=True)
    small = np.exp(-np.abs(scores))  # likewise
    return np.where(scores >= 0, 1, small) / (1 + small)


# One letter of a, b, c, d; as in ["a"].
P_04_11_CHOICE: list[str] = ["b"]


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
    """Return the cost of softmax regression and its gradient.

    Parameters
    ----------
    theta : (1 + d, k). Row 0 holds the biases, the others the weights of the d features, one column per class.
    X : (n, d), without a column of ones.
    y : (n,), the class of each row, 0 to k - 1.
    alpha : strength of the penalty.

    Returns
    -------
    cost : the mean of -log(probability of a row's own class), plus alpha / 2 times the sum of the squared weights.
        The biases are not penalised.
    gradient : (1 + d, k), its derivatives with respect to theta.

    Examples
    --------
    >>> theta, X, y = np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([[2.0], [4.0]]), np.array([0, 1])
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
    losses_ : list with the validation loss after each epoch: the mean of -log(probability), without the penalty.
    theta_ : (1 + d, k), the parameters that had the lowest of these losses.

    Examples
    --------
    >>> X, y = np.array([[0.0], [1.0], [4.0], [5.0]]), np.array(["low", "low", "top", "top"])
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
        """Learn from X, shape (n, d), and its labels y, shape (n,), whole numbers or texts; return the model itself.

        The parameters begin at 0. Each epoch is one step on all rows of X, followed by one look at the validation
        set, which serves for nothing else. Its labels are among those of the training set, but some may be missing.
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
        """Return the probability of each class, shape (n, k), in the order of `classes_`."""
        return np.exp(log_softmax(self.theta_[0] + X @ self.theta_[1:]))

    def predict(self, X: Array) -> NDArray[Any]:
        """Return the most probable label of each row, shape (n,)."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]
