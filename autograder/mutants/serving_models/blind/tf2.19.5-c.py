# %% right
# Intent: an affine map by broadcasting in float64: range with 0 in it, a step of a 255th, rint and clip.
import numpy as np


def quantise(x):
    x = np.asarray(x, dtype=np.float64)
    low, high = min(float(x.min()), 0.0), max(float(x.max()), 0.0)
    scale = (high - low) / 255 or 1.0
    zero_point = int(np.clip(np.rint(-128 - low / scale), -128, 127))
    q = np.clip(np.rint(x / scale + zero_point), -128, 127).astype(np.int8)
    return q, scale, zero_point


def dequantise(q, scale, zero_point):
    return scale * (np.asarray(q).astype(np.float64) - zero_point)

# %% wrong: quantise
# Misconception: the range is exactly that of the values (min to max); 0 needs no place in it.
import numpy as np


def quantise(x):
    x = np.asarray(x, dtype=np.float64)
    low, high = float(x.min()), float(x.max())
    scale = (high - low) / 255 or 1.0
    zero_point = int(np.clip(np.rint(-128 - low / scale), -128, 127))
    q = np.clip(np.rint((x - low) / scale) - 128, -128, 127).astype(np.int8)
    return q, scale, zero_point

# %% wrong: dequantise
# Misconception: numpy widens whole numbers by itself when a difference does not fit (int8 minus a Python int stays int8 and wraps).
import numpy as np


def dequantise(q, scale, zero_point):
    return ((np.asarray(q) - zero_point) * float(scale)).astype(np.float64)
