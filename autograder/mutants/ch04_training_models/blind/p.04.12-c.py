# %% right
# Intent: NumPy only. The cost and gradient are einsums over homogeneous coordinates; training is a generator of
# (loss, parameters) that fit draws from until the lowest loss is `patience` epochs old.
from itertools import islice


def log_softmax(scores: Array) -> Array:
    heights = np.asarray(scores, dtype=float)
    below = heights - heights.max(axis=1, keepdims=True)
    return below - np.logaddexp.reduce(below, axis=1, keepdims=True)


def _lifted(X):
    X = np.asarray(X, dtype=float)
    return np.concatenate([np.ones((len(X), 1)), X], axis=1)


def loss_and_gradient(theta: Array, X: Array, y: NDArray[np.int64], alpha: float) -> tuple[float, Array]:
    A = _lifted(X)
    targets = np.eye(theta.shape[1])[y]
    logs = log_softmax(A @ theta)
    free_bias = np.vstack([np.zeros_like(theta[:1], dtype=float), theta[1:]])
    cost = -np.einsum("nk,nk->", targets, logs) / len(A) + alpha / 2 * np.vdot(free_bias, free_bias)
    gradient = np.einsum("nd,nk->dk", A, np.exp(logs) - targets) / len(A) + alpha * free_bias
    return float(cost), gradient


class SoftmaxRegression:
    def __init__(
        self, learning_rate: float = 0.5, max_epochs: int = 5000, alpha: float = 0.0, patience: int = 50
    ) -> None:
        self.learning_rate, self.max_epochs = learning_rate, max_epochs
        self.alpha, self.patience = alpha, patience

    def _codes(self, labels):
        return (np.asarray(labels)[:, None] == self.classes_).argmax(axis=1)

    def _walk(self, theta, X, y, X_valid, y_valid):
        while True:
            theta = theta - self.learning_rate * loss_and_gradient(theta, X, y, self.alpha)[1]
            yield loss_and_gradient(theta, X_valid, y_valid, 0.0)[0], theta

    def fit(self, X: Array, y: NDArray[Any], X_valid: Array, y_valid: NDArray[Any]) -> Self:
        self.classes_ = np.unique(y)
        self.losses_: list[float] = []
        self.theta_ = np.zeros((1 + np.shape(X)[1], len(self.classes_)))
        lowest, age = np.inf, 0
        walk = self._walk(self.theta_, X, self._codes(y), X_valid, self._codes(y_valid))
        for loss, theta in islice(walk, self.max_epochs):
            self.losses_.append(loss)
            age += 1
            if loss < lowest:
                lowest, age, self.theta_ = loss, 0, theta
            if age >= self.patience:
                break
        return self

    def predict_proba(self, X: Array) -> Array:
        return np.exp(log_softmax(_lifted(X) @ self.theta_))

    def predict(self, X: Array) -> NDArray[Any]:
        return self.classes_[(_lifted(X) @ self.theta_).argmax(axis=1)]

# %% wrong: SoftmaxRegression
# Misconception: Thinks that labels are turned into numbers the same way in both sets if both go through `np.unique`,
# forgetting that the validation set may lack a class, which moves the numbers of the classes after it.
class SoftmaxRegression:
    def __init__(
        self, learning_rate: float = 0.5, max_epochs: int = 5000, alpha: float = 0.0, patience: int = 50
    ) -> None:
        self.learning_rate, self.max_epochs = learning_rate, max_epochs
        self.alpha, self.patience = alpha, patience

    def fit(self, X: Array, y: NDArray[Any], X_valid: Array, y_valid: NDArray[Any]) -> Self:
        self.classes_, codes = np.unique(y, return_inverse=True)
        codes_valid = np.unique(y_valid, return_inverse=True)[1]
        theta = np.zeros((1 + X.shape[1], len(self.classes_)))
        self.losses_, self.theta_, best = [], theta, 0
        for epoch in range(self.max_epochs):
            theta = theta - self.learning_rate * loss_and_gradient(theta, X, codes, self.alpha)[1]
            self.losses_.append(loss_and_gradient(theta, X_valid, codes_valid, 0.0)[0])
            if epoch == 0 or self.losses_[-1] < self.losses_[best]:
                best, self.theta_ = epoch, theta
            if epoch - best >= self.patience:
                break
        return self

    def predict_proba(self, X: Array) -> Array:
        return np.exp(log_softmax(_lifted(X) @ self.theta_))

    def predict(self, X: Array) -> NDArray[Any]:
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

# %% wrong: SoftmaxRegression
# Misconception: Thinks that the loss "has fallen" whenever it is below that of the epoch before, so that on a
# trembling curve each little fall begins the patience anew, however far above the lowest loss it happens.
class SoftmaxRegression:
    def __init__(
        self, learning_rate: float = 0.5, max_epochs: int = 5000, alpha: float = 0.0, patience: int = 50
    ) -> None:
        self.learning_rate, self.max_epochs = learning_rate, max_epochs
        self.alpha, self.patience = alpha, patience

    def fit(self, X: Array, y: NDArray[Any], X_valid: Array, y_valid: NDArray[Any]) -> Self:
        self.classes_, codes = np.unique(y, return_inverse=True)
        codes_valid = np.searchsorted(self.classes_, y_valid)
        theta = np.zeros((1 + X.shape[1], len(self.classes_)))
        self.losses_, self.theta_, waited = [], theta, 0
        for _ in range(self.max_epochs):
            theta = theta - self.learning_rate * loss_and_gradient(theta, X, codes, self.alpha)[1]
            loss = loss_and_gradient(theta, X_valid, codes_valid, 0.0)[0]
            if not self.losses_ or loss < min(self.losses_):
                self.theta_ = theta
            waited = 0 if not self.losses_ or loss < self.losses_[-1] else waited + 1
            self.losses_.append(loss)
            if waited >= self.patience:
                break
        return self

    def predict_proba(self, X: Array) -> Array:
        return np.exp(log_softmax(_lifted(X) @ self.theta_))

    def predict(self, X: Array) -> NDArray[Any]:
        return self.classes_[self.predict_proba(X).argmax(axis=1)]
