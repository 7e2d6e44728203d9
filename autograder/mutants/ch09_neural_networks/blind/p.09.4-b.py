# %% right
# Intent: chain rule with scipy's expit, whose slope is expit(z) expit(-z); a step has slope 0 everywhere else.
import numpy as np
from scipy.special import expit


def unit_gradient(activation, w, b, x, y):
    x1 = np.append(np.asarray(x, float), 1.0)
    if activation == "step":
        return np.zeros_like(x1).tolist()
    z = np.append(np.asarray(w, float), b) @ x1
    return (2 * (expit(z) - y) * expit(z) * expit(-z) * x1).tolist()

# %% wrong: unit_gradient
# Misconception: a step unit learns by the perceptron's rule, so error times input must be its gradient.
def unit_gradient(activation, w, b, x, y):
    x1 = np.append(np.asarray(x, float), 1.0)
    z = np.append(np.asarray(w, float), b) @ x1
    if activation == "step":
        return (2 * (float(z >= 0) - y) * x1).tolist()
    return (2 * (expit(z) - y) * expit(z) * expit(-z) * x1).tolist()

# %% wrong: unit_gradient
# Misconception: with a sigmoid the slope always cancels and the gradient is (a - y) x, as for cross-entropy.
def unit_gradient(activation, w, b, x, y):
    x1 = np.append(np.asarray(x, float), 1.0)
    if activation == "step":
        return np.zeros_like(x1).tolist()
    z = np.append(np.asarray(w, float), b) @ x1
    return ((expit(z) - y) * x1).tolist()
