# %% right
# Intent: struct for the numbers, zlib for the checksums; reading goes forward by slices whose lengths are checked.
import struct
from zlib import crc32


def frame(payload):
    length = struct.pack("<Q", len(payload))
    return length + struct.pack("<I", crc32(length)) + payload + struct.pack("<I", crc32(payload))


def unframe(data):
    payloads, at = [], 0
    while at < len(data):
        try:
            length, check = struct.unpack_from("<QI", data, at)
            if crc32(data[at : at + 8]) != check:
                raise ValueError("the checksum of a length does not fit")
            payload = bytes(data[at + 12 : at + 12 + length])
            if len(payload) < length:
                raise ValueError("the file ends in the middle of a record")
            (check,) = struct.unpack_from("<I", data, at + 12 + length)
        except struct.error as error:
            raise ValueError("the file ends in the middle of a record") from error
        if crc32(payload) != check:
            raise ValueError("the checksum of a payload does not fit")
        payloads.append(payload)
        at += 16 + length
    return payloads


TF2_13_4_CHOICE = ["protobuf", "JSON", "JPEG", "nothing", "records"]


# %% wrong: frame, unframe
# Misconception: the last checksum protects the whole record, its length too.
def frame(payload):
    length = struct.pack("<Q", len(payload))
    return length + struct.pack("<I", crc32(length)) + payload + struct.pack("<I", crc32(length + payload))


def unframe(data):
    payloads, at = [], 0
    while at < len(data):
        try:
            length, check = struct.unpack_from("<QI", data, at)
            if crc32(data[at : at + 8]) != check:
                raise ValueError("the checksum of a length does not fit")
            payload = bytes(data[at + 12 : at + 12 + length])
            if len(payload) < length:
                raise ValueError("the file ends in the middle of a record")
            (check,) = struct.unpack_from("<I", data, at + 12 + length)
        except struct.error as error:
            raise ValueError("the file ends in the middle of a record") from error
        if crc32(data[at : at + 8] + payload) != check:
            raise ValueError("the checksum of a payload does not fit")
        payloads.append(payload)
        at += 16 + length
    return payloads


# %% wrong: unframe
# Misconception: a checksum of the payload is enough; if the length is wrong, that one will not fit anyway.
def unframe(data):
    payloads, at = [], 0
    while at < len(data):
        try:
            length = struct.unpack_from("<Q", data, at)[0]
            payload = bytes(data[at + 12 : at + 12 + length])
            (check,) = struct.unpack("<I", data[at + 12 + length : at + 16 + length])
        except struct.error as error:
            raise ValueError("the file ends in the middle of a record") from error
        if crc32(payload) != check:
            raise ValueError("the checksum of a payload does not fit")
        payloads.append(payload)
        at += 16 + length
    return payloads
