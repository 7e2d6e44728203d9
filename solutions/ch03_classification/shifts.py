"""Chapter 3, shifted digits (p.03.2): the answers."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import shift


def shift_image(image: NDArray[Any], dx: int, dy: int) -> NDArray[Any]:
    """Move a square image by whole pixels and fill the gap with 0.

    Parameters
    ----------
    image : (s, s), or flattened (s*s,); any dtype; not changed. MNIST has s = 28.
    dx : pixels to the right (negative: to the left).
    dy : pixels down (negative: up).

    Returns
    -------
    A new array with the shape and dtype of `image`. What is moved out is lost: nothing
    comes back on the other side.

    Examples
    --------
    >>> image = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]], dtype=np.uint8)
    >>> shift_image(image, 1, 0)
    array([[0, 1, 2],
           [0, 4, 5],
           [0, 7, 8]], dtype=uint8)
    >>> shift_image(image.ravel(), 0, -1)
    array([4, 5, 6, 7, 8, 9, 0, 0, 0], dtype=uint8)
    >>> shift_image(image, 2, 3).sum().item()
    0
    """
    side = math.isqrt(image.size)
    picture = image.reshape(side, side)  # rows (down) first, columns (right) second
    return shift(picture, (dy, dx), order=0, cval=0).reshape(image.shape)  # order 0: copy pixels, don't blend them


def augment(X: NDArray[Any], y: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Add four copies of every image, moved by one pixel to the right, left,
    down and up.

    Parameters
    ----------
    X : (n, s*s) flattened square images; not changed.
    y : (n,) their labels.

    Returns
    -------
    X_more : (5n, s*s), dtype of `X`: the images and all their copies, in any order.
    y_more : (5n,), dtype of `y`: the label of each row of `X_more`.

    Examples
    --------
    >>> X = np.array([[0, 0, 0, 0, 7, 0, 0, 0, 0], [0, 0, 0, 0, 9, 0, 0, 0, 0]])
    >>> y = np.array([1, 4])
    >>> X_more, y_more = augment(X, y)
    >>> X_more.shape, y_more.shape
    ((10, 9), (10,))
    >>> sorted(zip(X_more.argmax(axis=1).tolist(), y_more.tolist()))
    [(1, 1), (1, 4), (3, 1), (3, 4), (4, 1), (4, 4), (5, 1), (5, 4), (7, 1), (7, 4)]
    """
    steps = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]
    moved = [np.apply_along_axis(shift_image, 1, X, dx, dy) for dx, dy in steps]  # five times (n, s*s)
    return np.concatenate(moved), np.tile(y, len(steps))
