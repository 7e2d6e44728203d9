# %% right
# Intent: everything by formula in NumPy. Each epoch's order comes from a generator made of (seed, epoch), so that the
# checkpoint, a JSON file, needs only theta and the history. It is written beside and renamed. Features: bumps on a grid.
import json
import os

def _scores(theta, X):
    theta = np.asarray(theta, dtype=np.float64)
    X = np.asarray(X, dtype=np.float64)
    return theta[0] + X @ theta[1:]

def _sigmoid(z):
    with np.errstate(under="ignore"):
        small = np.exp(-np.abs(z))
        return np.where(z >= 0, 1.0 / (1.0 + small), small / (1.0 + small))

def predict_proba(theta, X):
    return _sigmoid(_scores(theta, X))

def log_loss_and_gradient(theta, X, y):
    X = np.asarray(X, dtype=np.float64)
    y = np.asarray(y, dtype=np.float64)
    sign = 1.0 - 2.0 * y  # +1 for class 0, -1 for class 1
    against = sign * _scores(theta, X)  # the larger, the worse
    with np.errstate(under="ignore"):
        losses = np.maximum(against, 0.0) + np.log1p(np.exp(-np.abs(against)))
        slope = sign * _sigmoid(against)
        n = X.shape[0]
        gradient = np.empty(1 + X.shape[1])
        gradient[0] = slope.sum() / n
        gradient[1:] = slope @ X / n
    return float(losses.sum() / n), gradient

def logistic_regression(
    X, y, *, lr=0.1, batch_size=32, epochs=20, seed=0, path=None, resume=True, after_epoch=None
):
    X = np.asarray(X, dtype=np.float64)
    y = np.asarray(y, dtype=np.float64)
    n, d = X.shape
    theta = np.zeros(1 + d)
    history = []
    if path is not None and resume and os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            state = json.load(file)
        if not isinstance(state, dict) or state.get("kind") != "logistic regression":
            raise ValueError(f"{path} is no checkpoint")
        theta = np.array(state["theta"], dtype=np.float64)
        history = [float(loss) for loss in state["history"]]
    for epoch in range(len(history), epochs):
        order = np.random.default_rng([seed, epoch]).permutation(n)
        for start in range(0, n, batch_size):
            rows = order[start : start + batch_size]
            _, gradient = log_loss_and_gradient(theta, X[rows], y[rows])
            theta = theta - lr * gradient
        loss, _ = log_loss_and_gradient(theta, X, y)
        history.append(loss)
        if path is not None:
            state = {"kind": "logistic regression", "theta": theta.tolist(), "history": history}
            beside = str(path) + ".new"
            with open(beside, "w", encoding="utf-8") as file:
                json.dump(state, file)
            os.replace(beside, path)
        if after_epoch is not None:
            after_epoch(epoch + 1, loss)
    return theta, history

def more_features(X):
    X = np.asarray(X, dtype=np.float64)
    columns = [X[:, 0], X[:, 1]]
    for i in range(13):
        for j in range(13):
            a = -3.0 + 0.5 * i
            b = -3.0 + 0.5 * j
            columns.append(np.exp(-2.0 * ((X[:, 0] - a) ** 2 + (X[:, 1] - b) ** 2)))
    return np.stack(columns, axis=1)

# %% wrong: logistic_regression
# Misconception: the parameters and the history are the whole state; the generator is seeded again at the start and all is as it was.
import json
import os

def logistic_regression(
    X, y, *, lr=0.1, batch_size=32, epochs=20, seed=0, path=None, resume=True, after_epoch=None
):
    X = np.asarray(X, dtype=np.float64)
    y = np.asarray(y, dtype=np.float64)
    n, d = X.shape
    theta = np.zeros(1 + d)
    history = []
    rng = np.random.default_rng(seed)
    if path is not None and resume and os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            state = json.load(file)
        theta = np.array(state["theta"])
        history = state["history"]
    for epoch in range(len(history), epochs):
        order = rng.permutation(n)
        for start in range(0, n, batch_size):
            rows = order[start : start + batch_size]
            _, gradient = log_loss_and_gradient(theta, X[rows], y[rows])
            theta = theta - lr * gradient
        loss, _ = log_loss_and_gradient(theta, X, y)
        history.append(loss)
        if path is not None:
            with open(path, "w", encoding="utf-8") as file:
                json.dump({"theta": theta.tolist(), "history": history}, file)
        if after_epoch is not None:
            after_epoch(epoch + 1, loss)
    return theta, history

# %% wrong: log_loss_and_gradient
# Misconception: clipping the probabilities makes the logarithm safe, and so the loss right.
def log_loss_and_gradient(theta, X, y):
    X = np.asarray(X, dtype=np.float64)
    y = np.asarray(y, dtype=np.float64)
    p = np.clip(predict_proba(theta, X), 1e-15, 1 - 1e-15)
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    residual = p - y
    gradient = np.concatenate([[residual.mean()], X.T @ residual / len(y)])
    return float(loss), gradient
