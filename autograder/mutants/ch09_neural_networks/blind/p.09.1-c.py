# %% right
# Intent: StandardScaler and MLPClassifier(lbfgs) in one pipeline; the rate as the mean of a boolean vector; the map by
# broadcasting the two axes against each other.
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def small_net(X, y, hidden=(8,), activation="tanh", seed=0):
    net = MLPClassifier(
        hidden_layer_sizes=tuple(hidden),
        activation=activation,
        solver="lbfgs",
        max_iter=1000,
        random_state=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return make_pipeline(StandardScaler(), net).fit(np.asarray(X, dtype=float), np.asarray(y))


def success_rate(X, y, hidden, seeds, activation="tanh"):
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    said = np.stack([small_net(X, y, hidden, activation, seed).predict(X) for seed in seeds])
    right = np.einsum("sn->s", (said == y[None, :]).astype(float)) / len(y)
    return float(np.mean(right >= 0.95))


def decision_map(model, x, y):
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    grid = np.stack(np.broadcast_arrays(x[None, :], y[:, None]), axis=-1)
    proba = np.asarray(model.predict_proba(grid.reshape(-1, 2)))
    return proba[:, 1].reshape(len(y), len(x)).astype(float)


# %% wrong: small_net
# Misconception: scaling is a preparation of the training data only; once the network is trained on scaled points, it is
# the finished model and can be asked about points as they come.
def small_net(X, y, hidden=(8,), activation="tanh", seed=0):
    X = np.asarray(X, dtype=float)
    sd = X.std(axis=0)
    scaled = (X - X.mean(axis=0)) / np.where(sd > 0, sd, 1.0)
    net = MLPClassifier(tuple(hidden), activation=activation, solver="lbfgs", max_iter=1000, random_state=seed)
    return net.fit(scaled, np.asarray(y))


# %% wrong: success_rate
# Misconception: "how often it ends well" is the same as how many points are right on average over the seeds.
def success_rate(X, y, hidden, seeds, activation="tanh"):
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    said = np.stack([small_net(X, y, hidden, activation, seed).predict(X) for seed in seeds])
    return float((said == y[None, :]).mean())
