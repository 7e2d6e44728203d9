# %% right
# Intent: cut the bytes into length, header and numbers by slicing, let json read the header, and compare every tensor's
# end with the length of the part that holds the numbers.
import json
import struct


def tensor_entries(data):
    if len(data) < 8:
        raise ValueError("the file ends within the length of its header")
    (length,) = struct.unpack_from("<Q", data)
    if len(data) - 8 < length:
        raise ValueError("the file ends within its header")
    header = json.loads(bytes(data[8 : 8 + length]).decode("utf-8"))
    header.pop("__metadata__", None)
    room = len(data) - 8 - length
    entries = {}
    for name, about in header.items():
        begin, end = about["data_offsets"]
        if end > room:
            raise ValueError(f"the file ends within {name!r}")
        entries[name] = about["dtype"], tuple(about["shape"]), end - begin
    return entries


# %% wrong: tensor_entries
# Misconception: weights are always 32-bit floats, so a tensor's bytes are 4 times the product of its shape, and dtype is
# only a label.
import json
import math
import struct


def tensor_entries(data):
    if len(data) < 8:
        raise ValueError("the file ends within the length of its header")
    (length,) = struct.unpack_from("<Q", data)
    if len(data) - 8 < length:
        raise ValueError("the file ends within its header")
    header = json.loads(bytes(data[8 : 8 + length]).decode("utf-8"))
    header.pop("__metadata__", None)
    room = len(data) - 8 - length
    entries = {}
    for name, about in header.items():
        if about["data_offsets"][1] > room:
            raise ValueError(f"the file ends within {name!r}")
        entries[name] = about["dtype"], tuple(about["shape"]), 4 * math.prod(about["shape"])
    return entries


# %% wrong: tensor_entries
# Misconception: the header lists tensors in the order in which their numbers lie, so it is enough to look whether the
# last one listed is there.
import json
import struct


def tensor_entries(data):
    if len(data) < 8:
        raise ValueError("the file ends within the length of its header")
    (length,) = struct.unpack_from("<Q", data)
    if len(data) - 8 < length:
        raise ValueError("the file ends within its header")
    header = json.loads(bytes(data[8 : 8 + length]).decode("utf-8"))
    header.pop("__metadata__", None)
    entries = {
        name: (about["dtype"], tuple(about["shape"]), about["data_offsets"][1] - about["data_offsets"][0])
        for name, about in header.items()
    }
    if header:
        last = list(header)[-1]
        if header[last]["data_offsets"][1] > len(data) - 8 - length:
            raise ValueError(f"the file ends within {last!r}")
    return entries
