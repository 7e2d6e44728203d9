"""How a module behaves: modules that keep it pass, and those that break exactly that one fail."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from autograder.testing.modules import (
    evaluates,
    has_two_modes,
    ignores_padding,
    is_causal,
    tensor,
)
from tests.support.toy_models import (
    B,
    Causal,
    F,
    Functional,
    Recurrent,
    T,
    dropped,
    handle_of,
    plain,
    student_of,
)

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
