"""Land that exists nowhere, for the checks of chapter 10's project (p.10.15): what grows where is drawn anew."""

# No `from __future__ import annotations`: the source of the probe must stand alone, so it quotes its types.
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Patches = tuple[NDArray[np.float32], NDArray[np.int64]]
# Mean and standard deviation of the ten quantities, about as the real ones have them.
MEANS = np.array([2960, 155, 14, 270, 46, 2350, 212, 223, 142, 1980])
SPREADS = np.array([280, 112, 7.5, 210, 58, 1560, 27, 20, 38, 1320])


def land(rng: Generator) -> Callable[[int], Patches]:
    """Draw what decides over what grows; return a function that draws so many patches, X (n, 54) and y (n,), 1 to 7.

    Three types grow on five kinds of soil each, and nowhere else. On other soil, two quantities decide by whether they
    are both high or both low, and a third by how far it is from usual: no weighted sum of the columns tells these four
    types apart.
    """
    one, other, third = rng.permutation(10)[:3]
    soils, names = rng.permutation(40), rng.permutation(7) + 1

    def patches(n: int) -> Patches:
        z = rng.normal(0, 1, (n, 10))
        area, soil = rng.integers(0, 4, n), rng.integers(0, 40, n)
        by_quantity = 2 * (z[:, one] * z[:, other] > 0) + (np.abs(z[:, third]) > 0.67)  # 0 to 3, equally frequent
        place = soils[soil]
        y = names[np.where(place < 15, 4 + place // 5, by_quantity)]
        X = np.column_stack([MEANS + SPREADS * z, np.eye(4)[area], np.eye(40)[soil]])
        return X.astype(np.float32), y

    return patches


def numbered(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return patches that say in their last columns, in binary, which row they were, and rare and frequent types."""
    X = rng.normal(50, 20, (n, 54)).astype(np.float32)
    X[:, 10:] = rng.integers(0, 2, (n, 44))
    X[:, 42:] = (np.arange(n)[:, None] >> np.arange(12)) & 1
    return X, rng.permutation(np.repeat(np.arange(1, 8), n // 70 * np.array([30, 18, 8, 5, 4, 3, 2]))[:n])


def loaders_of(student: Any, X: np.ndarray, y: np.ndarray, **more: Any) -> tuple[Any, ...]:
    found = tuple(student.make_loaders(X, y, **more))
    assert len(found) == 3
    return found


# ---------------------------------------------------------------- a probe: runs in the student's process


def drawn_meanwhile(seed: "Any") -> None:
    """Leave PyTorch's random numbers somewhere else, as whoever makes a network between two epochs does."""
    import torch

    torch.manual_seed(seed)


def gone_through(loader: "Any") -> "Any":
    """Go through a loader; return its rows, its labels and the sizes of its batches."""
    import torch

    batches = list(loader)
    return [torch.cat([X for X, _ in batches]), torch.cat([y for _, y in batches]), [len(y) for _, y in batches]]
