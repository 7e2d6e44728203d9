"""Promises on networks for pictures: what moves with the picture, and how much of it one unit sees."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograder.testing.modules.state import mode
from autograder.testing.modules.tensors import NOISE, apart, leaf, tensor


def is_equivariant(model: Any, X: ArrayLike, by: tuple[int, int], *, stride: int = 1, margin: int = 0) -> None:
    """Assert that what the model finds in a picture moves with the picture: `stride` pixels are one cell of its maps.

    Parameters
    ----------
    model : a handle on a module that maps (batch, channels, height, width) to maps, (batch, …, rows, columns).
    X : pictures that are not the same in any two places. What is moved out on one side comes in on the other.
    by : how far they are moved, down and across, in cells.
    margin : cells on each side that are not compared, beside those that `by` moves out: the edge is near there.

    Raises
    ------
    AssertionError : the maps don't move, move elsewhere, or are no maps.
    ValueError : `by` is no move, or nothing of a map is left to compare.
    """
    X = np.asarray(X)
    if by == (0, 0):
        raise ValueError("the picture is not moved")
    moved = np.roll(X, (by[0] * stride, by[1] * stride), axis=(-2, -1))
    with mode(model, False):
        before, after = (leaf(model(tensor(values))) for values in (X, moved))
    assert before.ndim >= 3 and before.shape == after.shape, "the outputs are not maps of one shape"
    edges = [margin + abs(step) for step in by]
    rows, columns = (slice(edge, size - edge) for edge, size in zip(edges, before.shape[-2:], strict=True))
    if not before[..., rows, columns].size:
        raise ValueError("nothing of a map is left to compare")
    wanted, found, unmoved = (part[..., rows, columns] for part in (np.roll(before, by, axis=(-2, -1)), after, before))
    assert apart([found], [unmoved]) > NOISE, "the maps stay as they are when the picture moves"
    assert apart([found], [wanted]) <= NOISE, "the maps don't move with the picture"


def sees_window(
    model: Any, X: ArrayLike, other: ArrayLike, at: tuple[int, int], *, rows: slice, columns: slice
) -> None:
    """Assert that one cell of the model's maps looks at a certain window of the picture: all of it, and no pixel else.

    Parameters
    ----------
    model : a handle on a module that maps (batch, channels, height, width) to maps, (batch, …, rows, columns).
    X, other : pictures of the same shape, which differ in every pixel; changes are taken from `other`.
    at : row and column of the cell.
    rows, columns : of the window, in pixels, with a beginning and an end. What lies on its four sides has to matter.

    Raises
    ------
    AssertionError : a pixel outside of the window has a say, or a side of the window has none.
    ValueError : the pictures don't differ, or the window is not a part of the picture.
    """
    X, other = np.asarray(X), np.asarray(other)
    height, width = X.shape[-2:]
    if X.shape != other.shape or np.any(other == X):
        raise ValueError("a pixel is the same in both pictures")
    if not (0 <= rows.start < rows.stop <= height and 0 <= columns.start < columns.stop <= width):
        raise ValueError("the window is not a part of the picture")
    outside = other.copy()
    outside[..., rows, columns] = X[..., rows, columns]
    sides = {
        "first row": (slice(rows.start, rows.start + 1), columns),
        "last row": (slice(rows.stop - 1, rows.stop), columns),
        "first column": (rows, slice(columns.start, columns.start + 1)),
        "last column": (rows, slice(columns.stop - 1, columns.stop)),
    }

    def cell(pictures: Any) -> Any:
        maps = leaf(model(tensor(pictures)))
        assert maps.ndim >= 3, "the outputs are not maps"
        return maps[..., at[0], at[1]]

    with mode(model, False):
        found = cell(X)
        assert apart([found], [cell(outside)]) <= NOISE, "a pixel outside of the window has a say"
        for name, (some_rows, some_columns) in sides.items():
            changed = X.copy()
            changed[..., some_rows, some_columns] = other[..., some_rows, some_columns]
            assert apart([found], [cell(changed)]) > NOISE, f"the {name} of the window has no say"
