# %% right
# Intent: scipy's expit and NumPy's logaddexp for the numbers; each epoch's order from default_rng([seed, epoch]), so that the file needs only
# the parameters and the history (torch.save to a second file, then renamed); Gaussian bumps on a fixed grid as features.
import os

import numpy as np
import torch
from scipy.special import expit
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.utils import gen_batches


def predict_proba(theta, X):
    theta, X = np.asarray(theta, dtype=float), np.asarray(X, dtype=float)
    return expit(theta[0] + X @ theta[1:])


def log_loss_and_gradient(theta, X, y):
    theta, X = np.asarray(theta, dtype=float), np.asarray(X, dtype=float)
    sign = 1.0 - 2.0 * np.asarray(y, dtype=float)
    wrongness = sign * (theta[0] + X @ theta[1:])
    slope = sign * expit(wrongness)
    return float(np.logaddexp(0.0, wrongness).mean()), np.r_[slope.mean(), X.T @ slope / len(X)]


def logistic_regression(X, y, *, lr=0.1, batch_size=32, epochs=20, seed=0, path=None, resume=True, after_epoch=None):
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    theta, history = np.zeros(1 + X.shape[1]), []
    if path is not None and resume and os.path.exists(path):
        saved = torch.load(path, weights_only=True)
        theta, history = saved["theta"].numpy(), list(saved["history"])
    for epoch in range(len(history), epochs):
        order = np.random.default_rng([seed, epoch]).permutation(len(X))
        for rows in gen_batches(len(X), batch_size):
            theta = theta - lr * log_loss_and_gradient(theta, X[order[rows]], y[order[rows]])[1]
        history.append(log_loss_and_gradient(theta, X, y)[0])
        if path is not None:
            torch.save({"theta": torch.from_numpy(theta), "history": history}, f"{path}.new")
            os.replace(f"{path}.new", path)
        if after_epoch is not None:
            after_epoch(epoch + 1, history[-1])
    return theta, history


def more_features(X):
    X = np.asarray(X, dtype=float)
    ticks = np.linspace(-3.0, 3.0, 13)
    centres = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    return np.hstack([X, rbf_kernel(X, centres, gamma=3.0)])

# %% wrong: predict_proba
# Misconception: the textbook formula gives the right limits at large scores, so nothing more is needed.
def predict_proba(theta, X):
    theta, X = np.asarray(theta, dtype=float), np.asarray(X, dtype=float)
    return 1 / (1 + np.exp(-(theta[0] + X @ theta[1:])))

# %% wrong: log_loss_and_gradient
# Misconception: probabilities of 0 are dealt with by clipping them, as scikit-learn's log_loss does.
def log_loss_and_gradient(theta, X, y):
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    p = predict_proba(theta, X)
    q = np.clip(p, 1e-15, 1 - 1e-15)
    loss = -np.mean(y * np.log(q) + (1 - y) * np.log(1 - q))
    return float(loss), np.r_[(p - y).mean(), X.T @ (p - y) / len(X)]

# %% wrong: logistic_regression
# Misconception: a checkpoint is the parameters and the history; seeding the generator again when resuming gives the batches that would have come.
def logistic_regression(X, y, *, lr=0.1, batch_size=32, epochs=20, seed=0, path=None, resume=True, after_epoch=None):
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    theta, history = np.zeros(1 + X.shape[1]), []
    rng = np.random.default_rng(seed)
    if path is not None and resume and os.path.exists(path):
        saved = torch.load(path, weights_only=True)
        theta, history = saved["theta"].numpy(), list(saved["history"])
    for epoch in range(len(history), epochs):
        order = rng.permutation(len(X))
        for rows in gen_batches(len(X), batch_size):
            theta = theta - lr * log_loss_and_gradient(theta, X[order[rows]], y[order[rows]])[1]
        history.append(log_loss_and_gradient(theta, X, y)[0])
        if path is not None:
            torch.save({"theta": torch.from_numpy(theta), "history": history}, path)
        if after_epoch is not None:
            after_epoch(epoch + 1, history[-1])
    return theta, history

# %% wrong: more_features
# Misconception: features have to be scaled by the mean and the spread of the rows at hand, training rows or new ones.
from sklearn.preprocessing import PolynomialFeatures, StandardScaler


def more_features(X):
    return StandardScaler().fit_transform(PolynomialFeatures(3, include_bias=False).fit_transform(np.asarray(X, dtype=float)))
