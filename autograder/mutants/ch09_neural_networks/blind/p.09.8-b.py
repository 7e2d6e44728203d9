# %% right
# Intent: let torch's autograd do the way back: leaves for all parameters, mse_loss, autograd.grad.
import numpy as np
import torch


def backprop(weights, biases, X, Y):
    def leaf(a):
        return torch.tensor(np.array(a, dtype=np.float64), requires_grad=True)

    Ws, bs = [leaf(W) for W in weights], [leaf(b) for b in biases]
    out = torch.tensor(np.array(X, dtype=np.float64))
    for i, (W, b) in enumerate(zip(Ws, bs)):
        out = (out.tanh() if i else out) @ W + b
    loss = torch.nn.functional.mse_loss(out, torch.tensor(np.array(Y, dtype=np.float64)))
    grads = [g.numpy() for g in torch.autograd.grad(loss, Ws + bs)]
    return grads[: len(Ws)], grads[len(Ws) :]

# %% wrong: backprop
# Misconception: the mean of a loss is over the rows; the outputs of one row are added up.
def backprop(weights, biases, X, Y):
    def leaf(a):
        return torch.tensor(np.array(a, dtype=np.float64), requires_grad=True)

    Ws, bs = [leaf(W) for W in weights], [leaf(b) for b in biases]
    out = torch.tensor(np.array(X, dtype=np.float64))
    for i, (W, b) in enumerate(zip(Ws, bs)):
        out = (out.tanh() if i else out) @ W + b
    loss = (out - torch.tensor(np.array(Y, dtype=np.float64))).square().sum(dim=1).mean()
    grads = [g.numpy() for g in torch.autograd.grad(loss, Ws + bs)]
    return grads[: len(Ws)], grads[len(Ws) :]

# %% wrong: backprop
# Misconception: the slope of tanh, 1 - tanh(.)^2, is taken of what the layer has kept, which is its output already.
def backprop(weights, biases, X, Y):
    weights = [np.asarray(W, float) for W in weights]
    A = [np.asarray(X, float)]
    for i, (W, b) in enumerate(zip(weights, biases)):
        z = A[-1] @ W + np.asarray(b, float)
        A.append(z if i == len(weights) - 1 else np.tanh(z))
    delta = 2 * (A[-1] - np.asarray(Y, float)) / A[-1].size
    dW, db = [], []
    for i in reversed(range(len(weights))):
        dW.insert(0, A[i].T @ delta)
        db.insert(0, delta.sum(axis=0))
        delta = (delta @ weights[i].T) * (1 - np.tanh(A[i]) ** 2)
    return dW, db
