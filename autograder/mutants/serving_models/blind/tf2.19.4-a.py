# %% right
# Intent: let json write the floats and count its bytes; for the packed field, count the varint's bytes by dividing
# the length by 128 until nothing is left.
import json

import numpy as np


def message_sizes(values):
    numbers = [float(v) for v in np.asarray(values, dtype=np.float64)]
    text = json.dumps(numbers, separators=(",", ":"))
    length = 4 * len(numbers)
    varint = 1
    rest = length // 128
    while rest > 0:
        varint += 1
        rest = rest // 128
    return len(text.encode("utf-8")), 1 + varint + length


TF2_19_4_CHOICE = {"browser": "REST", "pictures": "gRPC", "partners": "REST", "stream": "gRPC"}

# %% wrong: message_sizes
# Misconception: the varint in front of a repeated field says how many numbers follow, not how many bytes.
import json

import numpy as np


def message_sizes(values):
    numbers = np.asarray(values, dtype=np.float64).tolist()
    text = json.dumps(numbers, separators=(",", ":"))
    n = len(numbers)
    varint, rest = 1, n // 128
    while rest > 0:
        varint, rest = varint + 1, rest // 128
    return len(text.encode("utf-8")), 1 + varint + 4 * n


# %% wrong: TF2_19_4_CHOICE
# Misconception: REST keeps its connection open too, so a stream in both directions at once needs nothing else.
TF2_19_4_CHOICE = {"browser": "REST", "pictures": "gRPC", "partners": "REST", "stream": "REST"}
