# %% right
# Intent: standardise and train in one pipeline with lbfgs; count the seeds that reach 95%; build the grid points row by row.
import warnings

from sklearn.exceptions import ConvergenceWarning


def small_net(X, y, hidden=(8,), activation="tanh", seed=0):
    net = MLPClassifier(
        hidden_layer_sizes=tuple(hidden),
        activation=activation,
        solver="lbfgs",
        max_iter=1000,
        random_state=seed,
    )
    model = make_pipeline(StandardScaler(), net)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(np.asarray(X, dtype=float), np.asarray(y))
    return model


def success_rate(X, y, hidden, seeds, activation="tanh"):
    y = np.asarray(y)
    good = 0
    total = 0
    for seed in seeds:
        said = small_net(X, y, hidden, activation, seed).predict(np.asarray(X, dtype=float))
        total += 1
        if np.sum(said == y) >= 0.95 * len(y):
            good += 1
    return good / total


def decision_map(model, x, y):
    x = np.asarray(x, dtype=float)
    y = np.asarray(y, dtype=float)
    points = []
    for second in y:
        for first in x:
            points.append([first, second])
    sure = np.asarray(model.predict_proba(np.array(points)))[:, 1]
    return sure.reshape(len(y), len(x))

# %% wrong: small_net
# Misconception: the scaler only has to prepare the training points; it is enough to return the trained network itself.
def small_net(X, y, hidden=(8,), activation="tanh", seed=0):
    X = np.asarray(X, dtype=float)
    scaled = (X - X.mean(axis=0)) / np.maximum(X.std(axis=0), 1e-12)
    net = MLPClassifier(tuple(hidden), activation=activation, solver="lbfgs", max_iter=1000, random_state=seed)
    return net.fit(scaled, y)

# %% wrong: success_rate
# Misconception: the success rate is the mean accuracy over the seeds.
def success_rate(X, y, hidden, seeds, activation="tanh"):
    shares = []
    for seed in seeds:
        shares.append(small_net(X, y, hidden, activation, seed).score(X, y))
    return float(np.mean(shares))
