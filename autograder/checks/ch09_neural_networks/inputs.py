"""Inputs of chapter 9's hidden checks, drawn afresh for every submission, and readers of replies."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

TYPES, NUMBERS, KINDS = 7, 4, 3


def land(rng: Generator, *sizes: int, side: int = 5) -> list[NDArray[Any]]:
    """Draw a land that nobody knows, and return X, y, X, y, …: so many patches of it each.

    X is (n, 8) float32: four numbers in units that differ by powers of ten, of which two matter, three columns of 0
    and 1 that don't, and one that is always 0. The cover, 1 to 7, is that of the nearest place; places are in a grid of
    `side` rows, each a little off, so that one land is about as hard as another.
    """
    line = np.linspace(-1, 1, side) * 1.7 * (side - 1) / side
    centres = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    centres = rng.permutation(centres + rng.uniform(-0.12, 0.12, centres.shape))
    unit, middle = 10.0 ** rng.permutation(np.linspace(-1, 3, NUMBERS)), rng.uniform(-5, 9, NUMBERS)
    matter = rng.permutation(NUMBERS)[:2]
    parts: list[NDArray[Any]] = []
    for n in sizes:
        Z = rng.uniform(-1.7, 1.7, (n, NUMBERS))
        y = ((Z[:, None, matter] - centres) ** 2).sum(axis=-1).argmin(axis=1) % TYPES + 1
        kind = np.eye(KINDS)[rng.integers(KINDS, size=n)]
        parts += [np.column_stack([(Z + middle) * unit, kind, np.zeros(n)]).astype(np.float32), y]
    return parts


def crowds(rng: Generator, *sizes: int, labels: tuple[int, ...] = (2, 5, 6)) -> list[NDArray[Any]]:
    """Draw an easy land, with one crowd for each of `labels`, which even a short training tells apart: X, y, …."""
    centres = np.linalg.qr(rng.normal(size=(4, 4)))[0][: len(labels)] * 6
    unit = 10.0 ** rng.permutation(np.linspace(-1, 3, 4))
    parts: list[NDArray[Any]] = []
    for n in sizes:
        which = rng.permutation(np.arange(n) % len(labels))
        X = (centres[which] + rng.normal(size=(n, 4)) + 20) * unit
        parts += [np.column_stack([X, np.zeros(n)]).astype(np.float32), np.array(labels)[which]]
    return parts


def rings(rng: Generator, n: int = 160) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Draw a crowd with a ring around it, stretched and turned, anywhere and in any unit: (n, 2), (n,) 0 or 1."""
    y = rng.permutation(np.arange(n) % 2)
    angle, radius = rng.uniform(0, 2 * np.pi, n), np.where(y == 0, 2.0, 0.7) + rng.uniform(-0.2, 0.2, n)
    X = np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None]
    turn = np.linalg.qr(rng.normal(size=(2, 2)))[0]
    return X @ turn * rng.uniform(0.8, 1.25, 2) * 10.0 ** rng.uniform(-2, 2) + rng.uniform(20, 90, 2), y


def on_overflow(what: str) -> None:
    """Tell NumPy what to do where a number gets too large (runs in the student's process)."""
    import numpy as np

    np.seterr(over=what)


@contextmanager
def no_overflow(student: Any) -> Iterator[None]:
    """Within this block the student's code fails where a number gets too large, even one that is then left out."""
    setting = student.probe_(on_overflow)
    setting("raise")
    try:
        yield
    finally:
        setting("warn")  # as NumPy begins


def labels_of(model: Any, X: NDArray[Any]) -> NDArray[Any]:
    """Return what a model says of some rows, (n,)."""
    found = np.asarray(model.predict(X))
    assert found.shape == (len(X),), f"the labels have shape {found.shape}"
    return found


def accuracy(model: Any, X: NDArray[Any], y: NDArray[Any]) -> float:
    return float((labels_of(model, X) == y).mean())
