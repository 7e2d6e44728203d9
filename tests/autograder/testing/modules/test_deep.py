"""How weights begin and what becomes of signals: networks that keep a promise pass, those that break it fail."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from autograder.testing.modules import Dense, dense_layers, self_normalises, starts_with
from tests.support.toy_models import student_of

WIDTH = 60


def network(
    gain: float = 1.0, middle: float = 0.0, bias: float = 0.0, activation: type[nn.Module] = nn.SELU
) -> nn.Sequential:
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    for n_in in (40, WIDTH, WIDTH, WIDTH, WIDTH, WIDTH, WIDTH):
        linear = nn.Linear(n_in, WIDTH)
        nn.init.normal_(linear.weight, middle, (gain / n_in) ** 0.5)
        nn.init.constant_(linear.bias, bias)
        layers += [linear, activation()]
    return nn.Sequential(*layers, nn.Linear(WIDTH, 2))


def layers_of(model: nn.Module, X: Any, training: bool = False) -> list[Dense]:
    student = student_of(model=model)
    return dense_layers(student, student.model, X, training=training)


@pytest.fixture(name="X")
def rows(rng: np.random.Generator) -> Any:
    return rng.normal(size=(300, 40))


def lecun(fan_in: int, fan_out: int) -> float:
    return float(fan_in**-0.5)


def test_what_goes_through_each_layer(X: Any) -> None:
    layers = layers_of(network(), X)
    assert [layer.weight.shape for layer in layers] == [(WIDTH, 40), *[(WIDTH, WIDTH)] * 6, (2, WIDTH)]
    selu = nn.functional.selu(torch.as_tensor(layers[0].outputs)).numpy()
    np.testing.assert_allclose(layers[1].inputs, selu, atol=1e-6)
    assert [layer.name for layer in layers][:2] == ["0.weight", "2.weight"]


def test_in_training_mode_the_model_is_left_as_it_was(X: Any) -> None:
    model = nn.Sequential(nn.Linear(40, 5), nn.BatchNorm1d(5), nn.Linear(5, 2, bias=False))
    layers = layers_of(model, X, training=True)
    np.testing.assert_allclose(layers[1].inputs.mean(axis=0), 0, atol=1e-5)
    assert not layers[1].bias.any()
    norm = model[1]
    assert isinstance(norm, nn.BatchNorm1d) and norm.running_mean is not None and not norm.running_mean.any()


class _AddsToTheInputs(nn.Linear):
    def forward(self, X: torch.Tensor) -> torch.Tensor:
        return super().forward(X) + 1


class _AddsAtTheEnd(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Linear(40, 3)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        return self.one(X) + 1


class _ScalesFirst(_AddsAtTheEnd):
    def forward(self, X: torch.Tensor) -> torch.Tensor:
        return self.one(2 * X)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (nn.Sequential(nn.BatchNorm1d(40)), "no nn.Linear"),
        (_AddsToTheInputs(40, 3), "than it says"),
        (_AddsAtTheEnd(), "than its last layer"),
        (_ScalesFirst(), "than X"),
    ],
)
def test_a_report_that_does_not_fit_is_found(model: nn.Module, words: str, X: Any) -> None:
    with pytest.raises(AssertionError, match=words):
        layers_of(model, X)


def test_weights_are_drawn_as_they_should_be(X: Any) -> None:
    starts_with(layers_of(network(), X)[:-1], lecun)
    starts_with(layers_of(network(gain=2), X)[:-1], lambda n_in, n_out: (2 / n_in) ** 0.5)


@pytest.mark.parametrize(
    ("options", "words"),
    [({"gain": 1.6}, "a spread of"), ({"middle": 0.05}, "around 0"), ({"bias": 0.01}, "bias")],
)
def test_weights_that_are_drawn_otherwise_are_found(options: dict[str, float], words: str, X: Any) -> None:
    with pytest.raises(AssertionError, match=words):
        starts_with(layers_of(network(**options), X)[:-1], lecun)


def test_twins_are_found(X: Any) -> None:
    model = network()
    with torch.no_grad():
        model[2].weight[1] = model[2].weight[0]
    with pytest.raises(AssertionError, match="alike"):
        starts_with(layers_of(model, X)[:-1], lecun)


def test_selu_keeps_signals_as_they_are(X: Any) -> None:
    found = self_normalises(layers_of(network(), X))
    assert len(found) == 8 and all(abs(mean) < 0.2 for mean, _ in found)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"gain": 2.0}, "standard deviation"),
        ({"gain": 0.5}, "standard deviation"),
        ({"activation": nn.ReLU, "gain": 2.0}, "mean"),
        ({"activation": nn.SiLU}, "standard deviation"),
    ],
)
def test_signals_that_grow_shrink_or_move_are_found(options: dict[str, Any], words: str, X: Any) -> None:
    with pytest.raises(AssertionError, match=words):
        self_normalises(layers_of(network(**options), X))


def test_rows_have_to_be_standardised(X: Any) -> None:
    with pytest.raises(ValueError, match="standardised"):
        self_normalises(layers_of(network(), 3 * X))
    with pytest.raises(ValueError, match="several layers"):
        self_normalises(layers_of(nn.Linear(40, 3), X))
