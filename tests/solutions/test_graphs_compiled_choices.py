"""What the choices on graphs and compiled functions say of PyTorch is what PyTorch does."""

from __future__ import annotations

import copy
import os
import random
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, fx, nn

from solutions.graphs_compiled.compiled import TF2_12_9_CHOICE, TF2_12_10_CHOICE
from solutions.graphs_compiled.graph import TF1_09_3_CHOICE, all_heads
from solutions.graphs_compiled.tensors import TF2_12_2_CHOICE
from solutions.graphs_compiled.variables import TF1_09_5_CHOICE, TF1_09_8_CHOICE


def test_what_is_said_of_numpy_is_true() -> None:
    array = np.array([1.5])
    shared, copied = torch.from_numpy(array), torch.tensor(array)
    array[0] = 7
    found = {
        "drop-in replacement": hasattr(torch, "asanyarray"),
        "from_numpy shares memory": shared.item() == 7,
        "tensor shares memory": copied.item() == 7,
        "tensor of an array keeps its dtype": copied.dtype == torch.float64,
        "tensor of a list is float64": torch.tensor([1.5]).dtype == torch.float64,
    }
    assert {name for name, true in found.items() if true} == set(TF2_12_2_CHOICE)


def test_two_calls_or_one() -> None:
    torch.manual_seed(0)
    body = nn.Sequential(nn.BatchNorm1d(3), nn.Dropout(0.5))
    heads, x = [nn.Linear(3, 1), nn.Linear(3, 2)], torch.rand(64, 3) + 1
    statistics, results = [], []
    for once in (True, False):
        twin = copy.deepcopy(body)
        torch.manual_seed(1)
        results.append(all_heads(twin, heads, x) if once else [head(twin(x)) for head in heads])
        statistics.append(twin.state_dict()["0.running_mean"].clone())
    alike = torch.equal(results[0][1], results[1][1])
    assert TF1_09_3_CHOICE["dropout"] == ("the same" if alike else "not the same") == "not the same"
    assert not torch.equal(*statistics)
    assert TF1_09_3_CHOICE["running statistics"] == "not the same"
    body.eval()
    again = [head(body(x)) for head in heads]
    assert all(torch.equal(*pair) for pair in zip(all_heads(body, heads, x), again, strict=True))
    assert TF1_09_3_CHOICE["outputs"] == "the same"


def test_who_sees_a_change() -> None:
    model = nn.Linear(2, 2)
    twin, loaded, state = copy.deepcopy(model), nn.Linear(2, 2), model.state_dict()
    loaded.load_state_dict(state)
    with torch.no_grad():
        model.weight += 1
    seen = {
        "deepcopy": torch.equal(twin.weight, model.weight),
        "load_state_dict": torch.equal(loaded.weight, model.weight),
        "state_dict": torch.equal(state["weight"], model.weight),
    }
    for name, shared in seen.items():
        assert TF1_09_5_CHOICE[name] == ("shared" if shared else "own copy")


@pytest.mark.parametrize("name", ["forked", "share_memory_"])
def test_what_a_fork_shares(name: str) -> None:
    value: Any = torch.zeros(1000)
    if name == "share_memory_":
        value.share_memory_()
    child = os.fork()
    if not child:  # it must not return into pytest
        value.numpy()[:] = 1.0
        os._exit(0)
    os.waitpid(child, 0)
    assert TF1_09_5_CHOICE[name] == ("shared" if value[0] == 1 else "own copy")


def test_inputs_left_out() -> None:
    class Careless(nn.Module):
        def forward(self, x: Tensor, unused: Tensor) -> Tensor:
            return x + 1

    x = torch.ones(2)
    with pytest.raises(TypeError):
        Careless()(x)
    with pytest.raises(ValueError, match="flatten"):
        torch.export.export(Careless(), (x, x)).module()(x)
    assert TF1_09_8_CHOICE["module, not needed"] == TF1_09_8_CHOICE["exported, not needed"] == "error"


def _with_an_if(x: Tensor) -> Tensor:
    return x if x.sum() > 0 else -x


def test_what_becomes_of_an_if() -> None:
    x, graphs = torch.ones(3), []

    def backend(module: fx.GraphModule, inputs: Any) -> Callable[..., Any]:
        graphs.append(module)
        return module.forward

    torch.compiler.reset()
    assert torch.equal(torch.compile(_with_an_if, backend=backend)(x), x)
    assert graphs
    with pytest.raises(Exception, match=r"branch|control flow|Data-dependent|data-dependent"):
        torch.compile(_with_an_if, fullgraph=True, backend="eager")(x)
    assert list(TF2_12_9_CHOICE.values()) == ["runs", "runs in pieces", "is refused", "is refused"]


@pytest.mark.parametrize("name", TF2_12_10_CHOICE)
def test_exported_snippets(name: str) -> None:
    def repeated(x: Tensor) -> Tensor:
        for _ in range(int(x.sum())):
            x = torch.tanh(x)
        return x

    layers = nn.ModuleList([nn.Linear(3, 3), nn.Linear(3, 3)])
    snippets: dict[str, Callable[[Tensor], Tensor]] = {
        "shape": lambda x: x * 2 if x.shape[1] == 3 else x,
        "layers": lambda x: layers[1](layers[0](x)),
        "where": lambda x: torch.where(x > 0, x, 0 * x),
        "torch.rand": lambda x: x * torch.rand(3),
        "clock": lambda x: x * (time.time() % 60),
        "random": lambda x: x * random.random(),
        "if": lambda x: x if x.sum() > 0 else -x,
        "range": repeated,
    }

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = layers

        def forward(self, x: Tensor) -> Tensor:
            return snippets[name](x)

    try:
        program = torch.export.export(Model(), (torch.ones(2, 3),), strict=False).module()
    except Exception:
        found = "refused"
    else:
        x = -2 * torch.rand(2, 3, dtype=torch.float32)
        again = not torch.equal(program(x), program(x)) if name == "torch.rand" else torch.equal(program(x), Model()(x))
        found = "right" if again else "frozen"
    assert found == TF2_12_10_CHOICE[name]
