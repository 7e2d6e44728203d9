"""What a module is made of: modules that keep it pass, and those that break exactly that one fail."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from autograder.testing.modules import (
    built,
    gradients_flow,
    has_parameters,
    is_complete,
    weights_of,
)
from tests.support.toy_models import (
    Causal,
    F,
    Frozen,
    Functional,
    Recurrent,
    T,
    dropped,
    plain,
    student_of,
)

# ---------------------------------------------------------------- parameters


def test_parameters_are_counted() -> None:
    student = student_of(model=Functional(plain), shared=nn.Sequential(layer := nn.Linear(3, 3), nn.ReLU(), layer))
    assert has_parameters(student, student.model, 32) == 32
    assert has_parameters(student, student.shared, 12) == 12
    assert has_parameters(student, student.model, at_least=32, at_most=32) == 32
    assert weights_of(student.model)["one.weight"].shape == (5, F)


def test_a_model_is_built_under_a_seed() -> None:
    student = student_of(Linear=nn.Linear)
    one, two = (built(student, student.Linear, np.random.default_rng(5), 3, 2, bias=False) for _ in range(2))
    other = built(student, student.Linear, np.random.default_rng(6), 3, 2, bias=False)
    weights = [weights_of(model)["weight"] for model in (one, two, other)]
    assert np.array_equal(weights[0], weights[1]) and not np.array_equal(weights[0], weights[2])


class _Liar(nn.Linear):
    def named_parameters(self, *args: Any, **options: Any) -> Any:
        return iter([("weight", nn.Parameter(torch.zeros(2, 3))), ("bias", self.bias)])


def _broken(value: float) -> nn.Module:
    layer = nn.Linear(3, 2)
    nn.init.constant_(layer.bias, value)
    return layer


@pytest.mark.parametrize(
    ("model", "bounds", "message"),
    [
        (nn.Linear(3, 2), {"total": 6}, "8 parameters"),
        (nn.Linear(3, 2), {"at_least": 9}, "at least"),
        (nn.Linear(3, 2), {"at_most": 7}, "at most"),
        (_broken(np.nan), {}, "not finite"),
        (_broken(np.inf), {}, "not finite"),
        (nn.ReLU(), {}, "empty"),
        (_Liar(3, 2), {}, "another one"),
    ],
)
def test_other_parameters_are_refused(model: nn.Module, bounds: dict[str, int], message: str) -> None:
    student = student_of(model=model)
    with pytest.raises(AssertionError, match=message):
        has_parameters(student, student.model, **bounds)


class InAList(nn.Module):
    """Its first layer is not registered."""

    def __init__(self) -> None:
        super().__init__()
        self.layers, self.head = [nn.Linear(F, 5)], nn.Linear(5, 2)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        return self.head(torch.tanh(self.layers[0](X)))


class NoParameter(nn.Module):
    """Its weight is an ordinary tensor."""

    def __init__(self) -> None:
        super().__init__()
        self.weight, self.scale = torch.randn(F, 2), nn.Parameter(torch.ones(2))

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        return X @ self.weight * self.scale


@pytest.mark.parametrize("make", [Recurrent, Causal, lambda: nn.Sequential(nn.Flatten(), nn.BatchNorm1d(T * F))])
def test_all_that_is_registered_is_loaded(make: Any, X: Any, rng: np.random.Generator) -> None:
    is_complete(student_of(make=make).make, X, rng=rng)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (InAList, "not registered"),
        (NoParameter, "not registered"),
        (lambda: Functional(lambda m, X: X), "does not depend"),
    ],
)
def test_what_is_not_registered_is_missed(make: Any, message: str, X: Any, rng: np.random.Generator) -> None:
    with pytest.raises(AssertionError, match=message):
        is_complete(student_of(make=make).make, X, rng=rng)


# ---------------------------------------------------------------- gradients


@pytest.mark.parametrize(
    "model", [Recurrent(), Causal(), Functional(plain), Functional(dropped), Recurrent(num_layers=2)]
)
def test_gradients_reach_every_parameter(model: nn.Module, X: Any, rng: np.random.Generator) -> None:
    student = student_of(model=model)
    before = weights_of(student.model)
    gradients_flow(student, student.model, X, rng=rng)
    after = weights_of(student.model)
    assert all(np.array_equal(before[name], after[name]) for name in before)
    assert all(value.grad is None for value in model.parameters()) and model.training


def begins_with_zeros(*names: str) -> nn.Module:
    """A network whose parts of these names hold zeros only, which is how residual branches and heads may begin."""
    model = Functional(plain)
    for name in names:
        for value in model.get_submodule(name).parameters():
            nn.init.zeros_(value)
    return model


def test_what_begins_with_zeros_can_learn(X: Any, rng: np.random.Generator) -> None:
    student = student_of(model=begins_with_zeros("two"))
    gradients_flow(student, student.model, X, rng=rng)
    assert not weights_of(student.model)["two.weight"].any()


class Invented(nn.Linear):
    """Says that a parameter of no use has a gradient."""

    def __init__(self) -> None:
        super().__init__(F, 2)
        self.unused = nn.Parameter(torch.ones(3))

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        self.unused.grad = torch.ones(3)
        return super().forward(X)


def half(values: torch.Tensor) -> torch.Tensor:
    """The same value, with a hook that spoils the gradient."""
    values.register_hook(lambda grad: grad * np.nan)
    return values


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Functional(lambda m, X: m.two(torch.tanh(m.one(X)).detach())), "one.weight gets no gradient"),
        (Functional(lambda m, X: m.two(torch.tanh(m.one(X) * 0))), "one.weight is 0"),
        (Functional(lambda m, X: m.one(X)), "two.weight gets no gradient"),
        (Functional(lambda m, X: half(m.one(X))), "one.weight is not finite"),
        (Frozen(), "head.bias gets no gradient"),
        (begins_with_zeros("one", "two"), "is 0"),
        (Invented(), "does not follow unused"),
    ],
)
def test_gradients_that_do_not_flow(model: nn.Module, message: str, X: Any, rng: np.random.Generator) -> None:
    student = student_of(model=model)
    with pytest.raises(AssertionError, match=message):
        gradients_flow(student, student.model, X, rng=rng)


def test_a_parameter_may_be_spared(X: Any, rng: np.random.Generator) -> None:
    student = student_of(model=Frozen())
    gradients_flow(student, student.model, X, rng=rng, spared=lambda name: name == "head.bias")
