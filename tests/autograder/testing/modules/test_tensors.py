"""What a module gives: modules that keep it pass, and those that break exactly that one fail."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from autograder.testing.modules import (
    outputs,
    tensor,
)
from tests.support.toy_models import (
    B,
    F,
    Functional,
    Recurrent,
    T,
    handle_of,
)


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
