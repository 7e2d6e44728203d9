# %% right
# Intent: shift_image looks through an s-by-s window at the image inside a wide frame of zeros; augment moves a picture
# of *indices* once per direction and then gathers all images through the five index maps.
import math

import numpy as np


def shift_image(image, dx, dy):
    s = math.isqrt(image.size)
    right, down = (max(-s, min(s, int(step))) for step in (dx, dy))
    framed = np.zeros((3 * s, 3 * s), dtype=image.dtype)
    framed[s : 2 * s, s : 2 * s] = image.reshape(s, s)
    return framed[s - down : 2 * s - down, s - right : 2 * s - right].reshape(image.shape).copy()


def index_maps(s):
    """Yield where each pixel comes from, counted from 1, for the image and its four copies; 0 is paper."""
    home = np.arange(1, s * s + 1).reshape(s, s)
    yield home.ravel()
    for step in (1, -1):
        yield shift_image(home, step, 0).ravel()
        yield shift_image(home, 0, step).ravel()


def augment(X, y):
    X, y = np.asarray(X), np.asarray(y)
    with_paper = np.hstack([np.zeros((len(X), 1), dtype=X.dtype), X])
    maps = np.stack([*index_maps(math.isqrt(X.shape[1]))])
    return with_paper[:, maps].reshape(-1, X.shape[1]), np.repeat(y, len(maps))


# %% wrong: shift_image
# Misconception: Thinks that to move a flattened image it is enough to move the flat row by dx + s * dy places; forgets
# that what leaves a line on the right comes back at the left of the next line.
def shift_image(image, dx, dy):
    s = math.isqrt(image.size)
    if image.ndim == 1:
        jump = max(-s * s, min(s * s, dx + s * dy))
        moved = np.zeros_like(image)
        if jump >= 0:
            moved[jump:] = image[: s * s - jump]
        else:
            moved[:jump] = image[-jump:]
        return moved
    right, down = (max(-s, min(s, int(step))) for step in (dx, dy))
    framed = np.zeros((3 * s, 3 * s), dtype=image.dtype)
    framed[s : 2 * s, s : 2 * s] = image
    return framed[s - down : 2 * s - down, s - right : 2 * s - right].copy()


# %% wrong: augment
# Misconception: Thinks that the margin of a picture is always empty, so that np.roll by one pixel is the same as a
# shift; ink at the edge comes back on the other side.
def index_maps(s):
    home = np.arange(1, s * s + 1).reshape(s, s)
    yield home.ravel()
    for step in (1, -1):
        yield np.roll(home, step, axis=1).ravel()
        yield np.roll(home, step, axis=0).ravel()
