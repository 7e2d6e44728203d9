# %% right
# Intent: logaddexp.reduce for the stable log softmax, one-hot targets from an identity matrix, np.unique and
# searchsorted for the labels; theta_ is replaced only when the validation loss is a new low.
import numpy as np


def log_softmax(scores):
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    return shifted - np.logaddexp.reduce(shifted, axis=1, keepdims=True)


def loss_and_gradient(theta, X, y, alpha):
    A = np.column_stack([np.ones(len(X)), X])
    log_p = log_softmax(A @ theta)
    Y = np.eye(theta.shape[1])[y]
    weights = np.vstack([np.zeros_like(theta[:1]), theta[1:]])
    cost = -np.mean(np.sum(Y * log_p, axis=1)) + alpha / 2 * np.sum(weights**2)
    return cost, A.T @ (np.exp(log_p) - Y) / len(X) + alpha * weights


class SoftmaxRegression:
    def __init__(self, learning_rate=0.5, max_epochs=5000, alpha=0.0, patience=50):
        self.learning_rate = learning_rate
        self.max_epochs = max_epochs
        self.alpha = alpha
        self.patience = patience

    def fit(self, X, y, X_valid, y_valid):
        self.classes_, codes = np.unique(y, return_inverse=True)
        codes_valid = np.searchsorted(self.classes_, y_valid)
        theta = np.zeros((1 + X.shape[1], len(self.classes_)))
        self.losses_, self.theta_, best = [], theta, 0
        for epoch in range(self.max_epochs):
            theta = theta - self.learning_rate * loss_and_gradient(theta, X, codes, self.alpha)[1]
            self.losses_.append(loss_and_gradient(theta, X_valid, codes_valid, 0.0)[0])
            if epoch == 0 or self.losses_[-1] < self.losses_[best]:
                self.theta_, best = theta, epoch
            elif epoch - best >= self.patience:
                break
        return self

    def predict_proba(self, X):
        return np.exp(log_softmax(np.column_stack([np.ones(len(X)), X]) @ self.theta_))

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

# %% wrong: loss_and_gradient, SoftmaxRegression
# Misconception: Thinks that the penalty is on all parameters: the biases are a row of theta like the others.
def loss_and_gradient(theta, X, y, alpha):
    A = np.column_stack([np.ones(len(X)), X])
    log_p = log_softmax(A @ theta)
    Y = np.eye(theta.shape[1])[y]
    cost = -np.mean(np.sum(Y * log_p, axis=1)) + alpha / 2 * np.sum(theta**2)
    return cost, A.T @ (np.exp(log_p) - Y) / len(X) + alpha * theta

# %% wrong: SoftmaxRegression
# Misconception: Thinks that the labels of the validation set are to be numbered as those of the training set were, by
# np.unique on its own labels, which gives other numbers when one of them is missing.
class SoftmaxRegression(SoftmaxRegression):
    def fit(self, X, y, X_valid, y_valid):
        self.classes_, codes = np.unique(y, return_inverse=True)
        codes_valid = np.unique(y_valid, return_inverse=True)[1]
        theta = np.zeros((1 + X.shape[1], len(self.classes_)))
        self.losses_, self.theta_, best = [], theta, 0
        for epoch in range(self.max_epochs):
            theta = theta - self.learning_rate * loss_and_gradient(theta, X, codes, self.alpha)[1]
            self.losses_.append(loss_and_gradient(theta, X_valid, codes_valid, 0.0)[0])
            if epoch == 0 or self.losses_[-1] < self.losses_[best]:
                self.theta_, best = theta, epoch
            elif epoch - best >= self.patience:
                break
        return self
