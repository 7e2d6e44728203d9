# %% right
# Intent: json.dumps of the float64 list; for protocol buffers 1 + varint + 4n, the varint's bytes from bit_length.
import json

import numpy as np


def message_sizes(values):
    values = np.asarray(values, dtype=np.float64)
    text = json.dumps(values.tolist(), separators=(",", ":")).encode("utf-8")
    payload = values.astype(np.float32).nbytes
    varint = -(-payload.bit_length() // 7)
    return len(text), 1 + varint + payload


TF2_19_4_CHOICE = {"browser": "REST", "pictures": "gRPC", "partners": "REST", "stream": "gRPC"}

# %% wrong: message_sizes
# Misconception: the length before the numbers says how many numbers there are (as a list's length does), not how many
# bytes.
import json

import numpy as np


def message_sizes(values):
    values = np.asarray(values, dtype=np.float64)
    text = json.dumps(values.tolist(), separators=(",", ":")).encode("utf-8")
    varint = -(-values.size.bit_length() // 7)
    return len(text), 1 + varint + 4 * values.size


# %% wrong: TF2_19_4_CHOICE
# Misconception: gRPC is the modern and faster one, so whoever can be told to install a client should use it; REST is
# left for browsers only.
TF2_19_4_CHOICE = {"browser": "REST", "pictures": "gRPC", "partners": "gRPC", "stream": "gRPC"}
