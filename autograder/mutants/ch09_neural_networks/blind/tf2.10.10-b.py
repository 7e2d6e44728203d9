# %% right
# Intent: MLPClassifier(sgd) with partial_fit everywhere; log_loss for the losses; a pickled dict of network, best network
# and losses as checkpoint; for few letters, copies that are moved and turned a little (scipy.ndimage).
import copy
import functools
import pickle
import warnings

import numpy as np
from scipy import ndimage
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer


def new_net(hidden, rate, n, seed):
    return MLPClassifier(
        hidden, solver="sgd", learning_rate_init=rate, batch_size=min(32, n), random_state=np.random.RandomState(seed)
    )


def one_epoch(net, X, y, classes):
    """Train for an epoch; False if the weights are no longer finite."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            net.partial_fit(X, y, classes=classes)
        except ValueError:
            return False
    return True


def loss_of(net, X, y):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            loss = float(log_loss(y, net.predict_proba(X), labels=net.classes_))
        except ValueError:
            return float("inf")
    return loss if np.isfinite(loss) else float("inf")


def lr_sweep(X, y, low, high, n_rates=15, n_epochs=3, seed=42):
    rates, classes = np.geomspace(low, high, n_rates), np.unique(y)
    losses = []
    for rate in rates:
        net = new_net((50,), rate, len(X), seed)
        fine = all(one_epoch(net, X, y, classes) for _ in range(n_epochs))
        losses.append(loss_of(net, X, y) if fine else np.inf)
    return rates, np.array(losses)


def pick_rate(rates, losses):
    rates, losses = np.asarray(rates, float), np.nan_to_num(np.asarray(losses, float), nan=np.inf, posinf=np.inf)
    best = int(np.argmin(losses))
    failing = rates[best + 1 :][losses[best + 1 :] > 2 * losses[best]]
    return float(failing[0] / 10 if len(failing) else rates[best])


def train_digits(
    X_train, y_train, X_val, y_val, rate, n_epochs, hidden=(300, 100), patience=5, seed=42, checkpoint=None
):
    scale = FunctionTransformer(functools.partial(np.multiply, np.float32(1 / 255)))
    A, B, classes = scale.fit_transform(X_train), scale.transform(X_val), np.union1d(y_train, y_val)
    if checkpoint is None:
        net, best, losses = new_net(tuple(hidden), rate, len(A), seed), None, []
    else:
        net, best, losses = pickle.loads(checkpoint)
    while len(losses) < n_epochs and (not losses or len(losses) - 1 - int(np.argmin(losses)) < patience):
        fine = one_epoch(net, A, y_train, classes)
        loss = loss_of(net, B, y_val) if fine else float("inf")
        if best is None or loss < min(losses):
            best = copy.deepcopy(net)
        losses.append(loss)
    return {
        "model": make_pipeline(scale, best),
        "losses": list(losses),
        "checkpoint": pickle.dumps((net, best, losses)),
    }


def fit_digits(X, y, seed=42):
    X, y = np.asarray(X), np.asarray(y)
    n_val = max(len(np.unique(y)), min(5_000, round(0.12 * len(y))))
    stratify = y if np.unique(y, return_counts=True)[1].min() > 1 else None
    A, B, a, b = train_test_split(X, y, test_size=n_val, random_state=seed, stratify=stratify)
    few = len(A) < 10_000
    if few:
        rng = np.random.default_rng(seed)
        images, extra = A.reshape(-1, 28, 28).astype(np.float32), [A]
        for _ in range(8 if len(A) < 3_000 else 4):
            moved = np.empty_like(images)
            for i, image in enumerate(images):
                t, s = np.deg2rad(rng.uniform(-10, 10)), rng.uniform(0.92, 1.08)
                M = np.array([[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]]) / s
                moved[i] = ndimage.affine_transform(
                    image, M, offset=13.5 - M @ np.full(2, 13.5) + rng.uniform(-2, 2, 2), order=1
                )
            extra.append(moved.clip(0, 255).round().astype(np.uint8).reshape(len(A), -1))
        A, a = np.concatenate(extra), np.tile(a, len(extra))
    some = np.random.default_rng(seed).permutation(len(A))[:1_500]
    rates, losses = lr_sweep(A[some] / np.float32(255), a[some], 1e-3, 3.0, n_rates=8, n_epochs=2, seed=seed)
    rate = min(pick_rate(rates, losses), 0.05)
    return train_digits(A, a, B, b, rate, n_epochs=15 if few else 20, patience=6, seed=seed)["model"]

# %% wrong: train_digits
# Misconception: the network is all that there is to save: with its weights, training goes on where it was. (Patience and
# the best network so far begin anew.)
def train_digits(
    X_train, y_train, X_val, y_val, rate, n_epochs, hidden=(300, 100), patience=5, seed=42, checkpoint=None
):
    scale = FunctionTransformer(functools.partial(np.multiply, np.float32(1 / 255)))
    A, B, classes = scale.fit_transform(X_train), scale.transform(X_val), np.union1d(y_train, y_val)
    net, losses = new_net(tuple(hidden), rate, len(A), seed), []
    if checkpoint is not None:
        coefs, intercepts, losses = pickle.loads(checkpoint)
        one_epoch(net, A, y_train, classes)  # so that there are weights to overwrite
        net.coefs_, net.intercepts_ = coefs, intercepts
    best, lowest, waited = copy.deepcopy(net), np.inf, 0
    while len(losses) < n_epochs and waited < patience:
        fine = one_epoch(net, A, y_train, classes)
        losses.append(loss_of(net, B, y_val) if fine else float("inf"))
        waited += 1
        if losses[-1] < lowest:
            best, lowest, waited = copy.deepcopy(net), losses[-1], 0
    return {
        "model": make_pipeline(scale, best),
        "losses": list(losses),
        "checkpoint": pickle.dumps((net.coefs_, net.intercepts_, losses)),
    }

# %% wrong: pick_rate
# Misconception: the best rate is that of the lowest loss, what else?
def pick_rate(rates, losses):
    return float(np.asarray(rates, float)[np.nanargmin(losses)])
