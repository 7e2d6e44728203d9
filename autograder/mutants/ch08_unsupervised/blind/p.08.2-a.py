# %% right
# Intent: Go through the colours one by one and keep, for each pixel, the smallest squared distance so far and whose it
# is; then look the colours up. Everything is turned into floats before it is subtracted.
import numpy as np


def segment(image, centres):
    palette = np.asarray(centres)
    pixels = np.asarray(image, dtype=np.float64)
    if pixels.ndim != 3 or palette.ndim != 2 or len(palette) == 0 or pixels.shape[2] != palette.shape[1]:
        raise ValueError("expected an image (height, width, c) and centres (k, c)")
    height, width, _ = pixels.shape
    best = np.full((height, width), np.inf)
    nearest = np.zeros((height, width), dtype=np.intp)
    for number in range(len(palette)):
        gap = ((pixels - palette[number].astype(np.float64)) ** 2).sum(axis=2)
        closer = gap < best
        best[closer] = gap[closer]
        nearest[closer] = number
    return palette[nearest]


P_08_2_CHOICE: list[str] = [
    "finding kinds of customers in what they buy",
    "noticing rows that are close to no group",
    "spreading a few labels over many rows",
    "reducing columns to distances from groups",
]

# %% wrong: segment
# Misconception: Thinks that each colour value may be replaced on its own by the nearest value that the centres have in
# this channel; the colours that come of it need not be any of the centres.
import numpy as np


def segment(image, centres):
    pixels = np.asarray(image, dtype=float)
    palette = np.asarray(centres, dtype=float)
    painted = np.empty_like(pixels)
    for channel in range(pixels.shape[2]):
        gaps = np.abs(pixels[:, :, channel, None] - palette[:, channel])
        painted[:, :, channel] = palette[gaps.argmin(axis=2), channel]
    return painted


# %% wrong: segment
# Misconception: Thinks that the painted image must have the number type of the image that was given, so that the
# centroids of an image of whole numbers lose what is behind the point.
import numpy as np


def segment(image, centres):
    pixels = np.asarray(image)
    palette = np.asarray(centres, dtype=float)
    gaps = ((pixels[:, :, None, :].astype(float) - palette) ** 2).sum(axis=3)
    return palette[gaps.argmin(axis=2)].astype(pixels.dtype)
