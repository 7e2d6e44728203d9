# %% right
# Intent: a small ReLU/softmax network in plain numpy, trained by plain gradient descent on batches of 20. All state of a
# training (weights, best weights, losses, epochs without progress, the random state) is in the checkpoint.
import pickle

import numpy as np

A_BATCH = 20


def a_new_layers(sizes, rng):
    layers = []
    for n, k in zip(sizes[:-1], sizes[1:]):
        W = rng.normal(0.0, np.sqrt(2.0 / n), (n, k)).astype(np.float32)
        layers.append([W, np.zeros(k, dtype=np.float32)])
    return layers


def a_copy(layers):
    return [[np.array(W), np.array(b)] for W, b in layers]


def a_sums(layers, X):
    signal = X
    for i, (W, b) in enumerate(layers):
        signal = signal @ W + b
        if i < len(layers) - 1:
            signal = np.maximum(signal, 0)
    return signal


def a_proba(layers, X):
    parts = []
    for start in range(0, len(X), 2000):
        Z = a_sums(layers, X[start : start + 2000]).astype(np.float64)
        Z = Z - Z.max(axis=1, keepdims=True)
        P = np.exp(Z)
        parts.append(P / P.sum(axis=1, keepdims=True))
    return np.concatenate(parts)


def a_loss(layers, X, T):
    with np.errstate(all="ignore"):
        P = a_proba(layers, X)
        loss = -np.mean(np.log(np.maximum(P[np.arange(len(T)), T], 1e-300)))
        # np.maximum keeps NaN
    return float(loss) if np.isfinite(loss) else float("inf")


def a_epoch(layers, X, T, rate, rng):
    """Once through all rows, in a new order."""
    order = rng.permutation(len(X))
    rate = np.float32(rate)
    with np.errstate(all="ignore"):
        for start in range(0, len(X), A_BATCH):
            rows = order[start : start + A_BATCH]
            inputs = []
            signal = X[rows]
            for i, (W, b) in enumerate(layers):
                inputs.append(signal)
                signal = signal @ W + b
                if i < len(layers) - 1:
                    signal = np.maximum(signal, 0)
            P = np.exp(signal - signal.max(axis=1, keepdims=True))
            P /= P.sum(axis=1, keepdims=True)
            P[np.arange(len(rows)), T[rows]] -= 1
            delta = P / np.float32(len(rows))
            for i in range(len(layers) - 1, -1, -1):
                W, b = layers[i]
                grad_W = inputs[i].T @ delta
                grad_b = delta.sum(axis=0)
                if i > 0:
                    delta = (delta @ W.T) * (inputs[i] > 0)
                W -= rate * grad_W
                b -= rate * grad_b


def a_numbers(classes, y):
    return np.searchsorted(classes, y)


class ADigitNet:
    def __init__(self, layers, classes):
        self.layers = layers
        self.classes_ = classes

    def predict_proba(self, X):
        return a_proba(self.layers, np.asarray(X).astype(np.float32) / np.float32(255))

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


def lr_sweep(X, y, low, high, n_rates=15, n_epochs=3, seed=42):
    X = np.asarray(X, dtype=np.float32)
    classes = np.unique(y)
    T = a_numbers(classes, y)
    if n_rates == 1:
        rates = np.array([float(low)])
    else:
        factor = (high / low) ** (1.0 / (n_rates - 1))
        rates = np.array([low * factor**i for i in range(n_rates)])
    losses = np.zeros(n_rates)
    for i, rate in enumerate(rates):
        rng = np.random.RandomState(seed)
        layers = a_new_layers([X.shape[1], 50, len(classes)], rng)
        for _ in range(n_epochs):
            a_epoch(layers, X, T, rate, rng)
        losses[i] = a_loss(layers, X, T)
    return rates, losses


def pick_rate(rates, losses):
    rates = [float(rate) for rate in rates]
    losses = [float(loss) for loss in losses]
    best = 0
    for i in range(len(losses)):
        if losses[i] < losses[best]:
            best = i
    for i in range(best + 1, len(losses)):
        if losses[i] > 2 * losses[best]:
            return rates[i] / 10
    return rates[best]


def train_digits(
    X_train, y_train, X_val, y_val, rate, n_epochs, hidden=(300, 100), patience=5, seed=42, checkpoint=None
):
    classes = np.unique(np.concatenate([np.asarray(y_train), np.asarray(y_val)]))
    A = np.asarray(X_train).astype(np.float32) / np.float32(255)
    V = np.asarray(X_val).astype(np.float32) / np.float32(255)
    T, U = a_numbers(classes, y_train), a_numbers(classes, y_val)
    if checkpoint is None:
        rng = np.random.RandomState(seed)
        layers = a_new_layers([A.shape[1], *hidden, len(classes)], rng)
        state = {"layers": layers, "best": a_copy(layers), "lowest": float("inf"), "losses": [], "waited": 0, "rng": rng}
    else:
        state = pickle.loads(checkpoint)
        state["layers"] = a_copy(state["layers"])
        state["best"] = a_copy(state["best"])
    while len(state["losses"]) < n_epochs and state["waited"] < patience:
        a_epoch(state["layers"], A, T, rate, state["rng"])
        loss = a_loss(state["layers"], V, U)
        state["losses"].append(loss)
        if loss < state["lowest"]:
            state["lowest"] = loss
            state["best"] = a_copy(state["layers"])
            state["waited"] = 0
        else:
            state["waited"] += 1
    return {
        "model": ADigitNet(a_copy(state["best"]), classes),
        "losses": list(state["losses"]),
        "checkpoint": pickle.dumps(state),
    }


def a_shifted(X, y):
    """The pictures, and the same moved by one pixel in each of four directions."""
    pictures = X.reshape(-1, 28, 28)
    parts = [pictures]
    for axis, step in ((1, 1), (1, -1), (2, 1), (2, -1)):
        moved = np.roll(pictures, step, axis=axis)
        edge = 0 if step == 1 else 27
        if axis == 1:
            moved[:, edge, :] = pictures[:, edge, :]
        else:
            moved[:, :, edge] = pictures[:, :, edge]
        parts.append(moved)
    return np.concatenate(parts).reshape(-1, 784), np.concatenate([y] * len(parts))


def fit_digits(X, y, seed=42):
    X, y = np.asarray(X), np.asarray(y)
    order = np.random.RandomState(seed).permutation(len(X))
    n_val = max(1, min(5000, len(X) // 8))
    val, rest = order[:n_val], order[n_val:]
    some = rest[:2000]
    rates, losses = lr_sweep(X[some] / np.float32(255), y[some], 0.001, 10.0, n_rates=11, n_epochs=3, seed=seed)
    rate = pick_rate(rates, losses)
    A, B = X[rest], y[rest]
    if len(X) < 10_000:  # few rows: make more of them
        A, B = a_shifted(A, B)
    # The sweep was with a smaller network: see by two epochs whether this one needs a lower rate.
    candidates = [min(rate, 0.3), min(rate, 0.3) / 4]
    lowest = []
    for one in candidates:
        begun = train_digits(A, B, X[val], y[val], one, 2, seed=seed)
        lowest.append(min(begun["losses"]))
    rate = candidates[int(np.argmin(lowest))]
    done = train_digits(A, B, X[val], y[val], rate, 15, patience=6, seed=seed)
    return done["model"]

# %% wrong: lr_sweep
# Misconception: a sweep is one training during which the rate grows: the network goes on from one rate to the next.
def lr_sweep(X, y, low, high, n_rates=15, n_epochs=3, seed=42):
    X = np.asarray(X, dtype=np.float32)
    classes = np.unique(y)
    T = a_numbers(classes, y)
    rates = np.geomspace(low, high, n_rates)
    losses = np.zeros(n_rates)
    rng = np.random.RandomState(seed)
    layers = a_new_layers([X.shape[1], 50, len(classes)], rng)
    for i, rate in enumerate(rates):
        for _ in range(n_epochs):
            a_epoch(layers, X, T, rate, rng)
        losses[i] = a_loss(layers, X, T)
    return rates, losses

# %% wrong: train_digits
# Misconception: the weights (with the losses so far) are all the state of a training; chance begins again from the seed,
# and the patience begins again too.
def train_digits(
    X_train, y_train, X_val, y_val, rate, n_epochs, hidden=(300, 100), patience=5, seed=42, checkpoint=None
):
    classes = np.unique(y_train)
    A = np.asarray(X_train).astype(np.float32) / np.float32(255)
    V = np.asarray(X_val).astype(np.float32) / np.float32(255)
    T, U = a_numbers(classes, y_train), a_numbers(classes, y_val)
    rng = np.random.RandomState(seed)
    layers = a_new_layers([A.shape[1], *hidden, len(classes)], rng)
    best, losses, waited = a_copy(layers), [], 0
    if checkpoint is not None:
        layers, best, losses = pickle.loads(checkpoint)
        layers = a_copy(layers)
    while len(losses) < n_epochs and waited < patience:
        a_epoch(layers, A, T, rate, rng)
        losses.append(a_loss(layers, V, U))
        if losses[-1] == min(losses):
            best, waited = a_copy(layers), 0
        else:
            waited += 1
    return {
        "model": ADigitNet(best, classes),
        "losses": list(losses),
        "checkpoint": pickle.dumps((layers, best, losses)),
    }
