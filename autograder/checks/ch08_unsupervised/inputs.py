"""Inputs shared by the checks of chapter 8."""

import numpy as np

from autograder.testing import made_up

SIDE = 64


def portraits(rng, *per_person: int, people: int = 40) -> list[np.ndarray]:
    """Return X, y, X, y, … of some people, each with so many portraits in every part, none of them in two.

    They are people that nobody knows: who is on a public portrait, and which way up it is, can be looked up.
    """
    return made_up.portraits(rng, people, *per_person)


def upside_down(X: np.ndarray) -> np.ndarray:
    """Return the portraits turned over, top to bottom."""
    return np.ascontiguousarray(X.reshape(-1, SIDE, SIDE)[:, ::-1]).reshape(len(X), -1)


def on_their_side(X: np.ndarray) -> np.ndarray:
    """Return the portraits turned by a quarter."""
    return np.ascontiguousarray(np.rot90(X.reshape(-1, SIDE, SIDE), axes=(1, 2))).reshape(len(X), -1)


def darkened(X: np.ndarray) -> np.ndarray:
    """Return the portraits with hardly a third of the light."""
    return X * np.float32(0.3)


def blobs(rng, k: int, per_blob: int, d: int, spread: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return (X, blob) of k groups so far apart that anyone finds them, in mixed order."""
    centres = rng.normal(0, 1, (k, d))
    while k > 1 and _nearest(centres) < 0.8 * np.sqrt(d):  # two that lie close could pass for one
        centres = rng.normal(0, 1, (k, d))
    blob = rng.permutation(np.repeat(np.arange(k), per_blob))
    return 20 * centres[blob] + rng.normal(0, spread, (len(blob), d)), blob


def _nearest(centres: np.ndarray) -> float:
    gaps = np.linalg.norm(centres[:, None] - centres, axis=2)
    return float(gaps[~np.eye(len(gaps), dtype=bool)].min())


def numbers(value: object, *shape: int) -> np.ndarray:
    """Return an answer as floats, if it has the shape asked for and no gaps."""
    found = np.asarray(value)
    assert found.shape == shape, f"shape {found.shape}, not {shape}"
    assert found.dtype.kind in "iuf"
    found = found.astype(float)
    assert np.isfinite(found).all()
    return found
