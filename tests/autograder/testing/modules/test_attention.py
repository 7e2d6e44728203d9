"""Attention: weights that keep each promise pass, and those that break exactly one of them fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from autograder.testing.modules import looks_at, mixes_values, outputs, shares_attention
from tests.support.toy_models import handle_of

LENGTHS = [5, 3, 1]
Scores = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


class Attention(nn.Module):
    """(B, T, d) queries and (B, S, d) keys to weights, made of scores by a function."""

    def __init__(self, share: Scores) -> None:
        super().__init__()
        self.share = share

    def forward(self, queries: torch.Tensor, keys: torch.Tensor) -> torch.Tensor:
        padding = torch.arange(keys.shape[1]) >= torch.tensor(LENGTHS)[:, None]
        return self.share(queries @ keys.mT, padding[:, None])


def right(scores: torch.Tensor, padding: torch.Tensor) -> torch.Tensor:
    return scores.masked_fill(padding, -torch.inf).softmax(dim=2)


def said_by(share: Scores, rng: np.random.Generator) -> Any:
    return outputs(handle_of(Attention(share)), rng.normal(size=(3, 4, 6)), rng.normal(size=(3, 5, 6)), shape=(3, 4, 5))


def test_shares_of_the_real_tokens(rng: np.random.Generator) -> None:
    shares_attention(said_by(right, rng), LENGTHS)


@pytest.mark.parametrize(
    ("share", "message"),
    [
        (lambda scores, padding: scores.softmax(dim=2), "padding gets attention"),
        (lambda scores, padding: right(scores, padding) * 0.99, "do not sum to 1"),
        (lambda scores, padding: torch.sigmoid(scores) * ~padding, "do not sum to 1"),
        (lambda scores, padding: scores.softmax(dim=1) * ~padding, "do not sum to 1"),
        (lambda scores, padding: (scores * ~padding) / (scores * ~padding).sum(2, keepdim=True), "below 0"),
    ],
)
def test_no_shares_of_the_real_tokens(share: Scores, message: str, rng: np.random.Generator) -> None:
    with pytest.raises(AssertionError, match=message):
        shares_attention(said_by(share, rng), LENGTHS)


@pytest.mark.parametrize("lengths", [[5, 5, 5], [4, 3, 1], [5, 0, 1]])
def test_padding_has_to_be_there(lengths: list[int], rng: np.random.Generator) -> None:
    with pytest.raises(ValueError, match="no source is padded"):
        shares_attention(said_by(right, rng), lengths)


def test_weights_of_another_shape_and_what_is_no_number(rng: np.random.Generator) -> None:
    weights = said_by(right, rng)
    with pytest.raises(AssertionError, match=r"\(batch, steps, tokens\)"):
        shares_attention(weights[:, 0], LENGTHS)
    weights[1, 1, 0] = np.nan
    with pytest.raises(AssertionError, match="not finite"):
        shares_attention(weights, LENGTHS)


def test_what_is_handed_on_is_the_weighted_mean(rng: np.random.Generator) -> None:
    weights, values = said_by(right, rng), rng.normal(size=(3, 5, 6))
    mixes_values(weights @ values, weights, values)
    for other in (weights @ values * 1.01, np.repeat(values.mean(axis=1, keepdims=True), 4, axis=1)):
        with pytest.raises(AssertionError, match="not the mean"):
            mixes_values(other, weights, values)


def test_where_the_steps_look() -> None:
    weights = np.eye(4)[None].repeat(2, axis=0)  # each step looks at the token of its own number
    assert looks_at(weights, [[0, 1, 2, 3], [0, 1, 2, 3]]) == 1.0
    assert looks_at(weights, [[1, 1, 2, 3], [-1, -1, 2, 3]]) == pytest.approx(5 / 6)
    assert looks_at(weights[:, :, ::-1], [[0, 1, 2, 3], [0, 1, 2, 3]]) == 0.0
    with pytest.raises(ValueError, match="a constant could pass"):
        looks_at(weights, [[1, 1, 1, 1], [-1, 1, 1, 1]])
    with pytest.raises(AssertionError, match="the weights are not"):
        looks_at(weights[0], [[0, 1, 2, 3], [0, 1, 2, 3]])
