"""Promises of modules: for each helper, modules that keep it pass, and those that break exactly that one fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from autograder.engine.wire.proxy import LocalSession, Student
from autograder.testing.modules import (
    beats,
    built,
    evaluates,
    gradients_flow,
    has_parameters,
    has_two_modes,
    ignores_padding,
    ignores_rows,
    is_causal,
    is_complete,
    learns,
    outputs,
    repeats,
    stops_early,
    tensor,
    weights_of,
)

B, T, F = 4, 12, 3  # batch, time, features


class Recurrent(nn.Module):
    """(B, T, F) to (B, T, 2), as it should be."""

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.rnn = nn.GRU(F, 6, batch_first=True, **options)
        self.head = nn.Linear(12 if options.get("bidirectional") else 6, 2)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        return self.head(self.rnn(X)[0])


class Causal(nn.Module):
    """The same by convolution, without padding: 3 steps fewer come out."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(F, 2, 4)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        return self.conv(X.transpose(1, 2)).transpose(1, 2)


class Frozen(Recurrent):
    """No part of it can be trained."""

    def __init__(self) -> None:
        super().__init__()
        self.head.bias.requires_grad_(False)


class Functional(nn.Module):
    """A module whose forward pass is a function of (module, X), on two layers."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self.function = function
        self.one, self.two, self.drop = nn.Linear(F, 5), nn.Linear(5, 2), nn.Dropout(0.5)

    def forward(self, *inputs: torch.Tensor) -> Any:
        return self.function(self, *inputs)


def plain(m: Any, X: torch.Tensor) -> torch.Tensor:
    return m.two(torch.tanh(m.one(X)))


def dropped(m: Any, X: torch.Tensor) -> torch.Tensor:
    return m.two(m.drop(torch.tanh(m.one(X))))


def student_of(**names: Any) -> Student:
    return Student(LocalSession(names))


def handle_of(model: nn.Module) -> Any:
    torch.manual_seed(3)
    return student_of(model=model).model


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture(name="X")
def some_inputs(rng: np.random.Generator) -> Any:
    return rng.normal(size=(B, T, F))


# ---------------------------------------------------------------- outputs


def test_what_is_sent_has_the_type_that_models_take() -> None:
    assert tensor([[1.0]]).dtype is torch.float32
    assert tensor(np.arange(3, dtype=np.int32)).dtype is torch.int64
    assert tensor(torch.ones(2, dtype=torch.float64)).dtype is torch.float32
    assert tensor([True]).dtype is torch.bool


def test_outputs_come_back_as_an_array(X: Any) -> None:
    found = outputs(handle_of(Recurrent()), X, shape=(B, -1, 2))
    assert isinstance(found, np.ndarray) and found.shape == (B, T, 2)
    assert outputs(handle_of(Functional(lambda m, X: X.argmax(2))), X, shape=(B, T), dtype="int64").dtype == np.int64


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda m, X: X[:, -1], "shape"),
        (lambda m, X: X.sum(), "shape"),
        (lambda m, X: X[:, 1:], "shape"),
        (lambda m, X: X.double(), "float64"),
        (lambda m, X: X / 0, "not finite"),
        (lambda m, X: X.tolist(), "no tensor"),
        (lambda m, X: (X, X), "no tensor"),
        (lambda m, X: None, "no tensor"),
    ],
)
def test_other_outputs_are_refused(function: Any, message: str, X: Any) -> None:
    with pytest.raises(AssertionError, match=message):
        outputs(handle_of(Functional(function)), X, shape=(B, T, F))


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


# ---------------------------------------------------------------- causality


@pytest.mark.parametrize("model", [Recurrent(), Causal(), Functional(lambda m, X: X.cumsum(1))])
def test_the_past_decides(model: nn.Module, X: Any) -> None:
    is_causal(handle_of(model), X, X[::-1].copy(), t=6)
    is_causal(handle_of(model), X, X[::-1].copy(), t=6, reach=3)
    assert model.training


def test_token_ids_are_inputs_too(rng: np.random.Generator) -> None:
    model = nn.Sequential(nn.Embedding(9, F), Recurrent())
    ids = rng.integers(9, size=(B, T))
    is_causal(handle_of(model), ids, (ids + 1) % 9, t=5)


@pytest.mark.parametrize(
    ("model", "reach", "message"),
    [
        (Recurrent(bidirectional=True), 1, "depends on later inputs"),
        (Functional(lambda m, X: X - X.mean(1, keepdim=True)), 1, "depends on later inputs"),
        (Functional(lambda m, X: X.roll(-1, 1)), 1, "depends on later inputs"),
        (Functional(plain), 1, "earlier inputs don't matter"),
        (Causal(), 4, "earlier inputs don't matter"),
        (Functional(lambda m, X: X.cumsum(1)[:, :1].expand(X.shape)), 1, "later inputs don't matter later"),
        (Functional(lambda m, X: X.cumsum(1)[:, -1]), 1, "later inputs|too few steps|depends on later"),
        (Functional(lambda m, X: X.cumsum(1)[:, 7:]), 1, "too few steps"),
    ],
)
def test_the_future_leaks_or_the_past_is_forgotten(model: nn.Module, reach: int, message: str, X: Any) -> None:
    with pytest.raises(AssertionError, match=message):
        is_causal(handle_of(model), X, X[::-1].copy(), t=6, reach=reach)


@pytest.mark.parametrize(("t", "reach"), [(0, 1), (T - 1, 1), (3, 4), (6, 0)])
def test_an_author_has_to_leave_something_to_change(t: int, reach: int, X: Any) -> None:
    with pytest.raises(ValueError, match="nothing to change"):
        is_causal(handle_of(Recurrent()), X, X[::-1].copy(), t=t, reach=reach)
    with pytest.raises(ValueError, match="nothing to change"):
        is_causal(handle_of(Recurrent()), X, X, t=6)


# ---------------------------------------------------------------- two modes


def norm(m: Any, X: torch.Tensor) -> torch.Tensor:
    return (X - X.mean((0, 1))) / X.std((0, 1)) if m.training else X


def test_the_mode_makes_a_difference(X: Any) -> None:
    has_two_modes(handle_of(Functional(dropped)), X)
    model = nn.Sequential(nn.Flatten(), nn.BatchNorm1d(T * F))
    before = model[1].running_mean.clone()  # type: ignore[union-attr, operator]
    has_two_modes(handle_of(model), X, random=False)
    assert torch.equal(before, model[1].running_mean) and model.training  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (plain, "training mode makes no difference"),
        (lambda m, X: nn.functional.dropout(plain(m, X)), "random in evaluation mode"),
        (lambda m, X: dropped(m, X) - dropped(m, X).mean(0), "depends on the others"),
        (norm, "nothing is random"),
        (lambda m, X: dropped(m, X).sum(0), "not one for each row"),
    ],
)
def test_the_mode_makes_the_wrong_difference(function: Any, message: str, X: Any) -> None:
    with pytest.raises(AssertionError, match=message):
        has_two_modes(handle_of(Functional(function)), X)


def used_well(model: nn.Module, X: torch.Tensor) -> torch.Tensor:
    before = model.training
    model.eval()
    with torch.no_grad():
        found: torch.Tensor = model(X)
    model.train(before)
    return found


def left_in_eval(model: nn.Module, X: torch.Tensor) -> torch.Tensor:
    return model.eval()(X)  # type: ignore[no-any-return]


def left_in_train(model: nn.Module, X: torch.Tensor) -> torch.Tensor:
    found: torch.Tensor = model.eval()(X)
    model.train()
    return found


def part_left(model: Functional, X: torch.Tensor) -> torch.Tensor:
    found = used_well(model, X)
    model.drop.eval()
    return found


def as_it_is(model: nn.Module, X: torch.Tensor) -> torch.Tensor:
    return model(X)  # type: ignore[no-any-return]


def fixed_dropout(model: nn.Module, X: torch.Tensor) -> torch.Tensor:
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return model(X)  # type: ignore[no-any-return]


def test_what_is_used_is_in_evaluation_mode(X: Any) -> None:
    student = student_of(model=Functional(dropped), use=used_well)
    evaluates(student, student.model, lambda: student.use(student.model, tensor(X)))


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (left_in_eval, "another mode"),
        (left_in_train, "another mode"),
        (part_left, "another mode"),
        (as_it_is, "still in training mode"),
        (fixed_dropout, "depends on the mode"),
        (lambda model, X: None, "plain value"),
        (lambda model, X: model, "plain value"),
    ],
)
def test_what_is_used_is_in_another_mode(use: Any, message: str, X: Any) -> None:
    student = student_of(model=Functional(dropped), use=use)
    with pytest.raises(AssertionError, match=message):
        evaluates(student, student.model, lambda: student.use(student.model, tensor(X)))


# ---------------------------------------------------------------- padding


def last_real(m: Any, X: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    return plain(m, X).cumsum(1)[torch.arange(len(X)), lengths - 1]


def masked_mean(m: Any, X: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    mask = torch.arange(X.shape[1]) < lengths[:, None]
    return (plain(m, X) * mask[..., None]).sum(1) / lengths[:, None]


class Packed(Recurrent):
    """The last state of packed sequences."""

    def forward(self, X: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:  # type: ignore[override]
        packed = nn.utils.rnn.pack_padded_sequence(X, lengths, batch_first=True, enforce_sorted=False)
        return self.head(self.rnn(packed)[1][-1])  # type: ignore[no-any-return]


@pytest.fixture
def padded(X: Any) -> tuple[Any, Any, Any]:
    lengths = np.array([5, T, 1, 8])
    filled = np.where(np.arange(T)[:, None] < lengths[:, None, None], X, 0.0)
    return filled, filled + 1, lengths


@pytest.mark.parametrize("model", [Functional(last_real), Functional(masked_mean), Packed()])
def test_padding_makes_no_difference(model: nn.Module, padded: Any) -> None:
    ignores_padding(handle_of(model), *padded, fill=0.0)


def test_padding_may_be_found_by_its_value(padded: Any) -> None:
    model = Functional(lambda m, X: (plain(m, X) * (X != 0).any(2, keepdim=True)).sum(1))
    ignores_padding(handle_of(model), *padded, fill=0.0, with_lengths=False)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda m, X, n: plain(m, X)[:, -1], "more padding"),
        (lambda m, X, n: plain(m, X).mean(1), "more padding"),
        (lambda m, X, n: plain(m, X)[:, :T].sum(1), "without padding"),
        (lambda m, X, n: plain(m, X)[:, 0], "last step"),
        (lambda m, X, n: last_real(m, X, (n - 1).clamp(min=1)), "last step"),
        (lambda m, X, n: X.sum(), "not one for each"),
    ],
)
def test_padding_makes_a_difference(function: Any, message: str, padded: Any) -> None:
    with pytest.raises(AssertionError, match=message):
        ignores_padding(handle_of(Functional(function)), *padded, fill=0.0)


def test_an_author_has_to_pad(padded: Any) -> None:
    X, other, _ = padded
    with pytest.raises(ValueError, match="padded"):
        ignores_padding(handle_of(Packed()), X, other, np.full(B, T), fill=0.0)
    with pytest.raises(ValueError, match="last step"):
        ignores_padding(handle_of(Packed()), X, X, padded[2], fill=0.0)


# ---------------------------------------------------------------- training


def test_a_seed_decides() -> None:
    repeats(lambda seed: {"w": np.random.default_rng(seed).normal(size=3), "b": [seed, torch.tensor(1.0)]})


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (lambda seed: np.random.default_rng().normal(), "same seed"),
        (lambda seed: 3.0, "another seed"),
        (lambda seed: [], "nothing to compare"),
        (lambda seed: None, "plain value"),
    ],
)
def test_a_seed_decides_nothing(run: Any, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        repeats(run)


def test_training_lowers_the_loss() -> None:
    assert learns(lambda n: n, lambda n: 1 / n, 1, 4, to=0.5) == 0.25


@pytest.mark.parametrize("measure", [lambda n: 1.0, lambda n: n, lambda n: 1 - n / 10, lambda n: np.nan])
def test_training_does_not_lower_the_loss(measure: Any) -> None:
    with pytest.raises(AssertionError, match=r"training takes|not finite"):
        learns(lambda n: n, measure, 1, 4, to=0.5)


def test_better_than_naive() -> None:
    assert beats([1.0, 2.5], [1.0, 2.0], [0.0, 0.0]) == pytest.approx(0.5 / 3)


@pytest.mark.parametrize("found", [[0.0, 0.0], [5.0, 5.0], 1.5, [[1.0, 2.0]], [np.nan, 2.0]])
def test_not_better_than_naive(found: Any) -> None:
    with pytest.raises(AssertionError, match=r"naive|shape|finite"):
        beats(found, [1.0, 2.0], [0.0, 0.0])


def test_an_author_needs_a_baseline() -> None:
    for naive in ([1.0, 2.0], [0.0]):
        with pytest.raises(ValueError, match="baseline"):
            beats([1.0, 2.0], [1.0, 2.0], naive)


CURVE = (9.0, 5.0, 4.0, 3.0, 6.0, 7.0, 8.0, 9.0, 9.5)


def stopping(n_epochs: int, *, wait: int = 2, keep: str = "best", shown: int = 0) -> tuple[float, list[float]]:
    """A training whose model is its own loss; the curve falls until epoch 4."""
    losses: list[float] = []
    for loss in CURVE[:n_epochs]:
        losses.append(loss)
        if len(losses) - losses.index(min(losses)) > wait:
            break
    model = {"best": min(losses), "last": losses[-1], "first": losses[0]}[keep]
    return model, losses[shown:]


def test_training_ends_in_time() -> None:
    assert stops_early(stopping, lambda model: model, n_epochs=9, patience=2) == 4


@pytest.mark.parametrize(
    ("train", "message"),
    [
        (lambda n: stopping(n, keep="last"), "not the best"),
        (lambda n: stopping(n, keep="first"), "not the best"),
        (lambda n: stopping(n, wait=9), "should end at 6"),
        (lambda n: stopping(n, wait=1), "should end at 6"),
        (lambda n: stopping(n, wait=3), "should end at 6"),
        (lambda n: (stopping(n)[0], []), "no loss"),
        (lambda n: (stopping(n)[0], [np.nan]), "no loss"),
        (lambda n: (3.0, [*[4.0] * (n > 4), 3.0, 4.0, 4.0][:n]), "other losses|losses are not|should end|not the best"),
        (lambda n: (3.0, [9.0, 3.0, 9.0, 9.0]) if n == 9 else (5.0, [9.0, 5.0]), "other losses"),
        (lambda n: (3.0, [9.0, 3.0, 9.0, 9.0]) if n == 9 else (5.0, [9.0, 3.0]), "losses are not the model's"),
    ],
)
def test_training_does_not_end_in_time(train: Any, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        stops_early(train, lambda model: float(model), n_epochs=9, patience=2)


# ---------------------------------------------------------------- held-out rows

PARTS = {"held_out": slice(60, None), "seen": slice(0, 40)}


def test_held_out_rows_are_left_alone(rng: np.random.Generator) -> None:
    values = rng.normal(size=(80, 2))
    ignores_rows(lambda table: {"mean": table[:60].mean(0), "scale": table[:60].std()}, values, rng=rng, **PARTS)


@pytest.mark.parametrize(
    ("learn", "message"),
    [
        (lambda table: table.mean(0), "rows that are held out"),
        (lambda table: [table[:60].mean(0), table.max()], "rows that are held out"),
        (lambda table: table[:61].std(), "rows that are held out"),
        (lambda table: table[50:60].mean(0), "training rows"),
        (lambda table: 3.0, "training rows"),
    ],
)
def test_held_out_rows_are_used(learn: Any, message: str, rng: np.random.Generator) -> None:
    with pytest.raises(AssertionError, match=message):
        ignores_rows(learn, rng.normal(size=(80, 2)), rng=rng, **PARTS)


def test_held_out_rows_are_used_by_their_sign_alone(rng: np.random.Generator) -> None:
    with pytest.raises(AssertionError, match="rows that are held out"):
        ignores_rows(lambda table: (table[:75] > 0).sum(), rng.uniform(1, 2, (80, 2)), rng=rng, **PARTS)


def test_an_author_has_to_name_rows(rng: np.random.Generator) -> None:
    with pytest.raises(ValueError, match="no rows"):
        ignores_rows(lambda table: table.sum(), np.ones((5, 1)), slice(9, None), slice(0, 2), rng)
