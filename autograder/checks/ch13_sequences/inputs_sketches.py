"""Drawings for the checks of the sketches in chapter 13."""

import numpy as np

SHAPES = ("ring", "zigzag", "cross")


def drawing(rng, n_strokes: int) -> list[np.ndarray]:
    """Return strokes of 2 to 9 points, anywhere and of any size."""
    scale, corner = rng.uniform(5, 300), rng.uniform(-500, 500, 2)
    return [corner + scale * rng.random((int(rng.integers(2, 10)), 2)) for _ in range(n_strokes)]


def shapes(rng, n: int) -> tuple[list[list[np.ndarray]], np.ndarray]:
    """Return n drawings of three kinds, shaky, turned a little, anywhere and of any size, and their classes."""
    labels = rng.permutation(np.arange(n) % len(SHAPES))
    return [_placed([_shape(rng, SHAPES[label])] if label < 2 else _cross(rng), rng) for label in labels], labels


def sequences(rng, lengths) -> list[np.ndarray]:
    """Return sequences of the given lengths, (T, 3) float32, as `sketch_to_seq` would make them of one stroke."""
    return [np.column_stack([rng.random((n, 2)), np.linspace(0, 1, n)]).astype(np.float32) for n in map(int, lengths)]


def _shape(rng, kind: str) -> np.ndarray:
    n = int(rng.integers(8, 20))
    along = np.linspace(0, 1, n)
    if kind == "ring":
        angle = rng.uniform(0, 2 * np.pi) + rng.choice([-1, 1]) * 2 * np.pi * along
        return np.column_stack([np.cos(angle), np.sin(angle)])
    return np.column_stack([2 * along - 1, np.where(np.arange(n) % 2, 0.6, -0.6)])


def _cross(rng) -> list[np.ndarray]:
    n = int(rng.integers(3, 9))
    line = np.linspace(-1, 1, n)
    strokes = [np.column_stack([line, line]), np.column_stack([-line, line])]
    return [strokes[i] for i in rng.permutation(2)]


def _placed(strokes: list[np.ndarray], rng) -> list[np.ndarray]:
    angle = rng.uniform(-0.3, 0.3)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    scale, corner = rng.uniform(20, 120), rng.uniform(-100, 300, 2)
    return [corner + scale * (stroke @ turn + rng.normal(0, 0.05, stroke.shape)) for stroke in strokes]


def seeded(seed):
    """Seed torch, so that a new net has the same weights whenever a check is run again (runs in the student's
    process)."""
    import torch

    torch.manual_seed(seed)
