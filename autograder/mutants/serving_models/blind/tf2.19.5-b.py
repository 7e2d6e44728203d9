# %% right
# Intent: affine quantisation with numpy: range widened by 0, rint, clip.
import numpy as np


def quantise(x):
    x = np.asarray(x, dtype=np.float64)
    low, high = x.min(initial=0.0), x.max(initial=0.0)
    scale = float((high - low) / 255) or 1.0
    zero_point = int(np.clip(np.rint(-128 - low / scale), -128, 127))
    q = np.clip(np.rint(x / scale + zero_point), -128, 127)
    return np.asarray(q).astype(np.int8), scale, zero_point


def dequantise(q, scale, zero_point):
    return np.asarray(np.subtract(q, zero_point, dtype=np.float64) * scale)


# %% wrong: quantise
# Misconception: the 256 numbers should be spent on the values that occur, from the smallest to the largest; widening the
# range to 0 would waste some of them.
import numpy as np


def quantise(x):
    x = np.asarray(x, dtype=np.float64)
    low, high = x.min(), x.max()
    scale = float((high - low) / 255) or 1.0
    zero_point = int(np.clip(np.rint(-128 - low / scale), -128, 127))
    q = np.clip(np.rint((x - low) / scale) - 128, -128, 127)
    return np.asarray(q).astype(np.int8), scale, zero_point


# %% wrong: dequantise
# Misconception: q and zero_point are both 8-bit numbers, so their difference may be taken in 8 bits; only the product
# with scale has to be a float.
import numpy as np


def dequantise(q, scale, zero_point):
    q = np.asarray(q, dtype=np.int8)
    return ((q - np.int8(zero_point)) * np.float64(scale)).astype(np.float64)
