# %% right
# Intent: Start from an empty image and copy the part that stays visible between two pairs of slices; augment writes
# all copies, image by image, into one array that was allocated beforehand.
import math

import numpy as np


def _spans(step: int, side: int) -> tuple[slice, slice]:
    """Along one axis: which pixels to take, and where they go."""
    if step >= 0:
        return slice(0, side - step), slice(step, side)
    return slice(-step, side), slice(0, side + step)


def shift_image(image, dx: int, dy: int):
    side = math.isqrt(image.size)
    moved = np.zeros((side, side), dtype=image.dtype)
    if abs(dx) < side and abs(dy) < side:
        from_columns, to_columns = _spans(int(dx), side)
        from_rows, to_rows = _spans(int(dy), side)
        moved[to_rows, to_columns] = image.reshape(side, side)[from_rows, from_columns]
    return moved.reshape(image.shape)


MOVES: tuple[tuple[int, int], ...] = ((1, 0), (-1, 0), (0, 1), (0, -1))


def augment(X, y):
    n_images, n_pixels = X.shape
    side = math.isqrt(n_pixels)
    n_copies = 1 + len(MOVES)
    X_more = np.empty((n_copies * n_images, n_pixels), dtype=X.dtype)
    y_more = np.empty(n_copies * n_images, dtype=y.dtype)
    for i in range(n_images):
        first = n_copies * i
        X_more[first] = X[i]
        square = X[i].reshape(side, side)
        for j, (dx, dy) in enumerate(MOVES, start=1):
            X_more[first + j] = shift_image(square, dx, dy).ravel()
        y_more[first : first + n_copies] = y[i]
    return X_more, y_more


# %% wrong: shift_image
# Misconception: Thinks that reshape returns new numbers, so that a flat image is safe once it has been made square,
# and only an image that is square already needs a copy before it is changed in place.
def shift_image(image, dx: int, dy: int):
    side = math.isqrt(image.size)
    work = image.copy() if image.ndim == 2 else image.reshape(side, side)
    if abs(dx) >= side or abs(dy) >= side:
        work[:] = 0
        return work.reshape(image.shape)
    from_columns, to_columns = _spans(int(dx), side)
    from_rows, to_rows = _spans(int(dy), side)
    kept = work[from_rows, from_columns].copy()
    work[:] = 0
    work[to_rows, to_columns] = kept
    return work.reshape(image.shape)


# %% wrong: augment
# Misconception: Thinks that the type of pixels is a matter of taste as long as the values are the same, so collects
# the copies in an array of zeros as it comes.
def augment(X, y):
    n_images, n_pixels = X.shape
    side = math.isqrt(n_pixels)
    n_copies = 1 + len(MOVES)
    X_more = np.zeros((n_copies * n_images, n_pixels))
    y_more = np.zeros(n_copies * n_images, dtype=y.dtype)
    for i in range(n_images):
        square = X[i].reshape(side, side)
        X_more[n_copies * i] = X[i]
        for j, (dx, dy) in enumerate(MOVES, start=1):
            X_more[n_copies * i + j] = shift_image(square, dx, dy).ravel()
        y_more[n_copies * i : n_copies * (i + 1)] = y[i]
    return X_more, y_more
