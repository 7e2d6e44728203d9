"""Chapter 10's references beside PyTorch's own layers and losses, closed forms, simulations and properties."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime
from scipy.special import expit, softmax
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from solutions.ch10_pytorch import (
    autograd,
    covertype,
    covertype_training,
    layers,
    loop,
    losses,
    norm,
    tensors,
    two_rates,
)
from tests.support.oracle import oracle

drawn = settings(max_examples=20, deadline=None, derandomize=True)
seeds, small = st.integers(0, 10_000), st.integers(1, 6)

# Why an exercise has no oracle of its own.
WITHOUT: dict[str, str] = {}


def _normal(seed: int, *shape: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape).astype(np.float32))


@oracle("p.10.1", "the same numbers, by Python's lists")
@pytest.mark.parametrize("kind", [torch.float32, torch.float64, torch.int64, torch.bfloat16])
def test_to_numpy(kind: torch.dtype) -> None:
    x = torch.tensor([[1.5, -2.25], [3.0, 0.0]]).to(kind)
    found = tensors.to_numpy(2 * x.requires_grad_(x.is_floating_point()))
    assert found.tolist() == (2 * x).tolist()


@oracle("p.10.2", "PyTorch's softsign (hypothesis)")
@drawn
@given(seeds, small)
def test_squash(seed: int, n: int) -> None:
    x = _normal(seed, n, 3)
    right = nn.functional.softsign(x)
    torch.testing.assert_close(tensors.squash(x), right)
    assert tensors.squash_(x) is x
    torch.testing.assert_close(x, right)


@oracle("p.10.3", "NumPy's full; the meta device")
def test_two_ways_to_a_device() -> None:
    for made in (tensors.made_there((2, 3), 1.5, "cpu"), tensors.moved_there((2, 3), 1.5, "cpu")):
        assert np.array_equal(made.numpy(), np.full((2, 3), 1.5, dtype=np.float32))
    assert tensors.made_there((2, 3), 1.5, "meta").is_meta and tensors.moved_there((2,), 1.5, "meta").is_meta


@oracle("p.10.4", "what backward leaves in .grad")
def test_without_gradients() -> None:
    layer, x = nn.Linear(3, 2), torch.ones(4, 3, requires_grad=True)
    assert torch.equal(autograd.quiet(layer, x), layer(x)) and not autograd.quiet(layer, x).requires_grad
    (layer(x) * autograd.cut(x[:, :2])).sum().backward()
    assert x.grad is not None and torch.allclose(
        x.grad, layer.weight.sum(dim=0).expand(4, 3)
    )  # nothing by way of what was cut off
    autograd.freeze(layer, "bias")
    layer.zero_grad()
    layer(x).sum().backward()
    assert layer.bias.grad is None and layer.weight.grad is not None


@oracle("p.10.5", "what each operation's derivative needs: its result, its input or nothing, for all pairs of six")
def test_fate() -> None:
    from autograder.checks.ch10_pytorch.inputs import program
    from autograder.checks.ch10_pytorch.test_autograd import _expected

    names = [name + end for name in ("exp", "tanh", "sigmoid", "sin", "cos", "neg") for end in ("", "_")]
    for case in itertools.product(names, names, ("chain", "product"), (False, True)):
        assert autograd.fate(program(*case), 0.7) == _expected(*case), case
    lines = {
        "a": ("sin", "exp_", "chain", False),
        "b": ("sin_", "exp", "chain", False),
        "c": ("exp_", "sin_", "chain", False),
        "d": ("sin", "cos_", "product", True),
        "e": ("sin_", "cos_", "product", True),
        "f": ("exp", "sin_", "chain", True),
    }
    assert {line: autograd.fate(program(*case), 2.0) for line, case in lines.items()} == autograd.P_10_5_CHOICE
    d, e = (program(*lines[line])(torch.tensor(2.0)) for line in "de")
    assert ("yes" if torch.isclose(d, e) else "no") == autograd.P_10_5_SAME


@oracle("p.10.6", "a real nn.Linear (hypothesis)")
@drawn
@given(small, small, st.lists(small, max_size=3))
def test_linear_facts(n_in: int, n_out: int, before: list[int]) -> None:
    layer, facts = nn.Linear(n_in, n_out), loop.linear_facts(n_in, n_out, (*before, n_in))
    assert facts["weight"] == tuple(layer.weight.shape) and facts["bias"] == tuple(layer.bias.shape)
    assert facts["parameters"] == sum(value.numel() for value in layer.parameters())
    assert facts["output"] == tuple(layer(torch.zeros(*before, n_in)).shape) and facts["neurons"] == n_out


@oracle("p.10.7", "gradient descent by its formula, with NumPy")
def test_train_epoch() -> None:
    model, X, y = nn.Linear(3, 1, bias=False), _normal(1, 7, 3), _normal(2, 7, 1)
    w, total = model.weight.detach().numpy().copy(), 0.0
    for rows in (slice(0, 4), slice(4, 7)):
        error = X[rows].numpy() @ w.T - y[rows].numpy()
        total += float((error**2).sum())
        w -= 0.1 * 2 * error.T @ X[rows].numpy() / len(error)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    found = loop.train_epoch(model, nn.MSELoss(), optimizer, DataLoader(TensorDataset(X, y), batch_size=4))
    assert found == pytest.approx(total / 7, rel=1e-4)
    assert np.allclose(model.weight.detach().numpy(), w, atol=1e-5)


@oracle("p.10.8", "which parameters a step with weight decay leaves as they are")
def test_missed_parameters() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 4), nn.Linear(4, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, weight_decay=0.5)
    model[1] = nn.Linear(4, 4)
    before = {name: value.detach().clone() for name, value in model.named_parameters()}
    model(torch.ones(2, 3)).sum().backward()
    optimizer.step()
    still = [name for name, value in model.named_parameters() if torch.equal(value, before[name])]
    assert loop.missed_parameters(model, optimizer) == still == ["1.weight", "1.bias"]


@oracle("p.10.9", "the longest path: from each batch's arrival on, all that is left is computed (hypothesis)")
@drawn
@given(st.integers(1, 40), st.integers(1, 9), st.integers(1, 9), st.integers(0, 6))
def test_epoch_seconds(n: int, load: int, compute: int, workers: int) -> None:
    paths = [load * -(-(k + 1) // workers) + compute * (n - k) for k in range(n)] if workers else [n * (load + compute)]
    assert loop.epoch_seconds(n, load, compute, workers) == max(paths)


@oracle("p.10.10", "scipy's softmax and expit (hypothesis)")
@drawn
@given(seeds, small, small)
def test_losses(seed: int, n: int, n_classes: int) -> None:
    logits, rng = _normal(seed, n, n_classes), np.random.default_rng(seed)
    labels, targets = rng.integers(0, n_classes, n), rng.integers(0, 2, (n, n_classes)).astype(np.float32)
    p, q = softmax(logits.numpy(), axis=1)[np.arange(n), labels], expit(logits.numpy())
    assert float(losses.softmax_loss(logits, torch.from_numpy(labels))) == pytest.approx(-np.log(p).mean(), rel=1e-4)
    right = -np.log(np.where(targets == 1, q, 1 - q)).mean()
    assert float(losses.sigmoid_loss(logits, torch.from_numpy(targets))) == pytest.approx(right, rel=1e-4)


@oracle("p.10.11", "a deep copy in evaluation mode")
def test_predict() -> None:
    import copy

    model = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 2))
    model(_normal(1, 9, 3))
    model[1].eval()
    X, right = _normal(2, 5, 3), copy.deepcopy(model).eval()
    assert torch.equal(losses.predict(model, X), right(X))
    assert [part.training for part in model.modules()] == [True, True, False, True, True]


@oracle("p.10.12", "the branch that each input takes")
def test_trace_holds() -> None:
    inputs = [torch.tensor([float(value)]) for value in range(-5, 6)]

    def bent(x: torch.Tensor) -> torch.Tensor:
        return x + 1 if x.sum() > 0 else -x

    assert losses.trace_holds(bent, torch.tensor([2.0]), inputs) == [bool(x > 0) for x in inputs]


@oracle("p.10.13", "scipy's finite differences; the book's figures")
@pytest.mark.parametrize("place", [(1.2, 3.4), (-0.7, 1.9), (2.0, -0.3)])
def test_derivatives(place: tuple[float, float]) -> None:
    right = approx_fprime(np.array(place), lambda p: np.sin(p[0] ** 2 * p[1]), 1e-7)
    assert autograd.by_hand(*place) == pytest.approx(right, abs=1e-5)
    assert autograd.by_autograd(lambda x, y: torch.sin(x**2 * y), *place) == pytest.approx(right, abs=1e-5)
    assert autograd.by_hand(1.2, 3.4) == pytest.approx((1.48986, 0.262917), abs=1e-5)
    assert pytest.approx((1.48986, 0.262917), abs=1e-4) == autograd.P_10_13


@oracle("p.10.14", "nn.Linear and nn.ReLU with the same weights (hypothesis)")
@drawn
@given(small, small, seeds)
def test_dense(n_in: int, n_out: int, seed: int) -> None:
    one, other = layers.Dense(n_in, n_out), layers.DenseParam(n_in, n_out)
    other.load_state_dict({name.removeprefix("linear."): value for name, value in one.state_dict().items()})
    X = _normal(seed, 2, 3, n_in)
    right = nn.Sequential(one.linear, nn.ReLU())(X)
    torch.testing.assert_close(one(X), right)
    torch.testing.assert_close(other(X), right)
    assert layers.gradients_agree(one.double(), X.double() + 0.01)


@oracle("tf2.12.12", "nn.LayerNorm (hypothesis)")
@drawn
@given(st.integers(2, 9), seeds)
def test_layer_norm(n: int, seed: int) -> None:
    mine, theirs, X = norm.MyLayerNorm(n), nn.LayerNorm(n, eps=0.001), 5 * _normal(seed, 4, 3, n)
    torch.testing.assert_close(mine(X), theirs(X))
    assert norm.largest_difference(mine, X) < 1e-5


@oracle("p.10.15", "scikit-learn's scaler on the training rows; PyTorch's cross-entropy of the logits")
def test_covertype() -> None:
    from sklearn.preprocessing import StandardScaler

    rng = np.random.default_rng(3)
    X, y = rng.normal(9, 4, (200, 54)), np.arange(200) % 5 + 1
    X[:, 53] = np.arange(200)
    train, valid, test = covertype.make_loaders(X, y, batch_size=16)
    parts = [torch.cat([rows for rows, _ in loader])[:, 53].int().tolist() for loader in (train, valid, test)]
    assert sorted(itertools.chain(*parts)) == list(range(200))
    scaler = StandardScaler().fit(X[sorted(parts[0]), :10])
    for loader, numbers in zip((valid, test), parts[1:], strict=True):
        rows = torch.cat([rows for rows, _ in loader])
        assert np.allclose(rows[:, :10], scaler.transform(X[numbers, :10]), atol=1e-4)
    model = covertype_training.CoverMLP(8)
    history = covertype_training.train_cover(model, train, valid, n_epochs=2)
    X_valid, y_valid = (torch.cat(list(part)) for part in zip(*valid, strict=True))
    right = nn.functional.cross_entropy(model(X_valid), y_valid).item()
    assert history["valid_loss"][-1] == pytest.approx(right, rel=1e-4)
    found: Any = covertype_training.cover_types(model, valid)
    assert torch.equal(found, model(X_valid).argmax(dim=1) + 1)


@oracle("tf2.12.13", "one optimiser with two groups, where both halves have the same kind")
def test_two_optimizers() -> None:
    torch.manual_seed(2)
    model = nn.Sequential(nn.Sequential(nn.Linear(4, 5), nn.Tanh()), nn.Linear(5, 3))
    twin = nn.Sequential(nn.Sequential(nn.Linear(4, 5), nn.Tanh()), nn.Linear(5, 3))
    twin.load_state_dict(model.state_dict())
    batches = [(_normal(seed, 6, 4), torch.arange(6) % 3) for seed in range(4)]
    both = [torch.optim.SGD(model[0].parameters(), lr=0.2), torch.optim.SGD(model[1].parameters(), lr=0.01)]
    history = two_rates.train_with_both(model, both, batches, batches[:2], n_epochs=2)
    one = torch.optim.SGD([{"params": twin[0].parameters(), "lr": 0.2}, {"params": twin[1].parameters(), "lr": 0.01}])
    means = [loop.train_epoch(twin, nn.CrossEntropyLoss(), one, batches) for _ in range(2)]
    assert [history["loss"][3], history["loss"][7]] == pytest.approx(means, rel=1e-4)
    for mine, right in zip(model.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(mine, right, rtol=1e-4, atol=1e-6)
