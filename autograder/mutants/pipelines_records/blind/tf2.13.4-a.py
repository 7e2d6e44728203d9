# %% right
# Intent: put the four parts together with int.to_bytes; for reading, walk through the bytes with a position and check
# before every step that enough bytes are left, and the length's checksum before the length is believed.
from zlib import crc32


def frame(payload):
    length = len(payload).to_bytes(8, "little")
    return length + crc32(length).to_bytes(4, "little") + payload + crc32(payload).to_bytes(4, "little")


def unframe(data):
    payloads = []
    at = 0
    while at < len(data):
        if len(data) - at < 12:
            raise ValueError("the file ends in the middle of a record's head")
        head = data[at : at + 8]
        if crc32(head) != int.from_bytes(data[at + 8 : at + 12], "little"):
            raise ValueError("the checksum of a length does not fit")
        length = int.from_bytes(head, "little")
        at += 12
        if len(data) - at < length + 4:
            raise ValueError("the file ends in the middle of a record")
        payload = data[at : at + length]
        if crc32(payload) != int.from_bytes(data[at + length : at + length + 4], "little"):
            raise ValueError("the checksum of a payload does not fit")
        payloads.append(payload)
        at += length + 4
    return payloads


TF2_13_4_CHOICE = ["protobuf", "JSON", "JPEG", "nothing", "records"]

# %% wrong: unframe
# Misconception: a file is read while there is room for another record; what is left over is shorter than any record
# and can't be one, so it needs no notice.
def unframe(data):
    payloads = []
    at = 0
    while at + 16 <= len(data):
        head = data[at : at + 8]
        if crc32(head) != int.from_bytes(data[at + 8 : at + 12], "little"):
            raise ValueError("length is damaged")
        length = int.from_bytes(head, "little")
        payload = data[at + 12 : at + 12 + length]
        if crc32(payload) != int.from_bytes(data[at + 12 + length : at + 16 + length], "little"):
            raise ValueError("payload is damaged")
        payloads.append(payload)
        at += 16 + length
    return payloads

# %% wrong: TF2_13_4_CHOICE
# Misconception: a record has to have some content, and a file of records can't lie in a record, since the reader would
# take the inner lengths for its own.
TF2_13_4_CHOICE = ["protobuf", "JSON", "JPEG"]
