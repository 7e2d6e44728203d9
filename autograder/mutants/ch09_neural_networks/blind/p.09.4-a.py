# %% right
# Intent: chain rule, 2 (a - y) f'(z) times each input, and times 1 for the bias; the step's slope is 0.
import math


def unit_gradient(activation, w, b, x, y):
    w = [float(one) for one in w]
    x = [float(one) for one in x]
    z = float(b)
    for weight, value in zip(w, x):
        z += weight * value
    if activation == "step":
        a = 1.0 if z >= 0 else 0.0
        slope = 0.0
    elif activation == "sigmoid":
        if z >= 0:
            a = 1 / (1 + math.exp(-z))
        else:
            a = math.exp(z) / (1 + math.exp(z))
        slope = a * (1 - a)
    else:
        raise ValueError(activation)
    common = 2 * (a - y) * slope
    gradient = []
    for value in x:
        gradient.append(float(common * value))
    gradient.append(float(common))
    return gradient

# %% wrong: unit_gradient
# Misconception: the perceptron's rule is the gradient of the step: error times input, as if the step let everything through.
def unit_gradient(activation, w, b, x, y):
    x = np.asarray(x, dtype=float)
    z = float(np.dot(w, x) + b)
    if activation == "step":
        common = 2 * ((1.0 if z >= 0 else 0.0) - y)
    else:
        a = 1 / (1 + np.exp(-z))
        common = 2 * (a - y) * a * (1 - a)
    return [float(common * value) for value in x] + [float(common)]

# %% wrong: unit_gradient
# Misconception: the gradient of a sigmoid unit is (a - y) x whatever the loss, as in logistic regression.
def unit_gradient(activation, w, b, x, y):
    x = np.asarray(x, dtype=float)
    if activation == "step":
        return [0.0] * (len(x) + 1)
    a = 1 / (1 + np.exp(-(np.dot(w, x) + b)))
    return [float((a - y) * value) for value in x] + [float(a - y)]
