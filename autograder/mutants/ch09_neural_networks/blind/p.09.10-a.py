# %% right
# Intent: standardise by the training rows, train a few networks with Adam epoch by epoch, keep the epoch and the network
# that make the fewest mistakes on the validation rows.
import copy
import warnings

import numpy as np
from sklearn.neural_network import MLPClassifier


class ACoverNet:
    def __init__(self, mean, spread, net):
        self.mean, self.spread, self.net = mean, spread, net

    def predict(self, X):
        return self.net.predict((np.asarray(X, dtype=float) - self.mean) / self.spread)


def fit_covertype(X_train, y_train, X_val, y_val, seed=42):
    X_train = np.asarray(X_train, dtype=float)
    y_train, y_val = np.asarray(y_train), np.asarray(y_val)
    classes = np.unique(y_train)
    mean, spread = X_train.mean(axis=0), X_train.std(axis=0)
    spread = np.where(spread > 1e-12 * np.maximum(1, np.abs(mean)), spread, 1.0)
    A = (X_train - mean) / spread
    V = (np.asarray(X_val, dtype=float) - mean) / spread
    n = len(A)
    if n < 20_000:
        plans = SMALL_PLANS
    else:
        plans = [dict(hidden=(256, 128), rate=0.002, alpha=1e-6, batch=512, epochs=36, patience=36)]
    best, fewest = None, np.inf
    for number, plan in enumerate(plans):
        net = MLPClassifier(
            plan["hidden"],
            alpha=plan["alpha"],
            batch_size=min(plan["batch"], n),
            learning_rate_init=plan["rate"],
            random_state=np.random.RandomState(seed + number),
        )
        waited = 0
        own = np.inf
        for epoch in range(plan["epochs"]):
            # the rate falls along half a cosine
            share = epoch / plan["epochs"]
            now = plan["rate"] * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * share)))
            if epoch:
                net._optimizer.learning_rate_init = now
            net.partial_fit(A, y_train, classes=classes)
            P = net.predict_proba(V)
            mistakes = np.mean(classes[P.argmax(axis=1)] != y_val)
            place = np.clip(np.searchsorted(classes, y_val), 0, len(classes) - 1)
            # mistakes first; the loss breaks ties
            score = mistakes - 1e-4 * np.mean(np.log(np.maximum(P[np.arange(len(V)), place], 1e-9))) / 21
            if score < own:
                own, waited = score, 0
            else:
                waited += 1
            if score < fewest:
                fewest = score
                best = copy.deepcopy(net)
            if waited >= plan["patience"]:
                break
    return ACoverNet(mean, spread, best)


SMALL_PLANS = [
    dict(hidden=(64,), rate=0.02, alpha=0.01, batch=32, epochs=50, patience=50),
    dict(hidden=(100, 50), rate=0.004, alpha=0.3, batch=32, epochs=50, patience=50),
]

# %% wrong: fit_covertype
# Misconception: a network finds the scales of its inputs by itself, since the weights can be of any size.
def fit_covertype(X_train, y_train, X_val, y_val, seed=42):
    net = MLPClassifier((100, 50), batch_size=min(50, len(X_train)), max_iter=80, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return net.fit(X_train, y_train)

# %% wrong: fit_covertype
# Misconception: every table is standardised by its own mean and spread, also the one to predict.
class AOwnScale:
    def __init__(self, net):
        self.net = net

    def predict(self, X):
        X = np.asarray(X, dtype=float)
        spread = X.std(axis=0)
        return self.net.predict((X - X.mean(axis=0)) / np.where(spread > 0, spread, 1.0))


def fit_covertype(X_train, y_train, X_val, y_val, seed=42):
    A = np.asarray(X_train, dtype=float)
    spread = A.std(axis=0)
    A = (A - A.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    net = MLPClassifier((100, 50), learning_rate_init=0.003, batch_size=min(50, len(A)), max_iter=60, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return AOwnScale(net.fit(A, y_train))
