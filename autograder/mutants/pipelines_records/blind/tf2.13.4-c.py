# %% right
# Intent: pack the length, append its CRC, the payload and its CRC; take apart with a cursor and a `take` that insists on
# getting as many bytes as it asked for. A payload is whatever bytes one has.
import struct
from zlib import crc32


def frame(payload):
    length = struct.pack("<Q", len(payload))
    return b"".join((length, struct.pack("<I", crc32(length)), payload, struct.pack("<I", crc32(payload))))


def unframe(data):
    position = 0

    def take(count):
        nonlocal position
        if position + count > len(data):
            raise ValueError("the file ends in the middle of a record")
        piece = data[position : position + count]
        position += count
        return bytes(piece)

    def checked(count):
        piece = take(count)
        if struct.unpack("<I", take(4))[0] != crc32(piece):
            raise ValueError("a checksum does not fit")
        return piece

    payloads = []
    while position < len(data):
        (length,) = struct.unpack("<Q", checked(8))
        payloads.append(checked(length))
    return payloads


TF2_13_4_CHOICE = ["protobuf", "JSON", "JPEG", "nothing", "records"]

# %% wrong: unframe
# Misconception: a file that breaks off just has fewer records; the loop stops when there is no whole record left.
def unframe(data):
    payloads, position = [], 0
    while position + 16 <= len(data):
        head = data[position : position + 8]
        (length,) = struct.unpack("<Q", head)
        if crc32(head) != struct.unpack("<I", data[position + 8 : position + 12])[0]:
            raise ValueError("length")
        end = position + 12 + length
        if end + 4 > len(data):
            break
        payload = data[position + 12 : end]
        if crc32(payload) != struct.unpack("<I", data[end : end + 4])[0]:
            raise ValueError("payload")
        payloads.append(payload)
        position = end + 4
    return payloads

# %% wrong: frame, TF2_13_4_CHOICE
# Misconception: the last checksum guards the whole record, length included; and a record file wants serialised messages,
# never an empty record or another file inside.
def frame(payload):
    length = struct.pack("<Q", len(payload))
    return length + struct.pack("<I", crc32(length)) + payload + struct.pack("<I", crc32(length + payload))


TF2_13_4_CHOICE = ["protobuf", "JSON", "JPEG"]
