"""Patterns made up for tf2.05.9: ten kinds that exist nowhere, so that only the rows given say which is which.

A pattern fills its picture, so that it makes no difference whether pixels are standardised or brought to a range. It is
pushed about by some pixels, and each kind has variants: what `SVC` does by default is too stiff for that.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage

SIDE, KINDS, VARIANTS = 28, 10, 5
PUSH = 3.0  # pixels, in each direction: a standard deviation


@dataclass(frozen=True)
class Patterns:
    """Ten kinds of pattern; each picture goes on at the other side.

    Attributes
    ----------
    waves : (kinds, variants, 28, 15), the Fourier transform of each.
    """

    waves: NDArray[np.complex128]

    def draw(self, rng: Generator, *sizes: int) -> list:
        """Return X, y, X, y, …: so many pictures each, (n, 784) of uint8, and their kinds, (n,) from 0 to 9.

        The kinds are equally frequent, or nearly.
        """
        parts: list = []
        for size in sizes:
            y = rng.permutation(np.arange(size) % KINDS)
            down, across = rng.normal(0, PUSH, (2, size, 1, 1))
            turns = down * np.fft.fftfreq(SIDE)[:, None] + across * np.fft.rfftfreq(SIDE)
            pushed = self.waves[y, rng.integers(VARIANTS, size=size)] * np.exp(-2j * np.pi * turns)
            contrast = np.exp(rng.normal(0, 0.1, (size, 1, 1)))
            picture = contrast * np.fft.irfft2(pushed, s=(SIDE, SIDE)) + 0.2 * _smooth(rng, (size,), 1)
            light = rng.normal(0, 0.2, (size, 1, 1))
            parts += [np.clip(128 + 35 * (picture + light), 0, 255).astype(np.uint8).reshape(size, -1), y]
        return parts


def invent_patterns(rng: Generator) -> Patterns:
    """Return ten kinds of pattern, smooth, and as light as dark."""
    return Patterns(np.fft.rfft2(_smooth(rng, (KINDS, VARIANTS), 4)))


def _smooth(rng: Generator, shape: tuple[int, ...], width: float) -> NDArray[np.float64]:
    noise = rng.normal(size=(*shape, SIDE, SIDE))
    found: NDArray[np.float64] = ndimage.gaussian_filter(noise, (*(0 for _ in shape), width, width), mode="wrap")
    return found / found.std()
