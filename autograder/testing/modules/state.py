"""A model's mode and weights, read and put back."""

import contextlib
from collections.abc import Iterator
from typing import Any

import torch

from autograder.testing.modules.tensors import Array, as_tensor


def weights_of(model: Any) -> dict[str, Array]:
    """Return a copy of what ``model.state_dict()`` holds, parameters and buffers, by name.

    Raises
    ------
    AssertionError : it is empty, no dictionary of tensors, or not finite.
    """
    state = model.state_dict()
    assert isinstance(state, dict) and state, "the model's state is empty"
    weights = {}
    for name, value in state.items():
        found = as_tensor(value)
        assert isinstance(name, str) and found is not None, "the model's state is not one of tensors"
        assert torch.isfinite(found).all(), f"{name} is not finite"
        weights[name] = found.numpy().copy()
    return weights


@contextlib.contextmanager
def mode(model: Any, training: bool) -> Iterator[None]:
    before = model.training
    assert isinstance(before, bool), "the model has no mode"
    model.train(training)
    try:
        yield
    finally:
        model.train(before)


@contextlib.contextmanager
def weights_kept(model: Any) -> Iterator[dict[str, Array]]:
    before = weights_of(model)
    try:
        yield before
    finally:
        model.load_state_dict({name: torch.from_numpy(value) for name, value in before.items()})
