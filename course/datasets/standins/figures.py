"""The figures that stand in for clothes, things, flowers and insects; each part of a figure is one polygon."""

from __future__ import annotations

from dataclasses import dataclass

from course.datasets.standins.drawing import Colour, Figure, box, ellipse, line, petals


@dataclass(frozen=True)
class Motif:
    """A figure with its colours.

    Attributes
    ----------
    parts : the polygons, drawn in this order.
    ink : the colour of all of them but the last.
    heart : the colour of the last.
    paper : the colour behind.
    """

    parts: Figure
    ink: Colour
    heart: Colour
    paper: Colour


_TORSO = ((0.32, 0.15), (0.42, 0.2), (0.58, 0.2), (0.68, 0.15), (0.68, 0.88), (0.32, 0.88))
_SHORT_SLEEVES: Figure = (
    ((0.32, 0.15), (0.1, 0.32), (0.18, 0.45), (0.36, 0.35)),
    ((0.68, 0.15), (0.9, 0.32), (0.82, 0.45), (0.64, 0.35)),
)
_LONG_SLEEVES: Figure = (
    ((0.32, 0.15), (0.12, 0.35), (0.08, 0.85), (0.2, 0.87), (0.34, 0.4)),
    ((0.68, 0.15), (0.88, 0.35), (0.92, 0.85), (0.8, 0.87), (0.66, 0.4)),
)
CLOTHES: tuple[Figure, ...] = (
    (_TORSO, *_SHORT_SLEEVES),
    (((0.34, 0.08), (0.66, 0.08), (0.7, 0.94), (0.54, 0.94), (0.5, 0.3), (0.46, 0.94), (0.3, 0.94)),),
    (_TORSO, *_LONG_SLEEVES),
    (((0.42, 0.06), (0.58, 0.06), (0.56, 0.35), (0.72, 0.95), (0.28, 0.95), (0.44, 0.35)),),
    (((0.28, 0.08), (0.48, 0.15), (0.48, 0.95), (0.26, 0.95)), *_LONG_SLEEVES, box(0.52, 0.12, 0.74, 0.95)),
    (((0.08, 0.72), (0.92, 0.62), (0.92, 0.7), (0.08, 0.8)), *line((0.2, 0.72), (0.45, 0.45), (0.6, 0.66))),
    (_TORSO, *_SHORT_SLEEVES, box(0.4, 0.08, 0.6, 0.2), *line((0.35, 0.55), (0.65, 0.55), width=0.06)),
    (((0.06, 0.72), (0.1, 0.5), (0.35, 0.45), (0.6, 0.58), (0.92, 0.62), (0.94, 0.74)),),
    (box(0.15, 0.4, 0.85, 0.88), *line((0.3, 0.4), (0.35, 0.18), (0.65, 0.18), (0.7, 0.4))),
    (((0.25, 0.1), (0.55, 0.1), (0.55, 0.5), (0.92, 0.68), (0.92, 0.86), (0.22, 0.86)),),
)
_SKY, _GRASS, _ROAD, _SEA = (150, 190, 235), (90, 150, 70), (120, 120, 125), (50, 95, 150)


def _plain(parts: Figure, paper: Colour, ink: Colour) -> Motif:
    return Motif(parts, ink, ink, paper)


def _legs(*tops: float, at: float = 0.6, width: float = 0.04) -> Figure:
    return tuple(segment for x in tops for segment in line((x, at), (x, 0.95), width=width))


_WHEELS = (ellipse(0.25, 0.75, 0.1, 0.1), ellipse(0.75, 0.75, 0.1, 0.1))
THINGS: tuple[Motif, ...] = (
    _plain((ellipse(0.5, 0.5, 0.42, 0.07), *line((0.35, 0.15), (0.5, 0.5), (0.35, 0.85))), _SKY, (230, 230, 235)),
    _plain((box(0.1, 0.5, 0.9, 0.72), box(0.3, 0.32, 0.7, 0.5), *_WHEELS), _ROAD, (190, 40, 40)),
    _plain(
        (ellipse(0.5, 0.55, 0.22, 0.14), ellipse(0.7, 0.4, 0.09, 0.09), ((0.3, 0.55), (0.08, 0.4), (0.15, 0.62))),
        _GRASS,
        (140, 95, 60),
    ),
    _plain(
        (
            ellipse(0.5, 0.58, 0.28, 0.26),
            ((0.25, 0.5), (0.25, 0.15), (0.45, 0.35)),
            ((0.75, 0.5), (0.75, 0.15), (0.55, 0.35)),
        ),
        (190, 170, 150),
        (110, 100, 95),
    ),
    _plain(
        (ellipse(0.5, 0.55, 0.25, 0.13), *_legs(0.3, 0.68), *line((0.72, 0.5), (0.8, 0.15), (0.95, 0.05))),
        _GRASS,
        (165, 110, 60),
    ),
    _plain(
        (ellipse(0.5, 0.6, 0.3, 0.17), ellipse(0.8, 0.42, 0.14, 0.11), *_legs(0.25, 0.7, width=0.06)),
        (200, 185, 165),
        (90, 65, 50),
    ),
    _plain(
        (ellipse(0.5, 0.65, 0.35, 0.2), ellipse(0.3, 0.42, 0.1, 0.1), ellipse(0.7, 0.42, 0.1, 0.1)),
        (110, 90, 60),
        (90, 170, 60),
    ),
    _plain(
        (
            ellipse(0.45, 0.5, 0.3, 0.15),
            ((0.65, 0.5), (0.8, 0.1), (0.95, 0.2), (0.75, 0.55)),
            *_legs(0.25, 0.6, at=0.5),
        ),
        _GRASS,
        (85, 50, 35),
    ),
    _plain((((0.05, 0.55), (0.95, 0.55), (0.8, 0.8), (0.2, 0.8)), box(0.4, 0.3, 0.6, 0.55)), _SEA, (215, 215, 210)),
    _plain((box(0.05, 0.25, 0.62, 0.72), box(0.64, 0.42, 0.92, 0.72), *_WHEELS), _ROAD, (225, 205, 60)),
)
_MEADOW, _STONE = (70, 120, 60), (150, 160, 120)
_TULIP = ((0.3, 0.25), (0.42, 0.4), (0.5, 0.2), (0.58, 0.4), (0.7, 0.25), (0.64, 0.6), (0.36, 0.6))
FLOWERS: tuple[Motif, ...] = (
    Motif((*petals(12, 0.42, 0.05), ellipse(0.5, 0.5, 0.12, 0.12)), (240, 240, 240), (235, 190, 40), _MEADOW),
    Motif((*petals(30, 0.36, 0.02), ellipse(0.5, 0.5, 0.16, 0.16)), (240, 205, 50), (225, 180, 30), _MEADOW),
    Motif((*petals(6, 0.32, 0.16), ellipse(0.5, 0.5, 0.14, 0.14)), (190, 30, 60), (130, 10, 40), _MEADOW),
    Motif((*petals(16, 0.48, 0.06), ellipse(0.5, 0.5, 0.24, 0.24)), (245, 190, 20), (80, 50, 25), _MEADOW),
    Motif((_TULIP, box(0.48, 0.6, 0.52, 0.98)), (225, 90, 150), (60, 130, 60), _MEADOW),
)
_INSECT_LEGS = tuple(
    segment for y in (0.38, 0.5, 0.62) for segment in line((0.25, y - 0.1), (0.5, y), (0.75, y - 0.1), width=0.012)
)
_ANT_BODY = (ellipse(0.5, 0.25, 0.08, 0.08), ellipse(0.5, 0.45, 0.07, 0.11), ellipse(0.5, 0.75, 0.13, 0.18))
_BEE_WINGS = (ellipse(0.28, 0.45, 0.2, 0.08, 0.5), ellipse(0.72, 0.45, 0.2, 0.08, -0.5))
_BEE_BODY = (ellipse(0.5, 0.28, 0.11, 0.1), ellipse(0.5, 0.6, 0.16, 0.25))
INSECTS: tuple[Motif, ...] = (
    Motif((*_INSECT_LEGS, *_ANT_BODY), (50, 30, 25), (70, 35, 25), _STONE),
    Motif((*_BEE_WINGS, *_BEE_BODY), (215, 220, 225), (220, 165, 30), _STONE),
)
