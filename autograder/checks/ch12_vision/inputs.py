"""Inputs of chapter 12's questions: stacks of layers, and what PyTorch finds when it runs them."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from autograder.testing.modules import weights_of


def stacks(rng, n: int) -> list[tuple]:
    """Return n stacks of layers as (size, channels, layers): some widen, some narrow."""
    cases = []
    for number in range(n):
        height, width = (int(side) for side in rng.choice(np.arange(9, 60), 2, replace=False))
        maps = rng.permutation(np.arange(2, 12))[: 1 + number % 4]
        layers = [(int(some), int(rng.choice([1, 3, 5])), int(rng.choice([1, 2, 3]))) for some in maps]
        cases.append(((height, width), int(rng.choice([1, 3, 4])), layers))
    return cases


def traced(size, channels: int, layers) -> dict[str, Any]:
    """Run such a stack on the meta device, where nothing is computed; return what there is to count."""
    X = torch.zeros(1, channels, *size, device="meta")
    modules, shapes = [], []
    with FlopCounterMode(display=False) as counter:
        for maps, kernel, stride in layers:
            layer = nn.Conv2d(X.shape[1], maps, kernel, stride, padding=kernel // 2, device="meta")
            X = layer(X)
            modules.append(layer)
            shapes.append(tuple(X.shape[1:]))
    return {
        "parameters": sum(values.numel() for layer in modules for values in layer.parameters()),
        "multiply_adds": counter.get_total_flops() // 2,
        "shapes": [list(shape) for shape in shapes],
        "values": [math.prod(shape) for shape in shapes],
    }


def images_of(rng, shape: tuple[int, ...]):
    """Return numbers of both signs; a whole map may be below 0."""
    return rng.normal(rng.choice([-3.0, 0.0]), 1, shape)


@dataclass
class Accumulated:
    """What `accumulate` does with a model that watches how it is used."""

    model: Any
    X: np.ndarray
    y: np.ndarray
    size: int
    loss: float = 0.0
    gradient: Any = field(default=None, repr=False)
    weights: Any = field(default=None, repr=False)
    sizes: list[int] = field(default_factory=list)
    most_held: int = 0

    def run(self, student) -> "Accumulated":
        loss = student.accumulate(self.model, torch.tensor(self.X), torch.tensor(self.y), self.size)
        gradient = np.asarray(self.model.gradient(), dtype=float)
        weights = weights_of(self.model)["weight"]
        sizes = [int(size) for size in self.model.sizes]
        return Accumulated(
            self.model, self.X, self.y, self.size, float(loss), gradient, weights, sizes, int(self.model.most_held)
        )


# ---------------------------------------------------------------- probes: run in the student's process


def watching_classifier(weights):
    """Return a linear model that notes how many rows each call has, and how many it has given outputs of that still
    wait for their gradient."""
    import weakref

    import torch

    class Token:
        pass

    class Watch(torch.autograd.Function):
        @staticmethod
        def forward(ctx, logits, model):
            ctx.token, number = Token(), len(model.sizes)
            ctx.done = weakref.finalize(ctx.token, model.waiting.pop, number, None)  # the graph is gone
            model.waiting[number] = len(logits)
            model.most_held = max(model.most_held, sum(model.waiting.values()))
            return logits.clone()

        @staticmethod
        def backward(ctx, gradient):
            ctx.done()
            return gradient, None

    class Watching(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.as_tensor(weights))
            self.sizes, self.most_held, self.waiting = [], 0, {}

        def forward(self, X):
            self.sizes.append(len(X))
            logits = X @ self.weight.T
            return Watch.apply(logits, self) if logits.requires_grad else logits

        def gradient(self):
            return self.weight.grad

    return Watching()
