"""Full-size figures of chapter 9."""

import numpy as np

from autograder.testing import headline
from course.datasets import load
from solutions.ch09_neural_networks.covtype import fit_covertype
from solutions.ch09_neural_networks.digits import fit_digits
from solutions.ch09_neural_networks.layers import n_parameters
from solutions.ch09_neural_networks.xor import threshold_net, xor_net


@headline("p.09.2", "rows of XOR's truth table that are right", book="4 of 4", data="", holds=lambda value: value == 4)
def xor() -> tuple[float, str]:
    """Two hidden threshold units."""
    rows = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    return float((threshold_net(xor_net(), rows)[:, 0] == (rows[:, 0] != rows[:, 1])).sum()), "exact"


@headline("p.09.6", "weights and biases of 10-50-3", book="703", data="", holds=lambda value: value == 703)
def parameters() -> tuple[float, str]:
    """10·50 + 50 + 50·3 + 3."""
    return n_parameters([10, 50, 3]), "exact"


@headline("p.09.10", "test accuracy", book="> 0.93", data="covtype", holds=lambda value: value > 0.93)
def cover() -> tuple[float, str]:
    """Two hidden layers of 300 and 200 units, the best epoch by the validation rows."""
    land = load("covtype")
    rows = np.random.default_rng(0).permutation(len(land.X))
    n = len(rows) // 10
    test, val, train = rows[:n], rows[n : 2 * n], rows[2 * n :]
    model = fit_covertype(land.X[train], land.y[train], land.X[val], land.y[val])
    return float(np.mean(model.predict(land.X[test]) == land.y[test])), f"{len(train):,} train / {n:,} test"


@headline("tf2.10.10", "test accuracy", book="> 0.98", data="mnist", holds=lambda value: value > 0.98)
def digits() -> tuple[float, str]:
    """Two hidden layers of 300 and 100 units, a rate from a sweep, early stopping."""
    mnist = load("mnist")
    model = fit_digits(mnist.X_train, mnist.y_train)
    accuracy = float(np.mean(model.predict(mnist.X_test) == mnist.y_test))
    return accuracy, f"{len(mnist.X_train):,} train / {len(mnist.X_test):,} test"
