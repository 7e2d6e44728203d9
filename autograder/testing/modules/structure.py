"""Promises on a model's parameters: registered, finite, complete, and reached by gradients."""

# No `from __future__ import annotations`: the sources of the probes must stand alone, so they quote their types.
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike

from autograder.engine.wire.proxy import Student
from autograder.testing.modules.state import mode, weights_kept, weights_of
from autograder.testing.modules.tensors import NOISE, apart, as_tensor, leaf, leaves, tensor


def built(student: Student, make: Any, rng: np.random.Generator, *args: Any, **kwargs: Any) -> Any:
    """Call `make` with torch's seed set in the student's process; return what it gives, e.g. a handle on a new model.

    A check that makes a model in another way gets other weights each time, and no known misconception is recognised.

    Parameters
    ----------
    make : a class or function of the submission, e.g. ``student.Forecaster``.
    rng : draws the seed.
    """
    return student.probe_(_seeded)(int(rng.integers(2**31)), make, list(args), kwargs)


def has_parameters(
    student: Student, model: Any, total: int | None = None, *, at_least: int = 1, at_most: int | None = None
) -> int:
    """Assert that the model's parameters are registered, finite and as many as wanted; return their number.

    A parameter that several parts share counts once. That none is *missing* from the registered ones takes two models:
    `is_complete`.

    Parameters
    ----------
    total : the exact number of values wanted, if there is one.
    at_least, at_most : bounds on it.

    Raises
    ------
    AssertionError : the number is another, or a parameter is not finite or not in the model's state.
    """
    state = weights_of(model)
    named = student.probe_(_parameters)(model)
    assert isinstance(named, dict) and named, "no parameter is registered"
    for name, value in named.items():
        assert as_tensor(value) is not None and name in state, f"{name} is not in the model's state"
        assert np.array_equal(state[name], np.asarray(value)), f"{name} is another one in the model's state"
    count = sum(np.asarray(value).size for value in named.values())
    assert total in (None, count), f"{count} parameters, not {total}"
    assert count >= at_least, f"{count} parameters: at least {at_least} are wanted"
    assert at_most is None or count <= at_most, f"{count} parameters: at most {at_most} are wanted"
    return count


def is_complete(make: Callable[[], Any], *inputs: ArrayLike, rng: np.random.Generator) -> None:
    """Assert that all a model has learned is registered: a new one that loads its weights gives the same outputs.

    Finds layers in a plain list, tensors that are no parameters, and outputs that don't depend on the weights.

    Parameters
    ----------
    make : returns a new model, with new random weights, e.g. ``lambda: built(student, student.Forecaster, rng)``.
    rng : draws the weights that are loaded.

    Raises
    ------
    AssertionError : the outputs differ, or stay the same whatever is loaded.
    """
    one, other = make(), make()
    before = weights_of(one)
    loaded = {
        name: tensor(value * rng.uniform(0.6, 1.4, value.shape)) if value.dtype.kind == "f" else tensor(value)
        for name, value in before.items()
    }
    with mode(one, False), mode(other, False):
        first = leaves(one(*map(tensor, inputs)))
        for model in (one, other):
            model.load_state_dict(loaded)
        wanted, found = (leaves(model(*map(tensor, inputs))) for model in (one, other))
    assert apart(first, wanted) > NOISE, "the output does not depend on the weights"
    assert apart(wanted, found) <= NOISE, "two models with the same weights differ: something is not registered"


def gradients_flow(
    student: Student,
    model: Any,
    *inputs: ArrayLike,
    rng: np.random.Generator,
    spared: Callable[[str], bool] = lambda name: False,
) -> None:
    """Assert that every parameter gets a finite gradient other than 0, from a random weighting of all outputs.

    The gradients are a claim of the student's process. So each parameter is moved a little way along its own, and the
    outputs have to follow. Parameters that begin with zeros (a head, the scale of a residual branch) let none through
    to what is before them until the first step, which is no fault: they get small numbers for as long as it takes.

    Parameters
    ----------
    spared : says by name which parameters may go without (frozen ones, or the bias of an attention's keys, which
        cancels out).

    Raises
    ------
    AssertionError : a gradient is missing, 0, not finite or of the wrong shape, or the outputs don't follow it.
    """
    sent = [tensor(values) for values in inputs]
    backward, move, fill = (student.probe_(probe) for probe in (_backward, _move, _fill))
    with mode(model, False), weights_kept(model):
        fill(model)
        before = weights_of(model)
        out = leaf(model(*sent))
        weighting = rng.standard_normal(out.shape)
        grads = backward(model, sent, tensor(weighting))
        assert isinstance(grads, dict) and grads, "no parameter is registered"
        for name, grad in grads.items():
            if spared(name):
                continue
            assert as_tensor(grad) is not None, f"{name} gets no gradient"
            value = np.asarray(grad, dtype=float)
            assert name in before and value.shape == before[name].shape, f"the gradient of {name} has another shape"
            norm = float(np.linalg.norm(value))
            assert 0 < norm < np.inf, f"the gradient of {name} is {'0' if norm == 0 else 'not finite'}"
            step = 0.01 * (float(np.linalg.norm(before[name])) or 1.0)
            sides = []
            for sign in (1.0, -1.0):
                move(model, name, tensor(sign * step / norm * value))
                sides.append(float((weighting * leaf(model(*sent))).sum()))
                model.load_state_dict({key: torch.from_numpy(kept) for key, kept in before.items()})
            wanted, noise = 2 * step * norm, 1e-6 * float(np.abs(weighting * out).sum())
            change = sides[0] - sides[1]
            assert wanted / 2 - noise < change < 2 * wanted + noise, f"the output does not follow {name}'s gradient"


# ---------------------------------------------------------------- probes: run in the student's process, hold no secret


def _seeded(seed: "Any", make: "Any", args: "Any", kwargs: "Any") -> "Any":
    import torch

    torch.manual_seed(seed)
    return make(*args, **kwargs)


def _parameters(model: "Any") -> "Any":
    return {name: value.detach().clone() for name, value in model.named_parameters()}


def _backward(model: "Any", inputs: "Any", weighting: "Any") -> "Any":
    model.zero_grad()
    (model(*inputs) * weighting).sum().backward()
    found = {name: value.grad for name, value in model.named_parameters()}
    model.zero_grad()  # sets each .grad to None; those in `found` live on
    return found


def _fill(model: "Any") -> None:
    """Fill parameters that hold zeros only, except where all weights do: such a network can't begin to learn."""
    import torch

    random = torch.Generator().manual_seed(0)
    weights = [value for value in model.parameters() if value.dim() > 1]
    if len(weights) < 2 or any(bool(value.any()) for value in weights):
        for value in model.parameters():
            if not value.any():
                value.data.add_(0.05 * torch.randn(value.shape, generator=random).to(value))


def _move(model: "Any", name: "Any", step: "Any") -> None:
    dict(model.named_parameters())[name].data.add_(step)
