"""Inputs for the toy models."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.support.toy_models import B, F, T


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture(name="X")
def some_inputs(rng: np.random.Generator) -> Any:
    return rng.normal(size=(B, T, F))
