# %% right
# Intent: keep every layer's input; backwards, turn the gradient at the sums into those of W, b and of the layer's input.
def backprop(weights, biases, X, Y):
    weights = [np.asarray(W, dtype=float) for W in weights]
    biases = [np.asarray(b, dtype=float) for b in biases]
    Y = np.asarray(Y, dtype=float)
    last = len(weights) - 1

    inputs = []
    signal = np.asarray(X, dtype=float)
    for i in range(last + 1):
        inputs.append(signal)
        signal = signal @ weights[i] + biases[i]
        if i < last:
            signal = np.tanh(signal)

    grad_W = [None] * (last + 1)
    grad_b = [None] * (last + 1)
    delta = 2.0 * (signal - Y) / Y.size
    for i in range(last, -1, -1):
        grad_W[i] = inputs[i].T @ delta
        grad_b[i] = delta.sum(axis=0)
        if i > 0:
            delta = (delta @ weights[i].T) * (1.0 - inputs[i] ** 2)
    return grad_W, grad_b

# %% wrong: backprop
# Misconception: the mean of a loss is always over the rows of the batch; the outputs of one row are added up.
def backprop(weights, biases, X, Y):
    weights = [np.asarray(W, dtype=float) for W in weights]
    Y = np.asarray(Y, dtype=float)
    inputs = [np.asarray(X, dtype=float)]
    for W, b in zip(weights, biases):
        sums = inputs[-1] @ W + np.asarray(b, dtype=float)
        inputs.append(np.tanh(sums))
    delta = 2.0 * (sums - Y) / len(Y)
    grad_W, grad_b = [], []
    for i in range(len(weights) - 1, -1, -1):
        grad_W.insert(0, inputs[i].T @ delta)
        grad_b.insert(0, delta.sum(axis=0))
        delta = (delta @ weights[i].T) * (1.0 - inputs[i] ** 2)
    return grad_W, grad_b

# %% wrong: backprop
# Misconception: the slope of tanh is 1 - tanh², taken at what the layer gave (which is tanh already).
def backprop(weights, biases, X, Y):
    weights = [np.asarray(W, dtype=float) for W in weights]
    Y = np.asarray(Y, dtype=float)
    inputs = [np.asarray(X, dtype=float)]
    for W, b in zip(weights, biases):
        sums = inputs[-1] @ W + np.asarray(b, dtype=float)
        inputs.append(np.tanh(sums))
    delta = 2.0 * (sums - Y) / Y.size
    grad_W, grad_b = [], []
    for i in range(len(weights) - 1, -1, -1):
        grad_W.insert(0, inputs[i].T @ delta)
        grad_b.insert(0, delta.sum(axis=0))
        delta = (delta @ weights[i].T) * (1.0 - np.tanh(inputs[i]) ** 2)
    return grad_W, grad_b
