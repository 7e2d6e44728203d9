"""Inputs of chapter 18's networks: small worlds of pictures, drawn anew for each submission."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage

SIDE = 8


@dataclass(frozen=True)
class World:
    """Kinds of pictures of 8 x 8 pixels. Those of a kind differ in two ways, and by grain.

    Attributes
    ----------
    middles : (kinds, 64) what all pictures of a kind have in common.
    bends : (kinds, 2, 64) how they differ.
    grain : a standard deviation of noise, for each pixel.
    """

    middles: NDArray[np.float64]
    bends: NDArray[np.float64]
    grain: float

    def draw(self, rng: Generator, kinds: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return a picture of each of `kinds`, (n,): (n, 1, 8, 8) from 0 to 1."""
        ways = rng.uniform(-1, 1, (len(kinds), 2, 1))
        bright = 1 / (1 + np.exp(-self.middles[kinds] - (ways * self.bends[kinds]).sum(axis=1)))
        grainy = np.clip(0.1 + 0.8 * bright + rng.normal(0, self.grain, bright.shape), 0, 1)
        return grainy.astype(np.float32).reshape(-1, 1, SIDE, SIDE)

    def some(self, rng: Generator, n: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return n pictures in mixed order, all kinds about equally often, and their kinds."""
        kinds = rng.permutation(np.arange(n) % len(self.middles))
        return self.draw(rng, kinds), kinds


def world(rng: Generator, n_kinds: int, *, bend: float = 1.5, grain: float = 0.06) -> World:
    """Draw the kinds of a new world: smooth patterns, none of which is like another.

    Parameters
    ----------
    bend : how much pictures of a kind differ.
    grain : see `World`.
    """
    while True:
        middles, bends = _smooth(rng, n_kinds, 3.0), _smooth(rng, 2 * n_kinds, bend).reshape(n_kinds, 2, -1)
        alike = np.corrcoef(middles) - np.eye(n_kinds)
        if n_kinds == 1 or alike.max() < 0.5:
            return World(middles, bends, grain)


def _smooth(rng: Generator, n: int, size: float) -> NDArray[np.float64]:
    found = ndimage.gaussian_filter(rng.normal(size=(n, SIDE, SIDE)), (0, 1.3, 1.3), mode="wrap")
    found -= found.mean(axis=(1, 2), keepdims=True)
    return size * (found / found.std(axis=(1, 2), keepdims=True)).reshape(n, -1)
