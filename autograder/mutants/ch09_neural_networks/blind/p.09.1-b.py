# %% right
# Intent: StandardScaler and MLPClassifier(lbfgs) in one pipeline; its score() per seed; a meshgrid for the map.
import numpy as np
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def small_net(X, y, hidden=(8,), activation="tanh", seed=0):
    net = MLPClassifier(
        hidden_layer_sizes=tuple(hidden), activation=activation, solver="lbfgs", max_iter=1000, random_state=seed
    )
    return make_pipeline(StandardScaler(), net).fit(np.asarray(X, dtype=float), np.asarray(y))


def success_rate(X, y, hidden, seeds, activation="tanh"):
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    return float(np.mean([small_net(X, y, hidden, activation, seed).score(X, y) >= 0.95 for seed in seeds]))


def decision_map(model, x, y):
    xx, yy = np.meshgrid(x, y)
    return np.asarray(model.predict_proba(np.c_[xx.ravel(), yy.ravel()]))[:, 1].reshape(xx.shape)

# %% wrong: success_rate
# Misconception: "how often training ends well" is the accuracy that one gets on average over the seeds.
def success_rate(X, y, hidden, seeds, activation="tanh"):
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    return float(np.mean([small_net(X, y, hidden, activation, seed).score(X, y) for seed in seeds]))

# %% wrong: small_net
# Misconception: random_state=42 belongs in every model so that work is reproducible; the seed is only for the data.
def small_net(X, y, hidden=(8,), activation="tanh", seed=0):
    net = MLPClassifier(hidden, activation=activation, solver="lbfgs", max_iter=1000, random_state=42)
    return make_pipeline(StandardScaler(), net).fit(np.asarray(X, dtype=float), np.asarray(y))
