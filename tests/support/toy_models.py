"""Small `nn.Module`s that keep or break the promises that modules are held to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from autograder.engine.wire.proxy import LocalSession, Student

B, T, F = 4, 12, 3  # batch, time, features


class Recurrent(nn.Module):
    """(B, T, F) to (B, T, 2), as it should be."""

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.rnn = nn.GRU(F, 6, batch_first=True, **options)
        self.head = nn.Linear(12 if options.get("bidirectional") else 6, 2)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        return self.head(self.rnn(X)[0])


class Causal(nn.Module):
    """The same by convolution, without padding: 3 steps fewer come out."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(F, 2, 4)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        return self.conv(X.transpose(1, 2)).transpose(1, 2)


class Frozen(Recurrent):
    """No part of it can be trained."""

    def __init__(self) -> None:
        super().__init__()
        self.head.bias.requires_grad_(False)


class Functional(nn.Module):
    """A module whose forward pass is a function of (module, X), on two layers."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self.function = function
        self.one, self.two, self.drop = nn.Linear(F, 5), nn.Linear(5, 2), nn.Dropout(0.5)

    def forward(self, *inputs: torch.Tensor) -> Any:
        return self.function(self, *inputs)


def plain(m: Any, X: torch.Tensor) -> torch.Tensor:
    return m.two(torch.tanh(m.one(X)))


def dropped(m: Any, X: torch.Tensor) -> torch.Tensor:
    return m.two(m.drop(torch.tanh(m.one(X))))


def student_of(**names: Any) -> Student:
    return Student(LocalSession(names))


def handle_of(model: nn.Module) -> Any:
    torch.manual_seed(3)
    return student_of(model=model).model
