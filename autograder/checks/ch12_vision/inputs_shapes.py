"""Inputs of chapter 12's detection: boxes, and pictures of shapes, one kind of which is wanted."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIDE = 32
KINDS = ("disc", "ring", "plus", "cross", "frame")


def boxes(rng, n: int, spread: float = 10.0):
    """Return (n, 4) boxes, many of which overlap."""
    corner, size = rng.uniform(0, spread, (n, 2)), rng.uniform(1, 8, (n, 2))
    return np.concatenate([corner, corner + size], axis=1)


def overlap(a, b) -> float:
    """Intersection over union of two boxes, by their sides."""
    across, down = (min(a[i + 2], b[i + 2]) - max(a[i], b[i]) for i in (0, 1))
    common = max(across, 0.0) * max(down, 0.0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return common / (sum(areas) - common) if common else 0.0


def drawn(kind: str, size: int) -> NDArray[np.bool_]:
    """Return where a shape of some size has ink, (size, size); it touches all four sides."""
    at = np.abs(np.arange(size) - (size - 1) / 2) / (size / 2)  # 0 in the middle, almost 1 at the sides
    down, across = at[:, None], at[None, :]
    if kind in ("disc", "ring"):
        from_middle = np.hypot(down, across)
        return (from_middle <= 1) & (from_middle > (0.55 if kind == "ring" else -1))
    if kind == "plus":
        return np.minimum(down, across) + 0 * (down + across) < 0.3
    if kind == "cross":
        return np.abs(down - across) < 0.3
    return np.maximum(down, across) > 0.6


@dataclass(frozen=True)
class Pictures:
    """Pictures, (n, 32, 32) from 0 to 1, and for each the boxes of what is wanted, (k, 4)."""

    images: NDArray[np.float32]
    boxes: list[NDArray[np.float32]]
    others: list[NDArray[np.float32]]  # boxes of shapes of other kinds


def shapes(rng, wanted: str, n: int) -> Pictures:
    """Draw pictures of one to three shapes each, half of which are of the wanted kind; none overlaps another one."""
    images = np.empty((n, SIDE, SIDE), dtype=np.float32)
    found: tuple[list[Any], list[Any]] = ([], [])
    unwanted = [kind for kind in KINDS if kind != wanted]
    for image in images:
        image[:] = rng.uniform(0.1, 0.35) + rng.normal(0, 0.06, image.shape)
        placed: list[list[int]] = []
        parts: tuple[list[list[int]], list[list[int]]] = ([], [])
        for _ in range(int(rng.integers(1, 4))):
            size = int(rng.integers(8, 14))
            left, top = (int(at) for at in rng.integers(0, SIDE - size + 1, 2))
            box = [left, top, left + size, top + size]
            if any(overlap([b[0] - 1, b[1] - 1, b[2] + 1, b[3] + 1], box) for b in placed):
                continue
            is_wanted = rng.random() < 0.5
            kind = wanted if is_wanted else str(rng.choice(unwanted))
            image[top : top + size, left : left + size][drawn(kind, size)] += rng.uniform(0.35, 0.6)
            placed.append(box)
            parts[0 if is_wanted else 1].append(box)
        for kept, some in zip(found, parts, strict=True):
            kept.append(np.array(some, dtype=np.float32).reshape(-1, 4))
    return Pictures(np.clip(images, 0, 1), *found)


def scored(found, truths, threshold: float = 0.5) -> float:
    """Average precision, by its definition, box by box and true box by true box; 0 where nothing is right."""
    every = [(score, n, box) for n, (some, scores) in enumerate(found) for box, score in zip(some, scores, strict=True)]
    open_ = {(n, i): box for n, some in enumerate(truths) for i, box in enumerate(some)}
    total, hits, points = len(open_), 0, []
    for rank, (_, n, box) in enumerate(sorted(every, key=lambda row: -row[0]), start=1):
        fits = {key: overlap(box, other) for key, other in open_.items() if key[0] == n}
        best = max(fits, key=fits.__getitem__, default=None)
        if best is not None and fits[best] >= threshold:
            del open_[best]
            hits += 1
            points.append((hits, hits / rank))
    return sum(max(p for h, p in points if h >= hit) for hit, _ in points) / total
