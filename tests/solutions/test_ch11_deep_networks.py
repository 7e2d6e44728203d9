"""Chapter 11's references beside PyTorch, closed forms, brute force, other optimisers and properties."""

from __future__ import annotations

import copy
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.nn.functional import cross_entropy

from solutions.ch11_deep_networks import (
    activations,
    deep,
    deep_training,
    digits,
    optimising,
    pairs,
    starts,
    transfer,
)
from tests.support.oracle import oracle

drawn = settings(max_examples=20, deadline=None, derandomize=True)
seeds = st.integers(0, 10_000)

# Why an exercise has no oracle of its own.
WITHOUT: dict[str, str] = {}


@oracle("p.11.1", "the spread of weights that torch.nn.init draws")
@pytest.mark.parametrize("fans", [(300, 200), (80, 500)])
def test_init_scale(fans: tuple[int, int]) -> None:
    fan_in, fan_out = fans
    weight = torch.empty(fan_out, fan_in)
    torch.manual_seed(0)
    draw = {
        ("glorot", False): nn.init.xavier_normal_,
        ("glorot", True): nn.init.xavier_uniform_,
        ("he", False): lambda w: nn.init.kaiming_normal_(w, nonlinearity="relu"),
        ("he", True): lambda w: nn.init.kaiming_uniform_(w, nonlinearity="relu"),
        ("lecun", False): lambda w: nn.init.kaiming_normal_(w, nonlinearity="linear"),
        ("lecun", True): lambda w: nn.init.kaiming_uniform_(w, nonlinearity="linear"),
    }
    for (rule, uniform), fill in draw.items():
        fill(weight)
        found = weight.abs().max() if uniform else weight.std()
        assert float(found) == pytest.approx(starts.init_scale(rule, fan_in, fan_out, uniform), rel=0.02)


@oracle("p.11.2", "a network of three layers that is trained from each of the starts")
def test_starts_that_will_do() -> None:
    torch.manual_seed(0)
    draw = {
        "a": lambda w: nn.init.kaiming_normal_(w),
        "b": lambda w: nn.init.constant_(w, 0.37),
        "c": lambda w: nn.init.constant_(w, float(torch.randn(())) * (2 / w.shape[1]) ** 0.5),
        "d": nn.init.zeros_,
        "e": nn.init.orthogonal_,
    }
    differing = []
    for letter, fill in draw.items():
        model = nn.Sequential(nn.Linear(5, 5), nn.Tanh(), nn.Linear(5, 5), nn.Tanh(), nn.Linear(5, 5)).double()
        for layer in model[::2]:
            fill(layer.weight)
            nn.init.constant_(layer.bias, 1.0 if letter == "d" else 0.0)
        first, behind = model[0], model[2]
        began = starts.different_units(*(v.detach().numpy() for v in (first.weight, first.bias, behind.weight)))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        X, y = torch.randn(40, 5).double(), torch.randn(40, 5).double()
        for _ in range(20):
            optimizer.zero_grad()
            (model(X) - y).square().mean().backward()
            optimizer.step()
        units = [len(np.unique(layer.weight.detach().numpy().round(9), axis=0)) for layer in (first, behind)]
        assert units[0] == began
        if units == [5, 5]:
            differing.append(letter)
    assert differing == starts.P_11_2_CHOICE


@oracle("p.11.3", "torch's cross entropy of a network without weights, and the biases that scipy finds to be best")
def test_first_loss() -> None:
    counts = [700, 200, 100]
    labels = torch.arange(3).repeat_interleave(torch.tensor(counts))
    logits = torch.tensor([[0.3, -1.0, 2.0]]).double()
    wanted = cross_entropy(logits.expand(1000, 3), labels).item()
    assert starts.first_loss(counts, logits[0].numpy()) == pytest.approx(wanted)
    best = minimize(lambda biases: starts.first_loss(counts, biases), np.zeros(3))
    shares = np.array(counts) / 1000
    assert best.fun == pytest.approx(-(shares * np.log(shares)).sum(), rel=1e-5)
    assert starts.first_loss(counts) == pytest.approx(math.log(3))


@oracle("p.11.4", "the formulas, written out with math, number by number")
@drawn
@given(st.lists(st.floats(-20, 20), min_size=2, max_size=6))
def test_activation(row: list[float]) -> None:
    formulas = {
        "relu": lambda z: max(z, 0.0),
        "leaky relu": lambda z: z if z > 0 else z / 100,
        "gelu": lambda z: z * (1 + math.erf(z / math.sqrt(2))) / 2,
        "silu": lambda z: z / (1 + math.exp(-z)),
        "mish": lambda z: z * math.tanh(math.log1p(math.exp(z))),
    }
    for name, formula in formulas.items():
        np.testing.assert_allclose(activations.activation(name, [row]), [[formula(z) for z in row]], atol=1e-9)
    shares = activations.activation("softmax", [row])[0]
    assert shares.sum() == pytest.approx(1)
    np.testing.assert_allclose(np.log(shares[0] / shares[1]), row[0] - row[1], atol=1e-6)


@oracle("tf2.11.3", "the integrals that SELU's constants solve; the slope of a layer, by differences")
def test_selu_and_dead_units() -> None:
    for power, wanted in ((1, 0.0), (2, 1.0)):
        found = quad(lambda z, p=power: float(activations.selu(z)) ** p * norm.pdf(z), -12, 12, points=[0])[0]
        assert found == pytest.approx(wanted, abs=1e-6)
    z = np.linspace(-3, 3, 7) + 0.01
    np.testing.assert_allclose(np.gradient(activations.elu(np.stack([z - 1e-6, z + 1e-6])), 2e-6, axis=0)[0],
                               np.where(z > 0, 1, np.exp(z)), rtol=1e-4)  # fmt: skip
    rng = np.random.default_rng(0)
    X, W, b = rng.normal(size=(15, 3)), rng.normal(size=(9, 3)), rng.normal(-3, 2, 9)
    moved = [np.maximum(X @ (W + e).T + b, 0).sum(axis=0) for e in (0, 1e-6, -1e-6)]
    still = [unit for unit in range(9) if moved[0][unit] == moved[1][unit] == moved[2][unit]]
    assert activations.dead_units(X, W, b) == still


@oracle("p.11.5", "the recurrence of the damped oscillator, solved by its eigenvalues")
@drawn
@given(st.floats(0.01, 0.5), st.floats(0.0, 0.999), st.floats(0.1, 2.0))
def test_momentum_path(rate: float, momentum: float, curvature: float) -> None:
    step = np.array([[momentum, -rate * curvature], [momentum, 1 - rate * curvature]])
    wanted = [(np.linalg.matrix_power(step, n) @ [0.0, 2.0])[1] for n in range(1, 30)]
    np.testing.assert_allclose(optimising.momentum_path(2.0, rate, momentum, curvature, 29), wanted, atol=1e-8)
    slope = optimising.momentum_path(0.0, rate, momentum, 0.0, 3)
    assert slope == [0.0] * 3
    assert optimising.top_speed(rate, momentum, -1.0) == pytest.approx(sum(rate * momentum**n for n in range(20_000)))


@oracle("p.11.6", "torch.nn.utils.prune on all layers at once, and sorting by hand")
@drawn
@given(seeds, st.floats(0, 1))
def test_pruned(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    parts = [rng.normal(size=shape) for shape in ((3, 4), (5,), (2, 2, 2))]
    found = optimising.pruned(parts, share)
    numbers = sorted(abs(value) for part in parts for value in part.ravel())
    gone = sum(int((part == 0).sum()) for part in found)
    assert gone == round(share * 25)
    left = sorted(abs(value) for part in found for value in part.ravel() if value)
    assert left == numbers[gone:]


@oracle("p.11.7", "nn.Dropout: its mean, and the values that it can give")
def test_dropped() -> None:
    torch.manual_seed(0)
    X = torch.ones(40_000, 1)
    layer = nn.Dropout(0.3)
    by_torch = layer(X)
    ours = optimising.dropped(X, 0.3, torch.rand(40_000, 1))
    assert np.unique(ours.round(6)).tolist() == np.unique(by_torch.double().numpy().round(6)).tolist()
    assert ours.mean() == pytest.approx(1, abs=0.02) and float(by_torch.mean()) == pytest.approx(1, abs=0.02)


# ---------------------------------------------------------------- twenty layers


@oracle("p.11.8", "scikit-learn's StandardScaler; the formulas of a dense layer, one after the other")
def test_standardised_and_make_mlp() -> None:
    rng = np.random.default_rng(0)
    parts = [rng.integers(0, 256, (n, 5)) for n in (30, 4)]
    scaler = StandardScaler().fit(parts[0])
    for found, part in zip(deep.standardised(*parts), parts, strict=True):
        np.testing.assert_allclose(found, scaler.transform(part), atol=1e-5)
    X = torch.randn(6, 5)
    for variant, act in (("base", nn.functional.silu), ("selu", nn.functional.selu)):
        model = deep.make_mlp(variant, 5, 3, n_hidden=7, n_layers=4)
        state, signal = list(model.state_dict().values()), X
        for W, b in zip(state[:-2:2], state[1:-2:2], strict=True):
            signal = act(signal @ W.T + b)
        assert torch.allclose(signal @ state[-2].T + state[-1], model(X), atol=1e-5)
    np.testing.assert_allclose(
        deep.layer_statistics(nn.Sequential(nn.Tanh(), nn.Tanh()), X, nn.Tanh),
        [(float(Z.mean()), float(Z.numpy().std())) for Z in (X.tanh(), X.tanh().tanh())],
        rtol=1e-4,
    )


@oracle("p.11.8", "multinomial logistic regression; the mean of all that dropout can do, counted out")
def test_fit_and_mc_predict() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(150, 3)).astype(np.float32)
    y = (X @ rng.normal(size=(3, 3)) + rng.gumbel(size=(150, 3))).argmax(axis=1)
    layer = nn.Linear(3, 3)
    history = deep_training.fit(layer, X, y, X, y, n_epochs=300, patience=300, rate=0.1, one_cycle=True, batch_size=150)
    model = LogisticRegression(C=1e6, max_iter=1000).fit(X, y)
    wanted = -np.log(model.predict_proba(X)[np.arange(150), y]).mean()
    assert min(history["valid_loss"]) == pytest.approx(wanted, rel=0.01)
    kept = np.array([[(m >> i) & 1 for i in range(3)] for m in range(8)]) * 2.0
    with torch.no_grad():
        mean = torch.stack([layer(torch.from_numpy(X[:5] * mask).float()).softmax(dim=1) for mask in kept]).mean(dim=0)
    found = deep_training.mc_predict(nn.Sequential(nn.Dropout(0.5), layer), torch.from_numpy(X[:5]), n_samples=2000)
    assert (found - mean).abs().max() < 0.05


@oracle("p.11.8", "a training at each rate by itself, from the same weights")
def test_first_step_of_a_sweep() -> None:
    X, y = torch.ones(4, 2), [0, 0, 0, 1]
    model = nn.Linear(2, 2)
    before = copy.deepcopy(model.state_dict())
    rates, losses = deep_training.sweep_rates(model, X, y, low=0.01, high=0.1, n_steps=2, batch_size=4, seed=3)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    torch.manual_seed(3)
    batches = [torch.randint(4, (4,)) for _ in range(2)]
    optimizer = torch.optim.NAdam(model.parameters(), lr=0.01)
    for batch, wanted in zip(batches, losses, strict=True):
        optimizer.zero_grad()
        loss = cross_entropy(model(X[batch]), torch.tensor(y)[batch])
        assert loss.item() == pytest.approx(wanted, rel=1e-5)
        loss.backward()
        optimizer.step()
    assert rates == pytest.approx([0.01, 0.1])


# ---------------------------------------------------------------- digits


@oracle("tf1.11.8", "multinomial logistic regression; torch.load of the checkpoint; a table of pictures")
def test_half_digits(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, 80)
    X, labels = digits.pick_digits(y[:, None] * 25, y, [5, 6, 7, 8, 9])
    np.testing.assert_allclose(X.ravel() * 255 / 25 - 5, labels, atol=1e-4)
    X = rng.normal(size=(150, 3)).astype(np.float32)
    y = (X @ rng.normal(size=(3, 3)) + rng.gumbel(size=(150, 3))).argmax(axis=1)
    layer, path = nn.Linear(3, 3), tmp_path / "best.pt"
    losses = digits.train_half(layer, X, y, X, y, path, n_epochs=300, patience=300, rate=0.05, batch_size=150)
    model = LogisticRegression(C=1e6, max_iter=1000).fit(X, y)
    wanted = -np.log(model.predict_proba(X)[np.arange(150), y]).mean()
    assert min(losses) == pytest.approx(wanted, rel=0.01)
    assert all(torch.equal(value, layer.state_dict()[name]) for name, value in torch.load(path).items())


@oracle("tf1.11.8", "a setting that can learn nothing, beside the share of the most frequent class")
def test_compare_settings() -> None:
    y = np.arange(90) % 3
    X = np.eye(3, dtype=np.float32)[y]
    blank = np.zeros_like(X)
    settings = [{"rate": 0.02, "batch_size": 16}]
    (right,), (chance,) = (digits.compare_settings(part, y, settings, n_hidden=16) for part in (X, blank))
    assert right > 0.95 and chance == pytest.approx(1 / 3, abs=0.01)


@oracle("tf1.11.9", "logistic regression on what the frozen layers give")
def test_transfer() -> None:
    torch.manual_seed(0)
    old = digits.HalfDigits(6, 4, n_hidden=5, batch_norm=True)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 6)).astype(np.float32)
    with torch.no_grad():
        seen = old.eval().hidden[:3](torch.from_numpy(X)).double().numpy()
    y = (seen @ rng.normal(size=(5, 3)) + 0.3 * rng.gumbel(size=(120, 3))).argmax(axis=1)
    options = {"n_outputs": 3, "n_reused": 3, "cached": True, "n_epochs": 400, "batch_size": 120, "rate": 0.05}
    new = transfer.transfer(old, X, y, **options)
    with torch.no_grad():
        found = cross_entropy(new(torch.from_numpy(X)), torch.from_numpy(y)).item()
    model = LogisticRegression(C=1e6, max_iter=5000).fit(seen, y)
    wanted = -np.log(model.predict_proba(seen)[np.arange(120), y]).mean()
    assert found == pytest.approx(wanted, abs=0.02)
    rows = transfer.some_of_each(y, 5)
    assert np.bincount(y[rows]).tolist() == [5, 5, 5]


@oracle("tf1.11.10", "sets of rows and classes; logistic regression on the tower")
def test_pairs() -> None:
    rng = np.random.default_rng(0)
    y = np.arange(30) % 3
    A, B, labels = pairs.make_pairs(np.arange(30)[:, None], y, 900)
    one, two = A.ravel().astype(int), B.ravel().astype(int)
    for row in range(30):
        partners = {0: set(two[(one == row) & (labels == 0)]), 1: set(two[(one == row) & (labels == 1)])}
        assert partners[0] <= set(np.flatnonzero(y == y[row])) - {row} and partners[1] <= set(
            np.flatnonzero(y != y[row])
        )
    torch.manual_seed(0)
    net, X = pairs.PairNet(4, 5, 2), rng.normal(size=(120, 4)).astype(np.float32)
    seen = net.tower_a(torch.from_numpy(X)).detach().double().numpy()
    labels = (seen @ rng.normal(size=(5, 3)) + 0.3 * rng.gumbel(size=(120, 3))).argmax(axis=1)
    head = pairs.fit_head(net, X, labels, 3, n_epochs=400, batch_size=120, rate=0.05)
    found = cross_entropy(head(torch.from_numpy(X)), torch.from_numpy(labels)).item()
    model = LogisticRegression(C=1e6, max_iter=5000).fit(seen, labels)
    assert found == pytest.approx(-np.log(model.predict_proba(seen)[np.arange(120), labels]).mean(), abs=0.02)
