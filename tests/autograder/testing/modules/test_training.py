"""How a module is trained: modules that keep it pass, and those that break exactly that one fail."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from autograder.engine.wire.proxy import LocalSession, Student
from autograder.testing.modules import (
    beats,
    ignores_rows,
    learns,
    repeats,
    stir,
    stops_early,
)

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


def test_what_draws_without_the_seed_draws_anew(rng: np.random.Generator) -> None:
    """Also where something sets the global random numbers to the same each time, which hides it."""
    student = Student(LocalSession({"draw": lambda: torch.rand(3).tolist()}))

    def run(seed: int, stirred: bool) -> list[float]:
        student.probe_(_set)(7)
        if stirred:
            stir(student, rng)
        return [*student.draw(), seed]

    repeats(lambda seed: run(seed, False))
    with pytest.raises(AssertionError, match="same seed"):
        repeats(lambda seed: run(seed, True))


def _set(number: int) -> None:
    """Probe: what a check's own probe does that makes a model with a seed."""
    import torch

    torch.manual_seed(number)


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
