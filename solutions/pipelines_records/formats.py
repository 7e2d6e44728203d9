"""Data pipelines, what is in a file of records (tf2.13.4 to tf2.13.6): the answers."""

import struct
from collections.abc import Iterator
from zlib import crc32

TF2_13_5 = """
A format that everybody uses is understood by tools that exist already: there are fast, well-tested readers for it in
many languages, a library's own functions parse it, and whoever finds the file in five years can still read it. Fields
have names and types, lists may be of any length, and new fields can be added while old readers go on. TensorFlow's
`Example` is such a message: a dictionary of names with lists of bytes, floats or whole numbers, which nearly anything
fits into. For a message type of one's own the reader needs its definition: it has to be compiled or shipped as a
descriptor along with the data, and parsed by an operation that knows how to use it. Worth it if the standard form is
too slow, too large, or if the messages exist anyway.
"""
TF2_13_5_RUBRIC = """
- 1 point: readers and tools exist already (ready-made parsing, in many languages)
- 1 point: flexible enough for most data (named fields, lists of any length, optional ones)
- 1 point: a message type of one's own needs its definition (descriptor) wherever it is read
"""


def frame(payload: bytes) -> bytes:
    r"""Return a record as it stands in a file.

    Parameters
    ----------
    payload : the record's content, any bytes, perhaps none.

    Returns
    -------
    Four parts: the payload's length (8 bytes, unsigned, little-endian), the CRC-32 of
    these 8 bytes (4 bytes, as before), the payload, and the CRC-32 of the payload
    (4 bytes). A CRC-32 is what `zlib.crc32` gives.

    Examples
    --------
    >>> frame(b"ab")[:8], frame(b"ab")[12:14], len(frame(b"ab"))
    (b'\x02\x00\x00\x00\x00\x00\x00\x00', b'ab', 18)
    """
    length = struct.pack("<Q", len(payload))
    return length + struct.pack("<I", crc32(length)) + payload + struct.pack("<I", crc32(payload))


def unframe(data: bytes) -> list[bytes]:
    """Return the payloads of a file, in order.

    Parameters
    ----------
    data : the content of the file: none, one or more records as `frame` makes them, one
        after the other.

    Raises
    ------
    ValueError : a checksum does not fit, or the file ends in the middle of a record.

    Examples
    --------
    >>> unframe(frame(b"one") + frame(b"") + frame(b"two"))
    [b'one', b'', b'two']
    """
    return list(_payloads(data))


def _payloads(data: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(data):
        head, check = data[start : start + 8], data[start + 8 : start + 12]
        if check != struct.pack("<I", crc32(head)):
            raise ValueError(f"the record at byte {start} has no valid length")
        end = start + 12 + struct.unpack("<Q", head)[0]
        payload = data[start + 12 : end]
        if data[end : end + 4] != struct.pack("<I", crc32(payload)):
            raise ValueError(f"the record at byte {start} is damaged")
        yield payload
        start = end + 4


# All that can be a record's payload, in any order.
TF2_13_4_CHOICE: list[str] = ["protobuf", "JSON", "JPEG", "nothing", "records"]


def read_fields(message: bytes) -> list[tuple[int, int | bytes]]:
    r"""Take a protocol-buffer message apart without knowing its type.

    A message is a series of fields. Each begins with a *varint*: 8 times the field's
    number, plus its wire type. Of wire type 0 is a whole number, again a varint; of
    wire type 2 are bytes: their number, a varint, and then the bytes themselves. A
    varint has 7 bits of a number in each byte, the lowest first; in all but its last
    byte the highest bit, 128, is set. Numbers are from 0 to ``2**64 - 1``, and each
    varint is as short as it can be.

    Parameters
    ----------
    message : a message with fields of these two wire types, perhaps with none.

    Returns
    -------
    For each field, in order, its number, and its value: an int, or bytes.

    Raises
    ------
    ValueError : the message ends in the middle of a field, or a wire type is another.

    Examples
    --------
    >>> read_fields(b"\x08\xac\x02\x12\x02hi")
    [(1, 300), (2, b'hi')]
    """
    fields: list[tuple[int, int | bytes]] = []
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, wire_type = key >> 3, key & 7
        if wire_type not in (0, 2):
            raise ValueError(f"wire type {wire_type} is not known here")
        value, at = _varint(message, at)
        if wire_type == 0:
            fields.append((number, value))
            continue
        if at + value > len(message):
            raise ValueError("the message is cut short")
        fields.append((number, message[at : at + value]))
        at += value
    return fields


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return the number that begins at a place, and the place behind it."""
    value = shift = 0
    while at < len(data):
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
    raise ValueError("the message is cut short")


def reading_seconds(size: float, speed: float, ratio: float = 1.0, unpack: float = float("inf")) -> float:
    """Return how long it takes until all records are there.

    Parameters
    ----------
    size : of all records, in MB, before they are compressed.
    speed : of the disk or the network, in MB per second.
    ratio : how many times smaller the files are, compressed.
    unpack : how many MB of records per second come out of the decompression; infinite
        for files that are not compressed. It goes on while more is being read, so that
        the slower of the two decides, and alone.

    Examples
    --------
    >>> reading_seconds(600, speed=100)
    6.0
    >>> reading_seconds(600, speed=100, ratio=3, unpack=400)
    2.0
    """
    return max(size / ratio / speed, size / unpack)


# Whether to compress, for each of the cases.
TF2_13_6_CHOICE: dict[str, str] = {
    "bucket": "compress",
    "drive": "leave",
    "photos": "leave",
    "archive": "compress",
}
