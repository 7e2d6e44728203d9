# %% right
# Intent: log-softmax by shifting each row; cost and gradient from P - Y with row 0 (biases) left out of the penalty;
# the class keeps a table from label to class number, walks one step per epoch and remembers the best parameters.
def log_softmax(scores: Array) -> Array:
    table: Array = np.asarray(scores, dtype=np.float64)
    shifted: Array = table - np.max(table, axis=1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))


def class_scores(theta: Array, X: Array) -> Array:
    return theta[0] + np.asarray(X, dtype=np.float64) @ theta[1:]


def mean_log_loss(theta: Array, X: Array, y: NDArray[np.int64]) -> float:
    logs: Array = log_softmax(class_scores(theta, X))
    return -float(np.mean(logs[np.arange(len(y)), y]))


def loss_and_gradient(theta: Array, X: Array, y: NDArray[np.int64], alpha: float) -> tuple[float, Array]:
    features: Array = np.asarray(X, dtype=np.float64)
    n: int = features.shape[0]
    own = (np.arange(n), y)
    logs: Array = log_softmax(class_scores(theta, features))
    weights: Array = theta[1:]
    cost: float = -float(np.mean(logs[own])) + alpha / 2.0 * float(np.sum(weights**2))
    difference: Array = np.exp(logs)
    difference[own] -= 1.0
    gradient: Array = np.zeros(theta.shape, dtype=np.float64)
    gradient[0] = difference.sum(axis=0) / n
    gradient[1:] = features.T @ difference / n + alpha * weights
    return cost, gradient


class SoftmaxRegression:
    def __init__(
        self, learning_rate: float = 0.5, max_epochs: int = 5000, alpha: float = 0.0, patience: int = 50
    ) -> None:
        self.learning_rate: float = learning_rate
        self.max_epochs: int = max_epochs
        self.alpha: float = alpha
        self.patience: int = patience

    def _numbers(self, labels: NDArray[Any]) -> NDArray[np.int64]:
        table: dict[Any, int] = {}
        for number, label in enumerate(self.classes_.tolist()):
            table[label] = number
        return np.array([table[label] for label in np.asarray(labels).tolist()], dtype=np.int64)

    def fit(self, X: Array, y: NDArray[Any], X_valid: Array, y_valid: NDArray[Any]) -> Self:
        features: Array = np.asarray(X, dtype=np.float64)
        features_valid: Array = np.asarray(X_valid, dtype=np.float64)
        self.classes_: NDArray[Any] = np.unique(np.asarray(y))
        numbers = self._numbers(y)
        numbers_valid = self._numbers(y_valid)
        theta: Array = np.zeros((1 + features.shape[1], len(self.classes_)))
        self.theta_: Array = theta.copy()
        self.losses_: list[float] = []
        best_loss: float = float("inf")
        best: int = 0
        for epoch in range(self.max_epochs):
            _, gradient = loss_and_gradient(theta, features, numbers, self.alpha)
            theta = theta - self.learning_rate * gradient
            loss: float = mean_log_loss(theta, features_valid, numbers_valid)
            self.losses_.append(loss)
            if loss < best_loss:
                best_loss, best = loss, epoch
                self.theta_ = theta.copy()
            if epoch - best >= self.patience:
                break
        return self

    def predict_proba(self, X: Array) -> Array:
        return np.exp(log_softmax(class_scores(self.theta_, X)))

    def predict(self, X: Array) -> NDArray[Any]:
        best: NDArray[np.int64] = np.argmax(class_scores(self.theta_, X), axis=1)
        return self.classes_[best]


# %% wrong: loss_and_gradient, SoftmaxRegression
# Misconception: Thinks that the penalty belongs to all parameters, biases included, since they all stand in theta.
def loss_and_gradient(theta: Array, X: Array, y: NDArray[np.int64], alpha: float) -> tuple[float, Array]:
    n: int = len(X)
    A: Array = np.hstack([np.ones((n, 1)), np.asarray(X, dtype=np.float64)])
    logs: Array = log_softmax(A @ theta)
    cost: float = -float(np.mean(logs[np.arange(n), y])) + alpha / 2.0 * float(np.sum(theta**2))
    difference: Array = np.exp(logs)
    difference[np.arange(n), y] -= 1.0
    return cost, A.T @ difference / n + alpha * theta


# %% wrong: SoftmaxRegression
# Misconception: Thinks that numbering the labels of the validation set by themselves gives the same numbers as in the
# training set (which only holds if no label is missing from it).
class SoftmaxRegression(SoftmaxRegression):
    def _numbers(self, labels: NDArray[Any]) -> NDArray[np.int64]:
        return np.unique(np.asarray(labels), return_inverse=True)[1]
