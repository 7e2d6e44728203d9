"""What networks for pictures promise: modules that keep it pass, and those that break exactly that one fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from autograder.testing.modules import is_equivariant, sees_window
from tests.support.toy_models import handle_of


class Maps(nn.Module):
    """Maps of 12 x 12 pixels, by a function of its own after a convolution with a stride."""

    def __init__(self, function: Callable[[torch.Tensor], torch.Tensor] = lambda maps: maps, **options: Any) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 3, **{"kernel_size": 3, "padding": 1, **options})
        self.function = function

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        return self.function(self.conv(X))


def ramp(maps: torch.Tensor) -> torch.Tensor:
    """Tell each cell where it is."""
    return maps + torch.arange(maps.shape[-1])


@pytest.fixture(name="X")
def pictures(rng: np.random.Generator) -> Any:
    return rng.normal(size=(2, 2, 12, 12))


@pytest.mark.parametrize("model", [Maps(), Maps(torch.relu), Maps(nn.MaxPool2d(3, 1, 1)), nn.Dropout()])
def test_maps_move_with_the_picture(model: nn.Module, X: Any) -> None:
    is_equivariant(handle_of(model), X, (1, -2), margin=2)
    assert model.training


def test_a_stride_is_a_cell(X: Any) -> None:
    is_equivariant(handle_of(Maps(stride=2)), X, (0, 1), stride=2, margin=1)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Maps(ramp), "don't move with the picture"),
        (Maps(stride=2), "don't move with the picture"),
        (Maps(lambda maps: maps.mT), "don't move with the picture"),
        (nn.Sequential(nn.Flatten(), nn.Linear(288, 144), nn.Unflatten(1, (1, 12, 12))), "don't move with the picture"),
        (Maps(lambda maps: maps.mean((2, 3), keepdim=True).expand(maps.shape) * 0 + 1), "stay as they are"),
        (Maps(lambda maps: maps.mean((2, 3))), "not maps"),
    ],
)
def test_maps_stay_or_go_elsewhere(model: nn.Module, message: str, X: Any) -> None:
    with pytest.raises(AssertionError, match=message):
        is_equivariant(handle_of(model), X, (1, -1), margin=1)


@pytest.mark.parametrize(("by", "margin", "message"), [((0, 0), 1, "not moved"), ((1, 0), 5, "nothing of a map")])
def test_an_author_has_to_move_the_picture(by: Any, margin: int, message: str, X: Any) -> None:
    with pytest.raises(ValueError, match=message):
        is_equivariant(handle_of(Maps()), X, by, margin=margin)


WINDOW = {"rows": slice(4, 7), "columns": slice(2, 5)}


def test_one_cell_sees_its_window(X: Any) -> None:
    sees_window(handle_of(Maps()), X, X + 1, (5, 3), **WINDOW)
    deep = nn.Sequential(nn.Conv2d(2, 3, 3, stride=2), nn.Tanh(), nn.Conv2d(3, 1, 2))
    sees_window(handle_of(deep), X, -X, (1, 2), rows=slice(2, 7), columns=slice(4, 9))


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Maps(kernel_size=5, padding=2), "outside of the window has a say"),
        (Maps(lambda maps: maps - maps.mean((2, 3), keepdim=True)), "outside of the window has a say"),
        (nn.Identity(), "first row of the window has no say"),
        (Maps(kernel_size=(3, 1), padding=(1, 0)), "first column of the window has no say"),
        (Maps(kernel_size=(2, 3), padding=(1, 1)), "last row of the window has no say"),
        (Maps(kernel_size=(3, 2), padding=(1, 1)), "last column of the window has no say"),
        (Maps(lambda maps: maps.mean()), "not maps"),
    ],
)
def test_one_cell_sees_more_or_less(model: nn.Module, message: str, X: Any) -> None:
    with pytest.raises(AssertionError, match=message):
        sees_window(handle_of(model), X, X + 1, (5, 3), **WINDOW)


def test_an_author_has_to_change_each_pixel_of_a_real_window(X: Any) -> None:
    with pytest.raises(ValueError, match="same in both"):
        sees_window(handle_of(Maps()), X, X, (5, 3), **WINDOW)
    with pytest.raises(ValueError, match="not a part"):
        sees_window(handle_of(Maps()), X, X + 1, (5, 3), rows=slice(4, 13), columns=slice(0, 3))
