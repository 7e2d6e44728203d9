# %% right
# Intent: widen the range by 0, divide it by 255, round where 0 falls, then round each value in steps from there and
# keep the result within 8 bits.
import numpy as np


def quantise(x):
    x = np.array(x, dtype=np.float64)
    lowest = min(float(x.min()), 0.0)
    highest = max(float(x.max()), 0.0)
    if highest == lowest:
        scale = 1.0
    else:
        scale = (highest - lowest) / 255
    zero_point = int(round(-128 - lowest / scale))
    zero_point = max(-128, min(127, zero_point))
    q = np.round(x / scale + zero_point)
    q[q < -128] = -128
    q[q > 127] = 127
    return q.astype(np.int8), scale, zero_point


def dequantise(q, scale, zero_point):
    q = np.asarray(q).astype(np.float64)
    return scale * (q - zero_point)


# %% wrong: quantise
# Misconception: turning floats into whole numbers with astype already gives the nearest one.
import numpy as np


def quantise(x):
    x = np.asarray(x, dtype=np.float64)
    lowest, highest = min(x.min(), 0.0), max(x.max(), 0.0)
    scale = float(highest - lowest) / 255 or 1.0
    zero_point = int(np.clip(np.round(-128 - lowest / scale), -128, 127))
    q = np.clip(x / scale + zero_point, -128, 127).astype(np.int8)
    return q, scale, zero_point


# %% wrong: quantise
# Misconception: the range goes from the smallest value to the largest; that 0 has to be in it matters only if there
# are negative values, and the largest is above 0 anyway.
import numpy as np


def quantise(x):
    x = np.asarray(x, dtype=np.float64)
    lowest, highest = min(x.min(), 0.0), x.max()
    scale = float(highest - lowest) / 255 or 1.0
    zero_point = int(np.clip(np.round(-128 - lowest / scale), -128, 127))
    q = np.clip(np.round(x / scale) + zero_point, -128, 127).astype(np.int8)
    return q, scale, zero_point
