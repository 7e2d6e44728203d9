# %% right
# Intent: Ridge is least squares on X with sqrt(alpha) * I put below it, so a pseudoinverse gives H, also for alpha = 0.
# The bias is H @ f - f, the variance sigma squared times the mean row sum of H squared.
import numpy as np


def bias_and_variance(X, w, sigma, alpha):
    padded = np.vstack([X, np.sqrt(alpha) * np.eye(X.shape[1])])
    H = X @ np.linalg.pinv(padded)[:, : len(X)]
    truth = X @ w
    return np.mean((H @ truth - truth) ** 2), sigma**2 * np.mean(np.sum(H**2, axis=1))


P_04_9_CHOICE = ["bias", "reduce"]

# %% wrong: bias_and_variance
# Misconception: Thinks that the bias is one number for the whole model, the mean error over the rows, which is squared
# at the end; errors of opposite sign cancel.
def bias_and_variance(X, w, sigma, alpha):
    padded = np.vstack([X, np.sqrt(alpha) * np.eye(X.shape[1])])
    H = X @ np.linalg.pinv(padded)[:, : len(X)]
    truth = X @ w
    return np.mean(H @ truth - truth) ** 2, sigma**2 * np.mean(np.sum(H**2, axis=1))

# %% wrong: P_04_9_CHOICE
# Misconception: Thinks that alpha is the strength of the model, so that a model which is too weak needs more of it.
P_04_9_CHOICE = ["bias", "raise"]
