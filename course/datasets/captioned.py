"""Small pictures of one coloured shape each, with captions: what CLIP learns from here, made as many as one likes.

Some pairs of shape and colour are never shown while the course's small CLIP is trained (`UNSEEN`): what it says of them
it has put together from what it has seen of each shape and of each colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

SIDE = 32
SHAPES = ("circle", "square", "triangle", "cross", "ring", "bar")
COLOURS = {
    "red": (215, 40, 40), "green": (40, 160, 60), "blue": (45, 70, 215), "yellow": (235, 215, 50),
    "purple": (150, 50, 170), "white": (245, 245, 245), "black": (15, 15, 15), "orange": (240, 130, 20),
    "cyan": (60, 210, 220),
}  # fmt: skip
SIZES = ("small", "large")
TEMPLATES = ("a photo of a {}", "a drawing of a {}", "there is a {} in the picture", "this is a {}", "look at the {}")
PAIRS = tuple((colour, shape) for colour in COLOURS for shape in SHAPES)
# Each colour is in one of them, and each shape in one or two.
UNSEEN = (
    ("red", "ring"), ("green", "circle"), ("blue", "triangle"), ("yellow", "bar"), ("purple", "square"),
    ("white", "cross"), ("black", "circle"), ("orange", "triangle"), ("cyan", "square"),
)  # fmt: skip
SEEN = tuple(pair for pair in PAIRS if pair not in UNSEEN)


@dataclass(frozen=True)
class Captioned:
    """Pictures with captions.

    Attributes
    ----------
    images : (n, 32, 32, 3) bytes, red, green and blue.
    captions : one for each, e.g. ``"a drawing of a small red ring"``.
    pairs : the colour and the shape of each.
    """

    images: NDArray[np.uint8]
    captions: list[str]
    pairs: list[tuple[str, str]]


def name_of(pair: tuple[str, str]) -> str:
    """Return what a pair of colour and shape is called.

    >>> name_of(("red", "ring"))
    'red ring'
    """
    return " ".join(pair)


def captioned_shapes(rng: Generator, n: int, pairs: Sequence[tuple[str, str]] = PAIRS) -> Captioned:
    """Draw n pictures, each of one of the `pairs`, all about equally often, in mixed order.

    A shape is small or large, stands anywhere on a grey ground with some noise, and is turned a little; no two are of
    quite the same colour. The caption is made by a template, drawn by chance, and half of them name the size.
    """
    which = rng.permutation(np.arange(n) % len(pairs))
    chosen = [pairs[number] for number in which]
    is_large, is_told = rng.random(n) < 0.5, rng.random(n) < 0.5
    radius = np.where(is_large, rng.uniform(9, 12, n), rng.uniform(5, 7.5, n))
    turn = rng.normal(0, 0.15, n)
    centre = (SIDE - 1) / 2 + rng.uniform(-1, 1, (2, n)) * (SIDE / 2 - radius - 1)
    at = np.arange(SIDE)
    down, across = at[:, None] - centre[0][:, None, None], at - centre[1][:, None, None]  # (n, 32, 1), (n, 1, 32)
    cos, sin = np.cos(turn)[:, None, None], np.sin(turn)[:, None, None]
    x, y = cos * across + sin * down, cos * down - sin * across  # (n, 32, 32)
    inside = np.empty((n, SIDE, SIDE))
    for shape in SHAPES:
        rows = np.array([shape == of for _, of in chosen], dtype=bool)
        inside[rows] = _inside(shape, x[rows], y[rows], radius[rows, None, None])
    cover = np.clip(inside + 0.5, 0, 1)[..., None]  # soft edges
    ground = rng.uniform(60, 170, (n, 1, 1, 1)) + rng.normal(0, 10, (n, SIDE, SIDE, 1))
    paint = np.array([COLOURS[colour] for colour, _ in chosen])[:, None, None] + rng.normal(0, 12, (n, 1, 1, 3))
    noisy = cover * paint + (1 - cover) * ground + rng.normal(0, 6, (n, SIDE, SIDE, 3))
    sizes = [f"{SIZES[large]} " if told else "" for large, told in zip(is_large.astype(int), is_told, strict=True)]
    templates = rng.integers(0, len(TEMPLATES), n)
    captions = [
        TEMPLATES[t].format(size + name_of(pair)) for t, size, pair in zip(templates, sizes, chosen, strict=True)
    ]
    return Captioned(np.clip(noisy, 0, 255).astype(np.uint8), captions, chosen)


def _inside(shape: str, x: NDArray[np.float64], y: NDArray[np.float64], r: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far inside of a shape each place is, in pixels, below 0 outside; `r` is half of its size."""
    far = np.hypot(x, y)
    if shape == "circle":
        found = r - far
    elif shape == "ring":
        found = np.minimum(r - far, far - 0.55 * r)
    elif shape == "square":
        found = 0.85 * r - np.maximum(abs(x), abs(y))
    elif shape == "triangle":
        found = np.minimum((r + y) * 0.45 - abs(x), 0.75 * r - y)
    elif shape == "cross":
        found = np.maximum(np.minimum(r - abs(x), 0.3 * r - abs(y)), np.minimum(0.3 * r - abs(x), r - abs(y)))
    else:
        found = np.minimum(r - abs(x), 0.3 * r - abs(y))
    return np.asarray(found)
