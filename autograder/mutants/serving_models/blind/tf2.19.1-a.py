# %% right
# Intent: read the length, cut the header out, decode it, and go through its entries; every size is compared with
# the bytes that are really there.
import json


def tensor_entries(data):
    if len(data) < 8:
        raise ValueError("the file ends within the length of its header")
    length = 0
    for place in range(8):
        length += data[place] * 256**place
    if len(data) < 8 + length:
        raise ValueError("the file ends within its header")
    header = json.loads(bytes(data[8 : 8 + length]).decode("utf-8"))
    there = len(data) - 8 - length
    entries = {}
    for name in header:
        if name == "__metadata__":
            continue
        entry = header[name]
        begin, end = entry["data_offsets"]
        if end > there:
            raise ValueError(f"the file ends within {name!r}")
        entries[name] = (entry["dtype"], tuple(entry["shape"]), end - begin)
    return entries


# %% wrong: tensor_entries
# Misconception: the two offsets are where a tensor begins and how many bytes it has (right for the first one only).
import json


def tensor_entries(data):
    if len(data) < 8:
        raise ValueError("the file ends within the length of its header")
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 + length:
        raise ValueError("the file ends within its header")
    header = json.loads(data[8 : 8 + length])
    entries = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, n_bytes = entry["data_offsets"]
        if 8 + length + begin + n_bytes > len(data):
            raise ValueError(f"the file ends within {name!r}")
        entries[name] = (entry["dtype"], tuple(entry["shape"]), n_bytes)
    return entries


# %% wrong: tensor_entries
# Misconception: weights are always 32-bit numbers, so a tensor's bytes are 4 for each of its entries.
import json


def tensor_entries(data):
    if len(data) < 8:
        raise ValueError("the file ends within the length of its header")
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 + length:
        raise ValueError("the file ends within its header")
    header = json.loads(data[8 : 8 + length])
    entries = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        n_bytes = 4
        for side in entry["shape"]:
            n_bytes *= side
        if 8 + length + entry["data_offsets"][0] + n_bytes > len(data):
            raise ValueError(f"the file ends within {name!r}")
        entries[name] = (entry["dtype"], tuple(entry["shape"]), n_bytes)
    return entries
