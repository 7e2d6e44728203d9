"""The references on graphs and compiled functions beside libraries, closed forms, and what PyTorch really does."""

from __future__ import annotations

import copy
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import huber
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, precision_score
from torch import Tensor, fx, nn

from solutions.graphs_compiled.checkpoints import (
    log_loss_and_gradient,
    logistic_regression,
    more_features,
    predict_proba,
)
from solutions.graphs_compiled.compiled import is_one_graph, settle, squeezed
from solutions.graphs_compiled.gradients import TF1_09_11_CHOICE, forward_gradient, traversals
from solutions.graphs_compiled.graph import (
    TF1_09_2_CHOICE,
    TF1_09_4_CHOICE,
    all_heads,
    hook_gap,
    joined,
    operations,
)
from solutions.graphs_compiled.parts import (
    TF2_12_7_CHOICE,
    HuberLoss,
    StreamingPrecision,
    leaf_layers,
    step_by_parts,
)
from solutions.graphs_compiled.tensors import (
    TF2_12_3_CHOICE,
    compare,
    numpy_std,
    ragged_numbers,
    slopes,
    sparse_numbers,
)
from solutions.graphs_compiled.variables import (
    TF1_09_7_CHOICE,
    TF1_09_9_CHOICE,
    Standardised,
    materialise,
    needed_inputs,
    set_value,
    shared_names,
    with_output,
)
from tests.support.oracle import oracle

# Why an exercise has no oracle of its own.
WITHOUT: dict[str, str] = {}

some = settings(max_examples=20, deadline=None, derandomize=True)
numbers = st.lists(st.floats(-3, 3), min_size=1, max_size=6)


@oracle("tf2.12.1", "closed form of a polynomial's derivative (hypothesis)")
@some
@given(numbers, st.lists(st.floats(-2, 2), min_size=2, max_size=5))
def test_slopes_of_polynomials(x: list[float], coefficients: list[float]) -> None:
    def polynomial(t: Tensor) -> Tensor:
        return torch.stack([c * t**k for k, c in enumerate(coefficients)]).sum(0)

    wanted = np.polynomial.Polynomial(coefficients).deriv()(np.array(x))
    np.testing.assert_allclose(slopes(polynomial, x), wanted, rtol=1e-9, atol=1e-9)


@oracle("tf2.12.2", "NumPy, and what PyTorch does")
@pytest.mark.parametrize("kind", [torch.float32, torch.float64, torch.int64])
def test_deviation_is_numpys(kind: torch.dtype) -> None:
    t = (10 * torch.rand(4, 1, 5)).to(kind)
    for dim in (0, 1, -1):
        found, wanted = numpy_std(t, dim), torch.from_numpy(t.numpy().std(axis=dim))
        torch.testing.assert_close(found, wanted)


@oracle("tf2.12.3", "torch.equal, and tensors made in both ways")
def test_pairs_made_in_two_ways() -> None:
    pairs = {
        "whole": (torch.arange(10), torch.tensor(np.arange(10))),
        "real": (torch.arange(10.0), torch.tensor(np.arange(10.0))),
        "tenths": (torch.arange(10) / 10, torch.tensor(np.arange(10) / 10)),
        "int32": (torch.arange(10), torch.from_numpy(np.arange(10, dtype=np.int32))),
    }
    assert {name: compare(*pair) for name, pair in pairs.items()} == TF2_12_3_CHOICE
    for one, other in pairs.values():
        assert torch.equal(one.double(), other.double()) == (compare(one, other) != "different")


@oracle("tf2.12.4", "the tensors that PyTorch makes")
def test_numbers_kept() -> None:
    table: Any = torch.zeros(5, 7)
    table[1, 2] = table[4, 0] = table[4, 6] = 3
    coo, csr = table.to_sparse_coo().coalesce(), table.to_sparse_csr()
    assert sparse_numbers(5, 7, 3) == {
        "dense": table.numel(),
        "coo": coo.indices().numel() + coo.values().numel(),
        "csr": csr.crow_indices().numel() + csr.col_indices().numel() + csr.values().numel(),
    }
    rows = [torch.zeros(n, 2) for n in (6, 3, 3, 1)]
    packed = nn.utils.rnn.pack_sequence(rows)
    jagged: Any = torch.nested.nested_tensor(rows, layout=torch.jagged)
    assert ragged_numbers([6, 3, 3, 1], 2) == {
        "padded": nn.utils.rnn.pad_sequence(rows).numel(),
        "packed": packed.data.numel() + packed.batch_sizes.numel(),
        "jagged": jagged.values().numel() + jagged.offsets().numel(),
    }


@oracle("tf1.09.1", "a record of what is called while it runs (TorchFunctionMode)")
def test_operations_are_those_that_run() -> None:
    called: list[str] = []

    class Noted(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            called.append(func.__name__)
            return func(*args, **(kwargs or {}))

    def f(x: Tensor) -> Tensor:
        return torch.tanh(torch.sin(x).abs()).floor()

    x = torch.ones(2)
    with Noted():
        f(x)
    assert operations(f) == called


@oracle("tf1.09.2", "what PyTorch does")
def test_two_ways() -> None:
    model = nn.Sequential(nn.Linear(3, 2))
    model[0].register_forward_hook(lambda module, args, output: 5 * output)
    x = torch.rand(4, 3)
    assert hook_gap(model, x) == 0
    model.register_forward_hook(lambda module, args, output: output - 2)
    assert hook_gap(model, x) == pytest.approx(2)
    A, t = torch.rand(3, 3), torch.tensor(0.1)
    before = A.clone()
    assert torch.equal(torch.matmul(A, A), A @ A) == (TF1_09_2_CHOICE["product"] == "the same")
    assert (t.item() == float(t)) == (TF1_09_2_CHOICE["number"] == "the same")
    assert TF1_09_2_CHOICE["call"] == "not the same"
    A.add(1)
    assert torch.equal(A, before)
    A.add_(1)
    assert torch.equal(A, before) == (TF1_09_2_CHOICE["in place"] == "the same")


@oracle("tf1.09.4", "torch.fx's own tracing of a container of both")
def test_joined_graphs() -> None:
    class Scaled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer, self.scale = nn.Linear(3, 3), nn.Parameter(torch.rand(3))

        def forward(self, x: Tensor) -> Tensor:
            return torch.relu(self.layer(x)) * self.scale

    first, second = fx.symbolic_trace(Scaled()), fx.symbolic_trace(Scaled())
    x, traced = torch.randn(5, 3), fx.symbolic_trace(nn.Sequential(first, second))
    both = joined(first, second)
    assert torch.equal(both(x), traced(x))
    assert [node.op for node in both.graph.nodes] == [node.op for node in traced.graph.nodes]
    assert TF1_09_4_CHOICE == "merge them first"


@oracle("tf1.09.6", "the same model made after setting the seed")
def test_brought_to_life() -> None:
    def make(device: str) -> nn.Module:
        with torch.device(device):
            return nn.Sequential(nn.Conv1d(2, 3, 2), nn.BatchNorm1d(3), nn.Sequential(nn.GRU(3, 2), nn.Linear(2, 2)))

    found = materialise(make("meta"), 4).state_dict()
    torch.manual_seed(4)
    for name, value in make("cpu").state_dict().items():
        assert torch.equal(found[name], value), name


@oracle("tf1.09.7", "a linear layer with the standardisation folded in")
def test_standardised() -> None:
    rng = np.random.default_rng(0)
    mean, std = rng.normal(size=4), rng.uniform(1, 3, 4)
    model, folded = Standardised(mean, std, 2), nn.Linear(4, 2)
    with torch.no_grad():
        weight = model.linear.weight / model.std
        folded.weight.copy_(weight)
        folded.bias.copy_(model.linear.bias - weight @ model.mean)
    x = torch.randn(6, 4)
    torch.testing.assert_close(model(x), folded(x))
    kinds = {name: "parameter" for name, _ in nn.BatchNorm1d(2).named_parameters()}
    kinds |= {name: "buffer" for name, _ in nn.BatchNorm1d(2).named_buffers()}
    assert TF1_09_7_CHOICE["running mean"] == kinds["running_mean"]
    assert TF1_09_7_CHOICE["embedding"] == "parameter"


@oracle("tf1.09.8", "changing one input after the other; Python and torch.export")
def test_needed_inputs() -> None:
    def f(a: Tensor, b: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        d = a * b
        return d.sin(), c + 1, d + c.cos()

    names, start = ("a", "b", "c"), [torch.tensor(value) for value in (0.3, 0.7, 1.1)]
    before, needed = f(*start), [set(), set(), set()]  # type: ignore[var-annotated]
    for n, name in enumerate(names):
        for k, value in enumerate(f(*(one + (m == n) for m, one in enumerate(start)))):
            if value != before[k]:
                needed[k].add(name)
    assert needed_inputs(fx.symbolic_trace(f)) == [sorted(one) for one in needed]


@oracle("tf1.09.9", "the rest of the network, called by itself")
def test_stepping_in() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.Sigmoid(), nn.Linear(3, 1))
    x, value = torch.randn(4, 2), torch.randn(4, 3)
    torch.testing.assert_close(with_output(model, "1", value, x), model[2](value))
    torch.testing.assert_close(with_output(model, "0", value, x), model[2](model[1](value)))
    assert not any(module._forward_hooks for module in model.modules())
    assert TF1_09_9_CHOICE["layer"] == "a forward hook"


@oracle("tf1.09.10", "load_state_dict")
def test_set_by_force() -> None:
    model, twin = nn.Linear(3, 2), nn.Linear(3, 2)
    values = np.arange(6.0).reshape(2, 3)
    twin.load_state_dict({"weight": torch.tensor(values), "bias": model.bias})
    parameter = model.weight
    set_value(model, "weight", values)
    assert model.weight is parameter
    assert torch.equal(model.weight, twin.weight)
    with pytest.raises(ValueError, match="shape"):
        set_value(model, "weight", values[0])


@oracle("tf1.09.11", "autograd's backward; calls counted")
def test_forward_gradient() -> None:
    calls = []

    def f(t: Tensor) -> Tensor:
        calls.append(1)
        return (t**2).sum() * t[0].exp()

    x = torch.rand(5, dtype=torch.float64, requires_grad=True)
    found = forward_gradient(f, x.detach())
    assert len(calls) == traversals("forward", 5, 1)
    (wanted,) = torch.autograd.grad(f(x), x)
    np.testing.assert_allclose(found, wanted.numpy())
    sizes = {"loss": (10, 1), "throw": (1, 1000), "picture": (784, 1), "dial": (3, 200)}
    for name, size in sizes.items():
        assert min(("forward", "reverse"), key=lambda mode: traversals(mode, *size)) == TF1_09_11_CHOICE[name]


@oracle("tf2.12.5", "scipy's huber")
@some
@given(numbers, st.floats(0.1, 3))
def test_huber(errors: list[float], delta: float) -> None:
    e = torch.tensor(errors)
    assert HuberLoss(delta)(e, 0 * e).item() == pytest.approx(huber(delta, errors).mean(), rel=1e-4, abs=1e-6)


@oracle("tf2.12.6", "scikit-learn's precision_score on all rows")
@some
@given(st.lists(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1), min_size=1))
def test_streaming_precision(batches: list[list[tuple[int, int]]]) -> None:
    metric = StreamingPrecision()
    for batch in batches:
        metric.update(*zip(*batch, strict=True))
    truth, said = zip(*[row for batch in batches for row in batch], strict=True)
    assert metric.compute() == pytest.approx(precision_score(truth, said, zero_division=np.nan), nan_ok=True)


@oracle("tf2.12.7", "the modules that torch.nn's transformer is made of")
def test_leaves_of_a_transformer() -> None:
    model = nn.TransformerEncoderLayer(8, 2)
    names = leaf_layers(model)
    assert "self_attn.out_proj" in names
    assert "self_attn" not in names
    assert TF2_12_7_CHOICE["may hold other modules"] == "both"  # this layer does


@oracle("tf2.12.8", "torch.optim.SGD with a group for each part")
def test_a_rate_for_each_part() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    twin, X, y = copy.deepcopy(model), torch.randn(9, 3), torch.randn(9, 2)
    groups = [{"params": twin[0].parameters(), "lr": 0.3}, {"params": twin[2].parameters(), "lr": 0.05}]
    loss = nn.functional.mse_loss(twin(X), y)
    torch.autograd.backward(loss)
    torch.optim.SGD(groups).step()
    assert step_by_parts(model, X, y, {"0": 0.3, "2": 0.05}) == pytest.approx(loss.item())
    for one, other in zip(model.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(one, other)


@oracle("tf2.12.10", "the colleague's function, in NumPy (hypothesis)")
@some
@given(st.lists(st.floats(-20, 20, width=32), min_size=1, max_size=6))
def test_squeezed(values: list[float]) -> None:
    leaky = [value / 10 if value < 0 else value for value in values]
    total = sum(leaky)
    if abs(total - 10) > 1e-3:
        wanted = [value / total if total > 10 else value for value in leaky]
        np.testing.assert_allclose(squeezed(torch.tensor(values)), wanted, rtol=1e-4, atol=1e-5)


@oracle("tf2.12.11", "the fixed point by numpy.linalg.solve")
def test_settles_at_the_fixed_point() -> None:
    layer = nn.Linear(3, 3)
    with torch.no_grad():
        layer.weight *= 0.5 / torch.linalg.matrix_norm(layer.weight, 2)
    y, steps = settle(layer, torch.randn(2, 3), 1e-6, 200)
    weight, bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()
    np.testing.assert_allclose(y.detach()[0], np.linalg.solve(np.eye(3) - weight, bias), atol=1e-4)
    assert 5 < steps < 40


@oracle("tf1.09.12", "scikit-learn's log_loss, and LogisticRegression without a penalty")
def test_logistic_regression() -> None:
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(60, 2)), rng.integers(0, 2, 60)
    theta, history = logistic_regression(X, y, lr=0.5, batch_size=60, epochs=2000)
    model = LogisticRegression(C=np.inf, tol=1e-10).fit(X, y)
    np.testing.assert_allclose(theta, [*model.intercept_, *model.coef_[0]], atol=1e-4)
    assert history[-1] == pytest.approx(log_loss(y, predict_proba(theta, X)))
    loss, gradient = log_loss_and_gradient(theta, X, y)
    assert loss == pytest.approx(history[-1])
    np.testing.assert_allclose(gradient, 0, atol=1e-5)


@oracle("tf1.09.12", "the training in one go")
def test_interrupted_again_and_again(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    X, y = rng.normal(size=(25, 2)), rng.integers(0, 2, 25)
    whole = logistic_regression(more_features(X), y, batch_size=4, epochs=7)
    for _, epochs in pairwise(range(8)):
        found = logistic_regression(more_features(X), y, batch_size=4, epochs=epochs, path=tmp_path / "file")
    np.testing.assert_array_equal(found[0], whole[0])
    assert found[1] == whole[1]


@oracle("tf1.09.3", "each head by itself")
def test_all_heads() -> None:
    body, heads, x = nn.Linear(3, 4), [nn.Linear(4, 1), nn.Linear(4, 2)], torch.rand(5, 3)
    for found, head in zip(all_heads(body, heads, x), heads, strict=True):
        torch.testing.assert_close(found, nn.Sequential(body, head)(x))


@oracle("tf1.09.5", "changing one and looking at the other")
def test_shared_memory() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    other = nn.ModuleDict({"tied": model[1], "copy": copy.deepcopy(model[0])})
    before = {name: value.clone() for name, value in other.named_parameters()}
    with torch.no_grad():
        for value in model.parameters():
            value.add_(1)
    changed = {name for name, value in other.named_parameters() if not torch.equal(value, before[name])}
    assert {name for _, name in shared_names(model, other)} == changed


@oracle("tf2.12.9", "torch.compile with fullgraph")
@pytest.mark.parametrize("whole", [True, False])
def test_one_graph(whole: bool) -> None:
    def f(x: Tensor) -> Tensor:
        return torch.tanh(x) if whole or x.sum() > 0 else -x

    torch.compiler.reset()
    try:
        torch.compile(f, fullgraph=True, backend="eager")(torch.ones(3))
    except Exception:
        assert not is_one_graph(f, torch.ones(3))
    else:
        assert is_one_graph(f, torch.ones(3))
    assert is_one_graph(f, torch.ones(3)) == whole
