# %% right
# Intent: cut the bytes into length, header and numbers with a memoryview-free slice, parse the header as JSON, check every end.
import json


def tensor_entries(data: bytes) -> dict[str, tuple[str, tuple[int, ...], int]]:
    if len(data) < 8:
        raise ValueError("the file ends within the length of its header")
    start = 8 + int.from_bytes(data[:8], "little")
    if len(data) < start:
        raise ValueError("the file ends within its header")
    header = json.loads(data[8:start].decode("utf-8"))
    room = len(data) - start
    entries = {}
    for name, about in header.items():
        if name == "__metadata__":
            continue
        begin, end = about["data_offsets"]
        if end > room:
            raise ValueError(f"the file ends within {name!r}")
        entries[name] = (about["dtype"], tuple(about["shape"]), end - begin)
    return entries

# %% wrong: tensor_entries
# Misconception: offsets in a file format count from the file's first byte, so a tensor's end is compared with the file's length.
import json


def tensor_entries(data: bytes) -> dict[str, tuple[str, tuple[int, ...], int]]:
    if len(data) < 8:
        raise ValueError("the file ends within the length of its header")
    start = 8 + int.from_bytes(data[:8], "little")
    if len(data) < start:
        raise ValueError("the file ends within its header")
    header = json.loads(data[8:start].decode("utf-8"))
    header.pop("__metadata__", None)
    entries = {}
    for name, about in header.items():
        begin, end = about["data_offsets"]
        if end > len(data):
            raise ValueError(f"the file ends within {name!r}")
        entries[name] = (about["dtype"], tuple(about["shape"]), end - begin)
    return entries

# %% wrong: tensor_entries
# Misconception: weights of a network are 32-bit floats, so the number of bytes is four times the number of entries.
import json
import math


def tensor_entries(data: bytes) -> dict[str, tuple[str, tuple[int, ...], int]]:
    if len(data) < 8:
        raise ValueError("the file ends within the length of its header")
    start = 8 + int.from_bytes(data[:8], "little")
    if len(data) < start:
        raise ValueError("the file ends within its header")
    header = json.loads(data[8:start].decode("utf-8"))
    header.pop("__metadata__", None)
    entries = {}
    for name, about in header.items():
        if start + about["data_offsets"][1] > len(data):
            raise ValueError(f"the file ends within {name!r}")
        entries[name] = (about["dtype"], tuple(about["shape"]), 4 * math.prod(about["shape"]))
    return entries
