"""Chapter 9's references beside PyTorch, enumeration, linear programs, finite differences and closed forms."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.optimize import check_grad, linprog
from scipy.special import expit, log_softmax
from sklearn.neural_network import MLPClassifier
from sklearn.tree import DecisionTreeClassifier
from torch import nn

from solutions.ch09_neural_networks.covtype import fit_covertype
from solutions.ch09_neural_networks.digits import train_digits
from solutions.ch09_neural_networks.layers import (
    backprop,
    forward,
    layer_shapes,
    n_parameters,
    output_activation,
)
from solutions.ch09_neural_networks.playground import decision_map, small_net
from solutions.ch09_neural_networks.rates import lr_sweep, pick_rate
from solutions.ch09_neural_networks.units import elu, leaky_relu, perceptron_epochs, swish, unit_gradient
from solutions.ch09_neural_networks.xor import threshold_net, xor_net
from tests.support.oracle import oracle

# Why an exercise has no oracle of its own.
WITHOUT: dict[str, str] = {}

FEW = settings(max_examples=25, deadline=None, derandomize=True)
SEEDS = st.integers(0, 10**6)


@oracle("p.09.1", "scikit-learn's decision rule on the same grid, and straight lines")
def test_the_map_is_that_of_a_model_that_is_known() -> None:
    X = np.random.default_rng(0).normal(size=(200, 2))
    tree = DecisionTreeClassifier(max_depth=3).fit(X, X[:, 0] > X[:, 1])
    x, y = np.linspace(-2, 2, 7), np.linspace(-1, 1, 4)
    wanted = [[tree.predict_proba([[a, b]])[0, 1] for a in x] for b in y]
    assert_allclose(decision_map(tree, x, y), wanted)
    line = small_net(X, (X @ [2.0, -1.0] > 0.3).astype(int), hidden=(1,))
    assert line.score(X, X @ [2.0, -1.0] > 0.3) > 0.97  # one unit is one straight line


@oracle("p.09.2", "the truth table, and a linear program: one unit alone can't")
@given(low=st.integers(-40, 40), gap=st.integers(1, 40))
@FEW
def test_xor_takes_a_hidden_layer(low: int, gap: int) -> None:
    levels = low / 8, (low + gap) / 8
    rows = np.array(list(itertools.product(levels, repeat=2)))
    table = [a != b for a, b in rows]
    assert threshold_net(xor_net(*levels), rows)[:, 0].tolist() == table
    signs = np.where(table, -1.0, 1.0)  # w·x + b >= 1 where true, <= -1 where not
    sides = signs[:, None] * np.column_stack([rows, np.ones(4)])
    assert linprog(np.zeros(3), A_ub=sides, b_ub=-np.ones(4), bounds=(None, None)).status == 2  # infeasible


@oracle("p.09.3", "a linear program: whether a line separates the rows")
@given(seed=SEEDS)
@FEW
def test_a_perceptron_gets_there_exactly_where_a_line_does(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X, y = rng.integers(-4, 5, (7, 2)), rng.integers(0, 2, 7)
    sides = np.where(y == 1, -1.0, 1.0)[:, None] * np.column_stack([X, np.ones(7)])
    found = linprog(np.zeros(3), A_ub=sides, b_ub=-np.ones(7), bounds=(None, None))
    assert (perceptron_epochs(X, y, 3_000) is not None) == (found.status == 0)


@oracle("p.09.4", "scipy's check of gradients by differences")
@given(seed=SEEDS, d=st.integers(1, 6))
@FEW
def test_gradient_of_a_unit(seed: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    x, y, start = rng.normal(size=d), float(rng.normal()), rng.normal(size=d + 1)

    def loss(values: np.ndarray) -> float:
        return float((expit(values[:-1] @ x + values[-1]) - y) ** 2)

    found = check_grad(loss, lambda v: np.array(unit_gradient("sigmoid", v[:-1], v[-1], x, y)), start)
    assert found < 1e-5
    assert unit_gradient("step", start[:-1], start[-1], x, y) == [0.0] * (d + 1)


@oracle("p.09.5", "PyTorch's activation functions")
def test_activation_functions() -> None:
    z = np.concatenate([np.linspace(-30, 30, 601), [-1e4, 1e4]])
    tensor = torch.from_numpy(z)
    for setting in (0.0, 0.3, 1.0, 2.5):
        assert_allclose(leaky_relu(z, setting), nn.functional.leaky_relu(tensor, setting), atol=1e-12)
        assert_allclose(elu(z, setting), nn.functional.elu(tensor, setting), atol=1e-12)
        assert_allclose(swish(z, setting), tensor * torch.sigmoid(setting * tensor), atol=1e-12)
    assert_allclose(swish(z), nn.functional.silu(tensor), atol=1e-12)


@oracle("p.09.6", "PyTorch's linear layers, whose weights are turned")
def test_the_network_of_the_exercise() -> None:
    net = nn.Sequential(nn.Linear(10, 50), nn.ReLU(), nn.Linear(50, 3), nn.ReLU()).double()
    W_h, b_h, W_o, b_o = (one.detach().numpy().T for one in net.parameters())
    X = np.random.default_rng(0).normal(size=(7, 10))
    arrays = {"X": X, "W_h": W_h, "b_h": b_h, "W_o": W_o, "b_o": b_o}
    Y = forward(*arrays.values())
    assert layer_shapes(7, 10, 50, 3) == {name: one.shape for name, one in {**arrays, "Y": Y}.items()}
    assert_allclose(Y, net(torch.from_numpy(X)).detach().numpy())


@oracle("p.09.7", "scipy's log-softmax, and the logistic function as softmax over two sums")
@given(seed=SEEDS)
@FEW
def test_outputs(seed: int) -> None:
    Z = np.random.default_rng(seed).normal(0, 20, (5, 4))
    assert_allclose(output_activation("softmax", Z), np.exp(log_softmax(Z, axis=1)))
    two = np.column_stack([np.zeros(5), Z[:, 0]])
    assert_allclose(output_activation("sigmoid", Z[:, :1])[:, 0], output_activation("softmax", two)[:, 1])
    assert_allclose(output_activation("none", Z), Z)


@oracle("p.09.8", "PyTorch's autograd, and differences")
@given(seed=SEEDS, depth=st.integers(1, 4))
@FEW
def test_backward_pass(seed: int, depth: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 6, depth + 1)
    W = [rng.normal(size=pair) for pair in itertools.pairwise(sizes)]
    b = [rng.normal(size=k) for k in sizes[1:]]
    X, Y = rng.normal(size=(4, sizes[0])), rng.normal(size=(4, sizes[-1]))
    leaves = [torch.tensor(one, requires_grad=True) for one in [*W, *b]]
    signal = torch.tensor(X)
    for i in range(depth):
        signal = (torch.tanh(signal) if i else signal) @ leaves[i] + leaves[depth + i]
    nn.functional.mse_loss(signal, torch.tensor(Y)).backward()
    found = [one for part in backprop(W, b, X, Y) for one in part]
    for mine, theirs in zip(found, leaves, strict=True):
        assert_allclose(mine, theirs.grad, atol=1e-10)


@oracle("p.09.9", "the arrays of a fitted MLPClassifier")
@pytest.mark.parametrize("hidden", [(4,), (5, 3), (2, 2, 2)])
def test_as_many_parameters_as_a_fitted_network_has(hidden: tuple[int, ...]) -> None:
    X, y = np.random.default_rng(0).normal(size=(30, 6)), np.arange(30) % 3
    network = MLPClassifier(hidden, max_iter=1).partial_fit(X, y, classes=[0, 1, 2])
    assert n_parameters([6, *hidden, 3]) == sum(one.size for one in [*network.coefs_, *network.intercepts_])


@oracle("p.09.10", "the rule that the rows were made by")
def test_cover_by_a_rule() -> None:
    rng = np.random.default_rng(0)
    X = rng.uniform(size=(1_200, 3)) * [1_000, 1, 0.01]
    y = 1 + (X[:, 0] > 500) + 4 * (X[:, 2] > 0.005)  # 1, 2, 5, 6
    model = fit_covertype(X[:900], y[:900], X[900:1_000], y[900:1_000])
    assert np.mean(model.predict(X[1_000:]) == y[1_000:]) > 0.93


@oracle("tf2.10.10", "the curvature of a parabola: where plain descent fails; an uninterrupted training")
def test_the_rate_of_a_known_valley() -> None:
    """Descent on a·w² multiplies w by 1 - 2·a·rate: it fails from the rate 1/a on."""
    a, rates = 4.0, np.geomspace(1e-4, 10, 31)
    losses = a * (1 - 2 * a * rates) ** (2 * 20)
    picked = pick_rate(rates, losses + 0.01)
    first = rates[rates > 1 / a][0]
    assert math.isclose(picked, first / 10)
    X, y = np.random.default_rng(0).normal(size=(60, 3)), np.arange(60) % 3
    found, losses = lr_sweep(X, y, 1e-9, 1.0, 4)
    assert_allclose(found, [1e-9, 1e-6, 1e-3, 1.0])
    assert abs(losses[0] - np.log(3)) < 0.3  # untrained
    pixels, labels = np.random.default_rng(1).integers(0, 256, (40, 784)).astype(np.uint8), np.arange(40) % 2
    whole = train_digits(pixels, labels, pixels, labels, 0.01, 4, (5,))
    half = train_digits(pixels, labels, pixels, labels, 0.01, 2, (5,))
    rest = train_digits(pixels, labels, pixels, labels, 0.01, 4, (5,), checkpoint=half["checkpoint"])
    assert rest["losses"] == whole["losses"]
