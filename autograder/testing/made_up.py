"""Letters and people that exist nowhere, drawn anew for each submission: no table of labels knows them.

Letters vary as handwriting does (slant, size, place, width of the pen, a shaky hand), so that what works on digits
works here, too. Two things make it matter how a model was chosen: a letter has rare forms beside its usual one, which
are outvoted where many neighbours are asked, and spots of ink, which say nothing, lie on the pages.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage
from sklearn.neighbors import KNeighborsClassifier

SIDE, PIXELS, LETTERS = 28, 784, 10
_STEPS = np.linspace(0, 1, 12)
# A stroke is a curve through the plane that is drawn by three points: its ends, and one that bends it.
_BEND = np.stack([(1 - _STEPS) ** 2, 2 * _STEPS * (1 - _STEPS), _STEPS**2]).astype(np.float32)
FACE = 64
LIGHT = (0.05, 0.06, 0.04)  # how much it differs from portrait to portrait: in all, from side to side, from the top
_GRID = np.arange(SIDE, dtype=np.float32)
_AT_ONCE = 200  # pictures; more would need much memory


@dataclass(frozen=True)
class Script:
    """Letters, each written in several forms, as a capital and a small one are forms of one letter.

    Attributes
    ----------
    strokes : (letters, forms, strokes, 3, 2), the points of each stroke, from -1 to 1, across and down.
    shares : (forms,), how often each form is written.
    shake : how far the hand strays from a point: a standard deviation.
    spot : the largest radius of a spot of ink, in pixels; 0 for clean pages.
    """

    strokes: NDArray[np.float64]
    shares: NDArray[np.float64]
    shake: float
    spot: float

    def write(self, rng: Generator, letters: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return a picture, (n, 784) from 0 (paper) to 255 (ink), of each of `letters`, (n,)."""
        n = len(letters)
        points = self.strokes[letters, rng.choice(len(self.shares), n, p=self.shares)]  # (n, strokes, 3, 2)
        points = points + rng.normal(0, self.shake, points.shape)
        turn, slant = rng.normal(0, 0.12, (n, 1, 1)), rng.normal(0, 0.2, (n, 1, 1))
        size = np.exp(rng.normal(0, 0.08, (2, n, 1, 1)))
        across = size[0] * (points[..., 0] + (slant - turn) * points[..., 1])
        down = size[1] * (points[..., 1] + turn * points[..., 0])
        strokes = np.stack([across, down], axis=-1).astype(np.float32)
        dots = np.einsum("nscx,ct->nstx", strokes, _BEND).reshape(n, -1, 2)
        dots = (SIDE - 1) / 2 + 10 * dots + rng.normal(0, 0.6, (n, 1, 2)).astype(np.float32)
        pen = rng.uniform(1.1, 2.0, n).astype(np.float32)
        parts = [_inked(dots[row : row + _AT_ONCE], pen[row : row + _AT_ONCE]) for row in range(0, n, _AT_ONCE)]
        inked: NDArray[np.uint8] = np.maximum(np.concatenate(parts), self._spots(rng, n))
        flat: NDArray[np.uint8] = inked.reshape(n, PIXELS)
        return flat

    def _spots(self, rng: Generator, n: int) -> NDArray[np.uint8]:
        """Return (n, 28, 28), a round spot on each page."""
        place, radius = rng.uniform(0, SIDE - 1, (2, n, 1, 1)), self.spot * rng.uniform(0.5, 1, (n, 1, 1))
        ink = 255 * rng.uniform(0.4, 1, (n, 1, 1))
        inside = (_GRID[:, None] - place[0]) ** 2 + (_GRID - place[1]) ** 2 < radius**2
        return np.asarray(ink * inside, dtype=np.uint8)


def script(rng: Generator, *, forms: int = 6, usual: float = 0.5, shake: float = 0.07, spot: float = 7.5) -> Script:
    """Draw the ten letters of a new script.

    Parameters
    ----------
    forms : how many forms a letter has.
    usual : the share of the first; the others share the rest equally.
    shake, spot : see `Script`.
    """
    shares = np.array([usual, *[(1 - usual) / (forms - 1)] * (forms - 1)]) if forms > 1 else np.ones(1)
    return Script(rng.uniform(-1, 1, (LETTERS, forms, 3, 3, 2)), shares, shake, spot)


def pages(rng: Generator, letters: Script, *sizes: int) -> list[NDArray[np.generic]]:
    """Return X, y, X, y, …: so many pictures each, (n, 784), with their letters' numbers, (n,) from 0 to 9.

    The letters are about equally frequent in each part: counts differ by one at most.
    """
    parts: list[NDArray[np.generic]] = []
    for size in sizes:
        y = rng.permutation(np.arange(size) % LETTERS)
        parts += [letters.write(rng, y), y]
    return parts


def usual_accuracy(
    X: NDArray[np.uint8], y: NDArray[np.generic], X_new: NDArray[np.uint8], y_new: NDArray[np.generic]
) -> float:
    """Return the share of the rows of `X_new`, (m, 784) bytes, that k-NN with default settings reads rightly after
    learning from `X`, (n, 784): what somebody gets who chooses nothing."""
    return float(KNeighborsClassifier().fit(X / 255, y).score(X_new / 255, y_new))


def portraits(rng: Generator, people: int, *per_person: int) -> list[NDArray[np.generic]]:
    """Draw people that nobody knows, and return X, y, X, y, …: so many portraits of each, in mixed order.

    A face is smooth inside of an oval. What all faces have in common is drawn anew, too, so that only the rows tell
    which way up a face is. Portraits of one person differ in light, in where the head is, and in noise: X is (n, 4096)
    from 0 to 1 as float32, y (n,) a number for each person.
    """
    down, across = np.mgrid[-1 : 1 : FACE * 1j, -1 : 1 : FACE * 1j]
    oval = 1 / (1 + np.exp(12 * ((across / 0.75) ** 2 + (down / 0.95) ** 2 - 1)))
    faces = 0.12 * _smooth(rng, people, 5, 4) + 0.12 * _smooth(rng, 1, 5, 6)
    parts: list[NDArray[np.generic]] = []
    for number in per_person:
        y = rng.permutation(np.repeat(np.arange(people), number))
        level, side, top = rng.normal(0, LIGHT, (len(y), 3)).T[:, :, None, None]
        moved = np.stack([ndimage.shift(faces[who], rng.normal(0, 1.2, 2), order=1, mode="nearest") for who in y])
        lit = oval * (0.5 + moved + level + side * across + top * down) + (1 - oval) * 0.2
        X = np.clip(lit + rng.normal(0, 0.015, lit.shape), 0, 1)
        parts += [X.astype(np.float32).reshape(len(y), -1), y]
    return parts


def _smooth(rng: Generator, n: int, down: float, across: float) -> NDArray[np.float64]:
    found: NDArray[np.float64] = ndimage.gaussian_filter(rng.normal(size=(n, FACE, FACE)), (0, down, across))
    found /= found.std()
    return found


def _inked(dots: NDArray[np.float32], pen: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Draw with a pen of some width, (n,), along the dots, (n, k, 2), in pixels: (n, 28, 28)."""
    across, down = ((dots[:, :, axis, None] - _GRID) ** 2 for axis in (0, 1))  # (n, k, 28)
    nearest = np.full((len(dots), SIDE, SIDE), np.inf, dtype=np.float32)
    for dot in range(dots.shape[1]):
        np.minimum(nearest, down[:, dot, :, None] + across[:, dot, None, :], out=nearest)
    inked: NDArray[np.uint8] = (255 * np.clip(1.5 + pen[:, None, None] - np.sqrt(nearest), 0, 1)).astype(np.uint8)
    return inked
