# %% right
# Intent: dump the float64 list and count its bytes; for the packed field count the sevens of bits in the payload's length.
import json

import numpy as np


def message_sizes(values):
    array = np.asarray(values, dtype=np.float64)
    text = json.dumps(array.tolist(), separators=(",", ":"))
    payload = 4 * array.size
    varint = -(-payload.bit_length() // 7)
    return len(text.encode("utf-8")), 1 + varint + payload


TF2_19_4_CHOICE = {"browser": "REST", "pictures": "gRPC", "partners": "REST", "stream": "gRPC"}

# %% wrong: message_sizes
# Misconception: the length in front of the payload says how many numbers follow, not how many bytes.
import json

import numpy as np


def message_sizes(values):
    array = np.asarray(values, dtype=np.float64)
    text = json.dumps(array.tolist(), separators=(",", ":"))
    varint = -(-array.size.bit_length() // 7)
    return len(text.encode("utf-8")), 1 + varint + 4 * array.size

# %% wrong: TF2_19_4_CHOICE
# Misconception: gRPC is the faster and newer one, so whatever one controls or offers, partners included, gets gRPC; only a browser can't.
TF2_19_4_CHOICE = {"browser": "REST", "pictures": "gRPC", "partners": "gRPC", "stream": "gRPC"}
