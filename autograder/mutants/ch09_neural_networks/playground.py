"""Chapter 9, a network to play with (p.09.1): wrong answers that must fail, and right ones that must pass."""

from itertools import pairwise

import numpy as np
import torch
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from autograder.testing import alternative, mutant


def _network(hidden, activation="tanh", seed=0, max_iter=1000):
    return MLPClassifier(
        hidden, activation=activation, solver="lbfgs", max_iter=max_iter, max_fun=10**6, random_state=seed
    )


def _net(X, y, hidden=(8,), activation="tanh", seed=0, max_iter=1000):
    return make_pipeline(StandardScaler(), _network(hidden, activation, seed, max_iter)).fit(X, y)


def _rights(X, y, hidden, seeds, activation):
    return np.array([np.mean(_net(X, y, hidden, activation, seed).predict(X) == y) for seed in seeds])


def _rate_of(net):
    """A right `success_rate` that trains such nets."""

    def success_rate(X, y, hidden, seeds, activation="tanh"):
        rights = [np.mean(net(X, y, hidden, activation, seed).predict(X) == y) for seed in seeds]
        return np.mean(np.array(rights) >= 0.95)

    return success_rate


# small_net, wrong


@mutant("p.09.1", replaces="small_net", fails="test_points_may_be_anywhere")
def as_they_come(X, y, hidden=(8,), activation="tanh", seed=0):
    """Your network gets the points as they come: far from 0, or in a large unit, all units answer the same. Scale them
    first."""
    return _network(hidden, activation, seed).fit(X, y)


@mutant("p.09.1", replaces="small_net", fails="test_points_may_be_anywhere")
def scaled_outside(X, y, hidden=(8,), activation="tanh", seed=0):
    """You scale the training points, but new ones come as they are: put the scaler and the network into one
    pipeline."""
    return _network(hidden, activation, seed).fit(StandardScaler().fit_transform(X), y)


def _hasty(X, y, hidden=(8,), activation="tanh", seed=0):
    return _net(X, y, hidden, activation, seed, max_iter=3)


@mutant(
    "p.09.1",
    replaces="small_net",
    fails="test_eight_units_close_a_ring_and_two_do_not",
    also={"success_rate": _rate_of(_hasty)},
)
def stopped_too_soon(X, y, hidden=(8,), activation="tanh", seed=0):
    """Your training stops after a few steps: let it go on until the loss no longer falls."""
    return _hasty(X, y, hidden, activation, seed)


@mutant("p.09.1", replaces="small_net", fails="test_seed_decides_the_small_net")
def seed_left_out(X, y, hidden=(8,), activation="tanh", seed=0):
    """Every seed gives the same network: pass it on as `random_state`."""
    return _net(X, y, hidden, activation, 0)


@mutant("p.09.1", replaces="small_net", fails="test_sizes_and_activation_matter")
def always_tanh(X, y, hidden=(8,), activation="tanh", seed=0):
    """You don't pass the activation function on."""
    return _net(X, y, hidden, "tanh", seed)


@mutant("p.09.1", replaces="small_net", fails="test_sizes_and_activation_matter")
def always_eight(X, y, hidden=(8,), activation="tanh", seed=0):
    """You don't pass the sizes of the hidden layers on."""
    return _net(X, y, (8,), activation, seed)


@mutant("p.09.1", replaces="small_net", fails="test_sizes_and_activation_matter")
def first_layer_only(X, y, hidden=(8,), activation="tanh", seed=0):
    """You build the first hidden layer alone: `hidden` has a number for each layer, so pass all of it on."""
    return _net(X, y, hidden[0], activation, seed)


# success_rate, wrong


@mutant("p.09.1", replaces="success_rate", fails="test_successes_are_counted")
def mean_accuracy(X, y, hidden, seeds, activation="tanh"):
    """You return the mean accuracy: what is asked for is the share of seeds that reach 95%."""
    return float(_rights(X, y, hidden, seeds, activation).mean())


@mutant("p.09.1", replaces="success_rate", fails="test_successes_are_counted")
def any_success(X, y, hidden, seeds, activation="tanh"):
    """You say whether any seed succeeds: the share of them is asked for."""
    return float((_rights(X, y, hidden, seeds, activation) >= 0.95).any())


@mutant("p.09.1", replaces="success_rate", fails="test_successes_are_counted")
def number_of_successes(X, y, hidden, seeds, activation="tanh"):
    """You count the successes: divide by the number of seeds."""
    return float((_rights(X, y, hidden, seeds, activation) >= 0.95).sum())


@mutant("p.09.1", replaces="success_rate", fails="test_successes_are_counted")
def more_than_95(X, y, hidden, seeds, activation="tanh"):
    """You count only what is above 95%: at least that much is asked for, so exactly 95% is a success, too."""
    return float((_rights(X, y, hidden, seeds, activation) > 0.95).mean())


@mutant("p.09.1", replaces="success_rate", fails="test_rate_is_of_the_activation_asked_for")
def rate_of_tanh(X, y, hidden, seeds, activation="tanh"):
    """`success_rate` trains with tanh whatever is asked for: hand the activation function on."""
    return float((_rights(X, y, hidden, seeds, "tanh") >= 0.95).mean())


# decision_map, wrong


def _map(model, x, y, **how):
    grid = np.stack(np.meshgrid(x, y, **how), axis=-1)
    return model.predict_proba(grid.reshape(-1, 2))[:, 1].reshape(grid.shape[:2])


@mutant("p.09.1", replaces="decision_map", fails="test_the_map_shows_each_point")
def turned(model, x, y):
    """Rows and columns are swapped: a row of the map has one second coordinate."""
    return _map(model, x, y, indexing="ij")


@mutant("p.09.1", replaces="decision_map", fails="test_the_map_shows_each_point")
def class_zero(model, x, y):
    """You show the probability of class 0: the second column is that of class 1."""
    return 1 - _map(model, x, y)


@mutant("p.09.1", replaces="decision_map", fails="test_the_map_shows_each_point")
def upside_down(model, x, y):
    """Your map is upside down: its rows come in the order of `y`."""
    return _map(model, x, y)[::-1]


# right


def _otherwise(X, y, hidden=(8,), activation="tanh", seed=0):
    return make_pipeline(MinMaxScaler((-2, 2)), _network(hidden, activation, seed)).fit(np.array(X), list(y))


@alternative("p.09.1", replaces="small_net", also={"success_rate": _rate_of(_otherwise)})
def other_scale(X, y, hidden=(8,), activation="tanh", seed=0):
    """Points scaled to -2 … 2."""
    return _otherwise(X, y, hidden, activation, seed)


class _Torch:
    """A network in PyTorch, trained with its own L-BFGS."""

    def __init__(self, X, y, hidden, activation, seed):
        torch.manual_seed(seed)
        self.mean, self.std = X.mean(axis=0), X.std(axis=0)
        layers, sizes = [], [2, *hidden]
        for n, k in pairwise(sizes):
            layers += [torch.nn.Linear(n, k), torch.nn.Tanh() if activation == "tanh" else torch.nn.ReLU()]
        self.net = torch.nn.Sequential(*layers, torch.nn.Linear(sizes[-1], 1)).double()
        for layer in layers[::2]:
            torch.nn.init.normal_(layer.weight, std=1.0)
        targets = torch.as_tensor(np.asarray(y, dtype=float))
        optimizer = torch.optim.LBFGS(self.net.parameters(), max_iter=400, line_search_fn="strong_wolfe")

        def closure():
            optimizer.zero_grad()
            loss = torch.nn.functional.binary_cross_entropy_with_logits(self._logits(X), targets)
            penalty = sum((one**2).sum() for one in self.net.parameters())
            (total := loss + 1e-5 * penalty).backward()
            return total

        optimizer.step(closure)

    def _logits(self, X):
        return self.net(torch.as_tensor((np.asarray(X, dtype=float) - self.mean) / self.std))[:, 0]

    def predict_proba(self, X):
        with torch.no_grad():
            p = torch.sigmoid(self._logits(X)).numpy()
        return np.column_stack([1 - p, p])

    def predict(self, X):
        return self.predict_proba(X).argmax(axis=1)

    def score(self, X, y):
        return float(np.mean(self.predict(X) == y))


def _torch_net(X, y, hidden=(8,), activation="tanh", seed=0):
    return _Torch(np.asarray(X, dtype=float), y, hidden, activation, seed)


@alternative("p.09.1", replaces="small_net", also={"success_rate": _rate_of(_torch_net)})
def small_net_of_torch(X, y, hidden=(8,), activation="tanh", seed=0):
    """PyTorch, in a class of one's own."""
    return _torch_net(X, y, hidden, activation, seed)


@alternative("p.09.1", replaces="decision_map")
def map_row_by_row(model, x, y):
    """One row of the map after the other, as lists."""
    return [np.asarray(model.predict_proba([[a, b] for a in x]))[:, 1].tolist() for b in y]
