"""The steps of an optimiser: trainings that keep a promise pass, those that break exactly that one fail."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from autograder.testing.modules import Group, goes_round_once, moves, rates_of, replayed, steps_taken
from autograder.testing.modules.steps import _StepLog
from tests.support.toy_models import student_of

Make = Callable[..., torch.optim.Optimizer]


def trained(
    make: Make = torch.optim.NAdam, n_steps: int = 30, cycle: bool = True, every: int = 1, tenth: bool = False
) -> tuple[list[np.ndarray], list[np.ndarray], list[list[Group]]]:
    """Return the weights before and after a training, and its steps."""
    torch.manual_seed(0)
    model, X = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2)), torch.randn(20, 4)
    model[0].bias.requires_grad_(False)

    def train() -> None:
        groups = [{"params": model[0].parameters(), "lr": 0.01 if tenth else 0.1}, {"params": model[2].parameters()}]
        optimizer = make(groups if tenth else model.parameters(), lr=0.1)
        plan = torch.optim.lr_scheduler.OneCycleLR(optimizer, [0.01, 0.1] if tenth else 0.1, total_steps=n_steps)
        for step in range(n_steps):
            optimizer.zero_grad()
            model(X).square().mean().backward()
            optimizer.step()
            if cycle and step % every == 0:
                plan.step()

    before = [value.detach().numpy().copy() for value in model.parameters() if value.requires_grad]
    _, steps = steps_taken(student_of(train=train), train, gradients=True)
    return before, [value.detach().numpy() for value in model.parameters() if value.requires_grad], steps


def test_a_cycle_is_seen_as_it_was_applied() -> None:
    before, after, steps = trained()
    goes_round_once(rates_of(steps), 0.1)
    replayed(steps, before, after, torch.optim.NAdam)


def test_who_never_stops_writing_down_ends_with_the_session() -> None:
    """A replay may end in the middle of a training, in a process that goes on with others."""
    log = _StepLog(True)
    log.start()
    written, optimizer = log.steps, torch.optim.SGD([torch.zeros(1, requires_grad=True)])
    optimizer.step()
    assert len(written) == 1
    del log
    gc.collect()
    optimizer.step()
    assert len(written) == 1


@pytest.mark.parametrize(
    ("rates", "words"),
    [
        (trained, "begins"),
        (lambda: np.r_[np.linspace(0.01, 0.05, 10), np.linspace(0.049, 0.001, 20)], "highest"),
        (lambda: np.r_[np.linspace(0.01, 0.1, 20), np.linspace(0.099, 0.001, 10)], "is that of step"),
        (lambda: np.repeat(np.r_[np.linspace(0.01, 0.1, 4), np.linspace(0.09, 0.001, 6)], 4), "not rise"),
        (lambda: np.r_[np.linspace(0.01, 0.1, 10), np.linspace(0.05, 0.001, 8), 0.02, 0.0005], "not fall"),
        (lambda: np.r_[np.linspace(0.01, 0.1, 10), np.linspace(0.099, 0.02, 20)], "ends"),
    ],
)
def test_what_is_no_cycle_is_found(rates: Any, words: str) -> None:
    found = rates_of(trained(cycle=False)[2]) * 25 if rates is trained else rates()
    with pytest.raises(AssertionError, match=words):
        goes_round_once(found, 0.1)


def test_a_schedule_that_is_asked_for_once_per_epoch_is_found() -> None:
    with pytest.raises(AssertionError):
        goes_round_once(rates_of(trained(every=5)[2]), 0.1)


def test_few_steps_show_nothing() -> None:
    with pytest.raises(ValueError, match="few"):
        goes_round_once([0.1] * 5, 0.1)


def test_another_optimiser_leads_elsewhere() -> None:
    before, after, steps = trained(torch.optim.RMSprop, cycle=False)
    with pytest.raises(AssertionError, match="lead"):
        replayed(steps, before, after, torch.optim.NAdam)
    replayed(steps, before, after, torch.optim.RMSprop)


def test_weights_that_were_not_moved_by_these_steps_are_found() -> None:
    before, after, steps = trained()
    with pytest.raises(AssertionError, match="lead"):
        replayed(steps[:-5], before, after, torch.optim.NAdam)
    with pytest.raises(AssertionError, match="other parameters"):
        replayed(steps, before[:1], after[:1], torch.optim.NAdam)
    with pytest.raises(ValueError, match="moved"):
        replayed(steps, before, before, torch.optim.NAdam)


WANTED = {(3, 4): 0.01, (2, 3): 0.1, (2,): 0.1}


def test_each_parameter_has_its_rate() -> None:
    steps = trained(tenth=True, cycle=False)[2]
    moves(steps, {shape: rate / 25 for shape, rate in WANTED.items()})
    assert all(len(groups) == 2 for groups in steps)
    with pytest.raises(AssertionError, match="more than one"):
        rates_of(steps)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({**WANTED, (3,): 0.1}, "is not moved"),
        ({(2, 3): 0.1, (2,): 0.1}, "is moved"),
        ({**WANTED, (3, 4): 0.1}, "has rate"),
    ],
)
def test_parameters_with_other_rates_are_found(wanted: dict[tuple[int, ...], float], words: str) -> None:
    steps = trained(tenth=True, cycle=False)[2]
    with pytest.raises(AssertionError, match=words):
        moves(steps, {shape: rate / 25 for shape, rate in wanted.items()})


def test_a_parameter_in_two_groups_is_found() -> None:
    twice = [[Group(0.1, {}, ((2, 3),), ()), Group(0.1, {}, ((2, 3),), ())]]
    with pytest.raises(AssertionError, match="twice"):
        moves(twice, {(2, 3): 0.1})


def test_no_step_is_found() -> None:
    with pytest.raises(AssertionError, match="no optimiser"):
        steps_taken(student_of(f=len), lambda: None)
