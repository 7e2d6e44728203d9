"""Promises on the steps of an optimiser, as they were taken: their rates, their schedule, and what each rate is for."""

# No `from __future__ import annotations`: the source of the probe must stand alone, so it quotes its types.
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike

from autograder.engine.wire.proxy import Student
from autograder.testing.modules.tensors import Array, apart, leaf, tensor


@dataclass(frozen=True)
class Group:
    """Parameters that an optimiser moves at one rate.

    Attributes
    ----------
    rate : the learning rate that it had when the step was taken.
    settings : its other settings that are numbers or pairs of numbers, such as betas.
    shapes : of those parameters that had a gradient, in the optimiser's order.
    gradients : of these; empty unless they were asked for.
    """

    rate: float
    settings: Mapping[str, Any]
    shapes: tuple[tuple[int, ...], ...]
    gradients: tuple[Array, ...]


def steps_taken(student: Student, run: Callable[[], Any], *, gradients: bool = False) -> tuple[Any, list[list[Group]]]:
    """Do `run`; return what it gives, and the groups of each step that an optimiser of torch takes meanwhile.

    It is a claim of the student's process: `replayed` tells whether the steps lead to the weights that are there.

    Parameters
    ----------
    run : e.g. ``lambda: student.fit(model, X, y)``.
    gradients : whether to keep those too, which takes memory.

    Raises
    ------
    AssertionError : no step was taken.
    """
    log = student.probe_(_StepLog)(gradients)
    log.start()
    try:
        result = run()
    finally:
        log.stop()
    steps = [
        [
            Group(
                float(group["rate"]),
                dict(group["settings"]),
                tuple(tuple(int(size) for size in shape) for shape in group["shapes"]),
                tuple(leaf(grad) for grad in group["gradients"]),
            )
            for group in groups
        ]
        for groups in log.groups()
    ]
    assert steps, "no optimiser of torch has taken a step"
    return result, steps


def rates_of(steps: Sequence[Sequence[Group]]) -> Array:
    """Return the learning rate of each step, (n,).

    Raises
    ------
    AssertionError : a step has several.
    """
    for groups in steps:
        assert len({group.rate for group in groups}) == 1, "a step has more than one learning rate"
    return np.array([groups[0].rate for groups in steps])


def goes_round_once(rates: ArrayLike, peak: float, *, start: float = 0.1) -> None:
    """Assert that a learning rate goes up to `peak` and down again, once, with every step of the training.

    Parameters
    ----------
    rates : (n,), of 20 steps or more, as they were applied.
    start : the first rate is at most this share of the peak.

    Raises
    ------
    AssertionError : the rate begins too high, does not change at a step, has its peak elsewhere or in the second half,
        or ends above where it has begun.
    ValueError : there are too few steps.
    """
    found = np.asarray(rates, dtype=float)
    if len(found) < 20:
        raise ValueError("too few steps to see a cycle")
    top = int(found.argmax())
    assert found[0] <= 1.001 * start * peak, f"the rate begins at {found[0]:.2g}"
    assert 0.85 * peak <= found[top] <= 1.001 * peak, f"the highest rate is {found[top]:.2g}, not {peak:.2g}"
    assert 1 <= top <= 0.55 * len(found), f"the highest rate is that of step {top + 1} of {len(found)}"
    assert np.all(np.diff(found[: top + 1]) > 0), "the rate does not rise with every step before its highest"
    assert np.all(np.diff(found[top:]) < 0), "the rate does not fall with every step after its highest"
    assert found[-1] < found[0], "the rate ends above where it has begun"


def moves(steps: Sequence[Sequence[Group]], wanted: Mapping[tuple[int, ...], float], *, rtol: float = 1e-3) -> None:
    """Assert that every step moves the parameters of these shapes at these rates, each of them once, and no others.

    Parameters
    ----------
    wanted : for each shape of a parameter its rate. Give the layers of the model different sizes, so that a shape
        tells which parameter it is.

    Raises
    ------
    AssertionError : a parameter is missing, is there twice, has another rate, or should not be there.
    """
    for groups in steps:
        found: dict[tuple[int, ...], float] = {}
        for group in groups:
            for shape in group.shapes:
                assert shape in wanted, f"a parameter of shape {shape} is moved"
                assert shape not in found, f"a parameter of shape {shape} is moved twice"
                found[shape] = group.rate
        for shape, rate in wanted.items():
            assert shape in found, f"the parameter of shape {shape} is not moved"
            assert abs(found[shape] / rate - 1) <= rtol, f"shape {shape} has rate {found[shape]:.3g}, not {rate:.3g}"


def replayed(
    steps: Sequence[Sequence[Group]],
    before: Sequence[Array],
    after: Sequence[Array],
    make: Callable[[list[torch.nn.Parameter]], torch.optim.Optimizer],
    *,
    rtol: float = 1e-3,
) -> None:
    """Assert that an optimiser of ours, given the gradients and settings of all steps, ends with the same weights.

    So the steps were taken as reported, and by an optimiser that does what ours does.

    Parameters
    ----------
    steps : with gradients, of one group.
    before, after : the parameters that are moved, in the optimiser's order, before the first step and after the last.
    make : e.g. ``torch.optim.NAdam``.
    rtol : relative to the largest weight.

    Raises
    ------
    AssertionError : the weights differ.
    ValueError : nothing has moved.
    """
    if apart(list(before), list(after)) == 0:
        raise ValueError("nothing has moved")
    held = [torch.nn.Parameter(tensor(value)) for value in before]
    optimizer = make(held)
    (group,) = optimizer.param_groups
    for (step,) in steps:
        assert step.shapes == tuple(tuple(value.shape) for value in held), "a step moves other parameters"
        for value, grad in zip(held, step.gradients, strict=True):
            value.grad = tensor(grad)
        group["lr"] = step.rate
        for name in ("betas", "momentum"):
            if name in group and name in step.settings:
                setting = step.settings[name]
                group[name] = tuple(setting) if isinstance(setting, list | tuple) else setting
        optimizer.step()
    found = [value.detach().numpy() for value in held]
    assert apart(found, list(after)) <= rtol, "the weights are not where these steps lead"


# ---------------------------------------------------------------- probe: runs in the student's process, holds no secret


class _StepLog:
    """Writes down what each step of an optimiser is taken with."""

    def __init__(self, gradients: "Any") -> None:
        self.gradients = gradients
        self.steps: Any = []
        self.hook: Any = None

    def start(self) -> None:
        """The hook is all optimisers', and ends with this log: a replay, which stops at the first difference, may never
        stop it."""
        import weakref

        from torch.optim.optimizer import register_optimizer_step_pre_hook

        noted = weakref.WeakMethod(self.note)

        def note(*step: "Any") -> None:
            if (one := noted()) is not None:
                one(*step)

        self.hook = register_optimizer_step_pre_hook(note)
        weakref.finalize(self, self.hook.remove)

    def stop(self) -> None:
        self.hook.remove()

    def note(self, optimizer: "Any", args: "Any", kwargs: "Any") -> None:
        self.steps.append([self.group(group) for group in optimizer.param_groups])

    def group(self, group: "Any") -> "Any":
        moved = [value for value in group["params"] if value.grad is not None]
        settings = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in group.items()
            if name not in ("params", "lr") and isinstance(value, float | int | tuple)
        }
        return {
            "rate": float(group["lr"]),
            "settings": settings,
            "shapes": [list(value.shape) for value in moved],
            "gradients": [value.grad.detach().cpu().clone() for value in moved] if self.gradients else [],
        }

    def groups(self) -> "Any":
        return self.steps
