# %% right
# Intent: keep the input of every layer on the way forwards; on the way back carry delta = dL/dz and contract it with
# einsum.
import numpy as np


def backprop(weights, biases, X, Y):
    Ws = [np.asarray(W, dtype=float) for W in weights]
    bs = [np.asarray(b, dtype=float) for b in biases]
    Y = np.asarray(Y, dtype=float)
    inputs, z = [np.asarray(X, dtype=float)], None
    for i, (W, b) in enumerate(zip(Ws, bs)):
        z = np.einsum("mi,iu->mu", inputs[-1], W) + b
        if i < len(Ws) - 1:
            inputs.append(np.tanh(z))
    delta = 2.0 * (z - Y) / Y.size
    dW, db = [], []
    for i in reversed(range(len(Ws))):
        dW.append(np.einsum("mi,mu->iu", inputs[i], delta))
        db.append(np.einsum("mu->u", delta))
        if i:
            delta = np.einsum("mu,iu->mi", delta, Ws[i]) * (1.0 - inputs[i] ** 2)
    return dW[::-1], db[::-1]


# %% wrong: backprop
# Misconception: "mean squared error" divides by the number of rows only; the squares of a row's outputs are added up.
def backprop(weights, biases, X, Y):
    Ws = [np.asarray(W, dtype=float) for W in weights]
    bs = [np.asarray(b, dtype=float) for b in biases]
    Y = np.asarray(Y, dtype=float)
    inputs, z = [np.asarray(X, dtype=float)], None
    for i, (W, b) in enumerate(zip(Ws, bs)):
        z = inputs[-1] @ W + b
        if i < len(Ws) - 1:
            inputs.append(np.tanh(z))
    delta = 2.0 * (z - Y) / len(Y)
    dW, db = [], []
    for i in reversed(range(len(Ws))):
        dW.append(inputs[i].T @ delta)
        db.append(delta.sum(axis=0))
        if i:
            delta = (delta @ Ws[i].T) * (1.0 - inputs[i] ** 2)
    return dW[::-1], db[::-1]


# %% wrong: backprop
# Misconception: the slope 1 - tanh(.)^2 is taken at what the layer gives (tanh applied once more to a stored activation)
# instead of at its sum.
def backprop(weights, biases, X, Y):
    Ws = [np.asarray(W, dtype=float) for W in weights]
    bs = [np.asarray(b, dtype=float) for b in biases]
    Y = np.asarray(Y, dtype=float)
    inputs, z = [np.asarray(X, dtype=float)], None
    for i, (W, b) in enumerate(zip(Ws, bs)):
        z = inputs[-1] @ W + b
        if i < len(Ws) - 1:
            inputs.append(np.tanh(z))
    delta = 2.0 * (z - Y) / Y.size
    dW, db = [], []
    for i in reversed(range(len(Ws))):
        dW.append(inputs[i].T @ delta)
        db.append(delta.sum(axis=0))
        if i:
            delta = (delta @ Ws[i].T) * (1.0 - np.tanh(inputs[i]) ** 2)
    return dW[::-1], db[::-1]
