"""Draws the figures that stand in for photographs: polygons, each time a little different."""

from __future__ import annotations

from itertools import pairwise
from math import cos, pi, sin

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw

from course.datasets.shapes import Bytes

Point = tuple[float, float]
Polygon = tuple[Point, ...]
Figure = tuple[Polygon, ...]  # in the unit square, y downwards
Colour = tuple[int, int, int]

OVERSAMPLING = 2  # draws larger, then scales down, for soft edges


def ellipse(x: float, y: float, rx: float, ry: float, turn: float = 0.0, corners: int = 20) -> Polygon:
    """Return an ellipse round (x, y), turned by `turn` radians."""
    steps = [2 * pi * k / corners for k in range(corners)]
    return tuple(
        (x + rx * cos(a) * cos(turn) - ry * sin(a) * sin(turn), y + rx * cos(a) * sin(turn) + ry * sin(a) * cos(turn))
        for a in steps
    )


def box(left: float, top: float, right: float, bottom: float) -> Polygon:
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def line(*points: Point, width: float = 0.03) -> Figure:
    """Return a polyline as one thin box per segment."""
    segments = []
    for (x0, y0), (x1, y1) in pairwise(points):
        length = max(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5, 1e-9)
        dx, dy = width * (y1 - y0) / length, -width * (x1 - x0) / length
        segments.append(((x0 + dx, y0 + dy), (x1 + dx, y1 + dy), (x1 - dx, y1 - dy), (x0 - dx, y0 - dy)))
    return tuple(segments)


def petals(number: int, length: float, width: float) -> Figure:
    """Return `number` petals round the middle of the square."""
    turns = [2 * pi * k / number for k in range(number)]
    return tuple(
        ellipse(0.5 + length / 2 * cos(turn), 0.5 + length / 2 * sin(turn), length / 2, width, turn) for turn in turns
    )


def vary(figure: Figure, rng: Generator, amount: float = 1.0) -> Figure:
    """Return `figure` scaled, turned and moved a little, all of it in the same way."""
    scale_x, scale_y = 1 + amount * rng.uniform(-0.15, 0.1, 2)
    turn = amount * rng.uniform(-0.2, 0.2)
    move_x, move_y = amount * rng.uniform(-0.07, 0.07, 2)

    def moved(point: Point) -> Point:
        x, y = (point[0] - 0.5) * scale_x, (point[1] - 0.5) * scale_y
        return 0.5 + x * cos(turn) - y * sin(turn) + move_x, 0.5 + x * sin(turn) + y * cos(turn) + move_y

    return tuple(tuple(map(moved, polygon)) for polygon in figure)


def draw(
    figure: Figure, size: tuple[int, int], inks: tuple[Colour, ...], paper: Colour, rng: Generator, noise: float
) -> Bytes:
    """Draw `figure` and return (height, width, 3) uint8.

    Parameters
    ----------
    size : width and height in pixels.
    inks : the polygons' colours in turn; the last one serves the rest.
    noise : standard deviation of the grain, in grey levels.
    """
    width, height = size[0] * OVERSAMPLING, size[1] * OVERSAMPLING
    picture = Image.new("RGB", (width, height), paper)
    pen = ImageDraw.Draw(picture)
    for number, polygon in enumerate(figure):
        pen.polygon([(x * width, y * height) for x, y in polygon], fill=inks[min(number, len(inks) - 1)])
    pixels = np.asarray(picture.resize(size, Image.Resampling.BOX), np.float32)
    grain = rng.normal(0, noise, pixels.shape).astype(np.float32)
    grainy: Bytes = np.clip(pixels + grain, 0, 255).astype(np.uint8)
    return grainy


def shade(colour: Colour, rng: Generator, spread: int = 25) -> Colour:
    """Return a colour near `colour`."""
    red, green, blue = (int(np.clip(value + rng.integers(-spread, spread + 1), 0, 255)) for value in colour)
    return red, green, blue
