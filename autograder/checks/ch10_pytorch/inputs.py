"""What the checks of chapter 10 share: plain answers, and functions, models and optimisers in the student's process."""

# No `from __future__ import annotations`: the sources of the probes must stand alone, so they quote their types.
from typing import Any

import torch


def truth(value: Any) -> bool:
    """Return a truth value that came as Python's, NumPy's or PyTorch's."""
    value = value.item() if hasattr(value, "item") else value
    assert isinstance(value, bool), "True or False is asked for"
    return value


def number(value: Any) -> float:
    """Return a number that came as Python's, or as an array or tensor of one."""
    value = value.detach() if isinstance(value, torch.Tensor) else value
    value = value.item() if hasattr(value, "item") else value
    assert isinstance(value, int | float) and not isinstance(value, bool), "a number is asked for"
    return float(value)


# ---------------------------------------------------------------- probes: run in the student's process, hold no secret


def program(first: "Any", second: "Any", kind: "Any", copied: "Any") -> "Any":
    """Return a function that applies two methods to a tensor or to a new one made of it: one after the other, or both
    by themselves to be multiplied."""

    def function(x: "Any") -> "Any":
        v = 1 * x if copied else x
        if kind == "chain":
            return getattr(getattr(v, first)(), second)()
        return getattr(v, first)() * getattr(v, second)()

    return function


def network(sizes: "Any", seed: "Any", dropout: "Any" = 0.0) -> "Any":
    """Return a network of linear layers with tanh between them, with weights of a seed."""
    import torch
    from torch import nn

    generator = torch.Generator().manual_seed(seed)
    layers: list[Any] = []
    for i in range(len(sizes) - 1):
        n_in, n_out = sizes[i], sizes[i + 1]
        linear = nn.Linear(n_in, n_out)
        with torch.no_grad():
            for parameter in linear.parameters():
                parameter.copy_(torch.randn(parameter.shape, generator=generator) / n_in**0.5)
        layers += [linear, nn.Tanh(), nn.Dropout(dropout)] if dropout else [linear, nn.Tanh()]
    return nn.Sequential(*layers[: -2 if dropout else -1])


def state(model: "Any") -> "Any":
    """Return a copy of a model's parameters, by name."""
    return {name: value.detach().clone() for name, value in model.named_parameters()}


def used(layer: "Any", X: "Any") -> "Any":
    """Return what a layer says, and what is left of its input."""
    X = X.clone()
    return [layer(X).detach(), X]
