"""Generators of series, music, sketches and sound that stand in for real ones."""

from __future__ import annotations

from random import Random

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from course.datasets.shapes import Bytes, Chorales, Head, Labels, Recordings, Sketches, Tables, freeze
from course.datasets.standins.drawing import Figure, ellipse, vary

SEED = 20
CHORALES = {"train": 40, "valid": 13, "test": 13}
SKETCHES_PER_CLASS = 1000
RECORDINGS, WORDS = 60, 8
RATE = 8000

# Scale degrees of the chords, and which chords may follow each: tonic, supertonic, subdominant, dominant, ...
_SCALE = (0, 2, 4, 5, 7, 9, 11)
_FOLLOWS = {0: (3, 4, 5, 1), 1: (4, 6), 3: (4, 0, 1), 4: (0, 0, 5), 5: (3, 1, 4), 6: (0,)}
_RANGES = ((60, 79), (55, 72), (48, 67), (40, 60))  # soprano, alto, tenor, bass: lowest and highest pitch


def cta_ridership(head: Head) -> Tables:
    """Draw daily rides 2001-2021: weekdays, seasons, holidays, a slow trend, and the fall of spring 2020."""
    rng = np.random.default_rng(SEED)
    dates = pd.date_range("2001-01-01", "2021-11-30", freq="D")
    holiday = pd.Index(dates.strftime("%m-%d")).isin(["01-01", "07-04", "12-25"])
    sunday, saturday = (dates.day_of_week == 6) | holiday, (dates.day_of_week == 5) & ~holiday
    season = 1 + 0.08 * np.cos(2 * np.pi * (dates.day_of_year.to_numpy() - 270) / 365.25)
    years = (dates - dates[0]).days.to_numpy() / 365.25
    since = (dates - pd.Timestamp("2020-03-15")).days.to_numpy() / 365.25
    pandemic = np.where(since < 0, 1, 1 - 0.75 * np.exp(-np.clip(since, 0, None) / 2.5))

    def daily(workday: float, weekend: tuple[float, float], growth: float) -> NDArray[np.int64]:
        base = np.select([sunday, saturday], weekend, default=workday)
        weather = pd.Series(rng.normal(0, 0.04, len(dates))).ewm(span=3).mean().to_numpy()
        rides: NDArray[np.int64] = (base * season * pandemic * (1 + growth * years) * np.exp(weather)).astype(np.int64)
        return rides

    bus, rail = daily(950_000, (450_000, 600_000), -0.006), daily(550_000, (230_000, 320_000), 0.015)
    table = pd.DataFrame(
        {
            "service_date": dates.as_unit("us"),
            "day_type": pd.Series(np.select([sunday, saturday], ["U", "A"], default="W"), dtype="str"),
            "bus": bus,
            "rail_boardings": rail,
            "total_rides": bus + rail,
        }
    )
    return Tables(head, {"ridership": table})


def jsb_chorales(head: Head) -> Chorales:
    """Compose four-part harmony: chords follow usual progressions, each voice moves as little as it can."""
    rng = Random(SEED)  # for single draws much faster than numpy's
    pieces = {split: tuple(_chorale(rng) for _ in range(number)) for split, number in CHORALES.items()}
    return Chorales(head, **pieces)


def _chorale(rng: Random) -> Labels:
    """Return (steps, 4) pitches, a chord lasting four steps; now and then a voice is silent (0)."""
    key = rng.randrange(-4, 5)
    chord, voices = 0, [pitch + key for pitch in (67, 60, 55, 48)]
    steps: list[list[int]] = []
    for _ in range(rng.randrange(25, 70)):
        voices = _voicing(chord, key, voices, rng)
        steps += [voices.copy() for _ in range(4)]
        if rng.random() < 0.1:  # a quaver passes through the soprano
            steps[-1][0] += rng.choice((-2, 2))
        if rng.random() < 0.02:
            steps[-1][rng.randrange(4)] = 0
        chord = rng.choice(_FOLLOWS[chord])
    return freeze(np.array(steps, np.int64))


def _voicing(chord: int, key: int, before: list[int], rng: Random) -> list[int]:
    notes = [(_SCALE[(chord + third) % 7] + key) % 12 for third in (0, 2, 4)]
    voices = []
    for voice, (low, high) in enumerate(_RANGES):
        wanted = notes[:1] if voice == 3 else notes  # the bass has the root
        pitches = [pitch for pitch in range(low, high + 1) if pitch % 12 in wanted]
        distance = {pitch: abs(pitch - before[voice]) + rng.uniform(0, 2.5) for pitch in pitches}
        voices.append(min(distance, key=distance.__getitem__))
    return voices


_ANT: Figure = (
    ellipse(0.2, 0.5, 0.1, 0.1),
    ellipse(0.45, 0.5, 0.14, 0.1),
    ellipse(0.78, 0.5, 0.2, 0.14),
    *(((x, 0.58), (x - 0.05, 0.75), (x - 0.1, 0.9)) for x in (0.36, 0.46, 0.56)),
    ((0.15, 0.4), (0.1, 0.25), (0.02, 0.2)),
)
_AXE: Figure = (
    ((0.45, 0.05), (0.55, 0.05), (0.55, 0.98), (0.45, 0.98), (0.45, 0.05)),
    ((0.55, 0.1), (0.9, 0.02), (0.95, 0.2), (0.9, 0.4), (0.55, 0.3)),
)
_BAT: Figure = (
    ((0.5, 0.4), (0.3, 0.2), (0.02, 0.3), (0.12, 0.6), (0.25, 0.5), (0.35, 0.65), (0.5, 0.6)),
    ((0.5, 0.4), (0.7, 0.2), (0.98, 0.3), (0.88, 0.6), (0.75, 0.5), (0.65, 0.65), (0.5, 0.6)),
    ((0.44, 0.4), (0.44, 0.25), (0.5, 0.33), (0.56, 0.25), (0.56, 0.4)),
)


def quickdraw(head: Head) -> Sketches:
    """Sketch ants, axes and bats with a shaking hand; a stroke may be forgotten."""
    rng = np.random.default_rng(SEED)
    figures = (_ANT, _AXE, _BAT)
    drawings = tuple(_sketch(figure, rng) for figure in figures for _ in range(SKETCHES_PER_CLASS))
    labels = np.repeat(np.arange(len(figures)), SKETCHES_PER_CLASS).astype(np.int64)
    return Sketches(head, drawings, freeze(labels), ("ant", "axe", "bat"))


def _sketch(figure: Figure, rng: Generator) -> tuple[Bytes, ...]:
    """Return strokes that fill 0..255 in their longer direction and begin at 0, as QuickDraw's do."""
    kept = [stroke for stroke in vary(figure, rng, 1.5) if rng.random() > 0.06] or list(figure)
    strokes = [np.array(stroke) for stroke in kept]
    strokes = [stroke + rng.normal(0, 0.012, stroke.shape) for stroke in strokes]
    points = np.concatenate(strokes)
    low, extent = points.min(axis=0), np.ptp(points, axis=0).max()
    return tuple(freeze(((stroke - low) / extent * 255).round().astype(np.uint8)) for stroke in strokes)


def yesno_speech(head: Head) -> Recordings:
    """Record eight words each: "yes" is a rising chirp that ends in a hiss, "no" a falling hum."""
    rng = np.random.default_rng(SEED)
    labels = rng.integers(0, 2, (RECORDINGS, WORDS))
    waves = tuple(freeze(_recording(row, rng)) for row in labels)
    return Recordings(head, waves, freeze(labels.astype(np.int64)), RATE)


def _recording(words: Labels, rng: Generator) -> NDArray[np.int16]:
    parts = [_pause(rng)]
    for word in words:
        parts += [_word(bool(word), rng), _pause(rng)]
    sound = np.concatenate(parts)
    return (sound + rng.normal(0, 30, len(sound))).clip(-32768, 32767).astype(np.int16)


def _pause(rng: Generator) -> NDArray[np.float64]:
    return np.zeros(int(rng.uniform(0.15, 0.4) * RATE))


def _word(yes: bool, rng: Generator) -> NDArray[np.float64]:
    n = int(rng.uniform(0.25, 0.4) * RATE)
    along = np.linspace(0, 1, n)
    pitch = rng.uniform(100, 180) * (1 + (0.5 if yes else -0.3) * along)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    hum = np.sin(phase) + 0.5 * np.sin(2 * phase) + 0.3 * np.sin((9 if yes else 4) * phase)
    hiss = rng.normal(0, 1, n) * np.clip(along - 0.6, 0, None) * 3 if yes else 0.0
    return rng.uniform(2000, 5000) * np.sin(np.pi * along) * (hum + hiss)
