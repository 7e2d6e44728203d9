"""Data pipelines, what is in a file of records (tf2.13.4 to tf2.13.6): wrong answers, and right ones."""

import binascii
import io
import struct
import zlib

from autograder.testing import alternative, mutant
from solutions.pipelines_records.formats import read_fields as right_fields
from solutions.pipelines_records.formats import unframe as right_unframe

# ---------------------------------------------------------------- tf2.13.4


def _framed(payload, form="<Q", crc="<I", of=lambda payload, head: payload):
    head = struct.pack(form, len(payload))
    return head + struct.pack(crc, zlib.crc32(head)) + payload + struct.pack(crc, zlib.crc32(of(payload, head)))


@mutant("tf2.13.4", replaces="frame", fails="test_frames")
def big_end_first(payload):
    """You write numbers with their highest byte first: little-endian is asked for (`"<Q"`, `"<I"`)."""
    return _framed(payload, ">Q", ">I")


@mutant("tf2.13.4", replaces="frame", fails="test_frames")
def short_length(payload):
    """The length takes 8 bytes, not 4."""
    return _framed(payload, "<I")


@mutant("tf2.13.4", replaces="frame", fails="test_frames")
def one_checksum_for_both(payload):
    """The second checksum is of the payload alone."""
    return _framed(payload, of=lambda payload, head: head + payload)


@mutant("tf2.13.4", replaces="unframe", fails="test_frames_are_taken_apart")
def first_record_only(data):
    """You stop after the first record: the file goes on."""
    return right_unframe(data)[:1]


@mutant("tf2.13.4", replaces="unframe", fails="test_frames_are_taken_apart")
def empty_ones_left_out(data):
    """A payload may be empty: it is a record all the same."""
    return [payload for payload in right_unframe(data) if payload]


def _unframed(data, check_head=True, check_payload=True):
    file, found = io.BytesIO(data), []
    while head := file.read(8):
        if check_head and file.read(4) != struct.pack("<I", zlib.crc32(head)):
            raise ValueError("length")
        if not check_head:
            file.read(4)
        payload = file.read(int.from_bytes(head, "little"))
        if file.read(4) != struct.pack("<I", zlib.crc32(payload)) and check_payload:
            raise ValueError("payload")
        found.append(payload)
    return found


@mutant("tf2.13.4", replaces="unframe", fails="test_damaged_frames_are_refused")
def length_unchecked(data):
    """You don't compare the checksum of the length."""
    return _unframed(data, check_head=False)


@mutant("tf2.13.4", replaces="unframe", fails="test_damaged_frames_are_refused")
def payload_unchecked(data):
    """You don't compare the checksum of the payload."""
    return _unframed(data, check_payload=False)


@mutant("tf2.13.4", replaces="unframe", fails="test_damaged_frames_are_refused")
def what_is_whole(data):
    """A record at the end that is damaged is left out without a word: raise a ValueError."""
    for end in range(len(data), -1, -1):
        try:
            return right_unframe(data[:end])
        except ValueError:
            continue


@mutant("tf2.13.4", replaces="unframe", fails="test_damaged_frames_are_refused")
def as_long_as_there_is_room(data):
    """What is left at the end and is too short for a record is a record that was cut off: raise a ValueError."""
    at, found = 0, []
    while at + 16 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 8], "little")
        if zlib.crc32(data[at : at + 8]) != int.from_bytes(data[at + 8 : at + 12], "little"):
            raise ValueError("length")
        if end + 4 > len(data):
            break
        found.append(data[at + 12 : end])
        if zlib.crc32(found[-1]) != int.from_bytes(data[end : end + 4], "little"):
            raise ValueError("payload")
        at = end + 4
    return found


@mutant("tf2.13.4", replaces="unframe", fails="test_damaged_frames_are_refused")
def an_error_of_struct(data):
    """Where too few bytes are left, `struct.unpack` raises an error of its own, `struct.error`, which is no ValueError:
    look first how many there are."""
    at, found = 0, []
    while at < len(data):
        (size, check) = struct.unpack_from("<QI", data, at)
        if zlib.crc32(data[at : at + 8]) != check:
            raise ValueError("length")
        payload = data[at + 12 : at + 12 + size]
        if zlib.crc32(payload) != struct.unpack_from("<I", data, at + 12 + size)[0]:
            raise ValueError("payload")
        found.append(payload)
        at += 16 + size
    return found


@mutant("tf2.13.4", replaces="TF2_13_4_CHOICE", fails="test_what_a_record_can_hold", constant=True)
def only_protobuf():
    """Protocol buffers are the custom, not a must: the file knows nothing of what the bytes mean."""
    return ["protobuf"]


@mutant("tf2.13.4", replaces="TF2_13_4_CHOICE", fails="test_what_a_record_can_hold", constant=True)
def objects_too():
    """An object in memory is no row of bytes: somebody has to make bytes of it first (serialise it)."""
    return ["protobuf", "JSON", "JPEG", "nothing", "records", "object"]


@mutant("tf2.13.4", replaces="TF2_13_4_CHOICE", fails="test_what_a_record_can_hold", constant=True)
def contents_alone():
    """A payload may be empty, and it may be a whole file of records: a reader goes by the lengths, and never looks
    into it."""
    return ["protobuf", "JSON", "JPEG"]


class Damaged(ValueError):
    """An error that is made for this file, and is a ValueError all the same."""


def _read_apart(data):
    file, found = io.BytesIO(data), []
    while head := file.read(8):
        if int.from_bytes(file.read(4), "little") != binascii.crc32(head) or len(head) < 8:
            raise Damaged("length")
        found.append(file.read(int.from_bytes(head, "little")))
        if file.read(4) != binascii.crc32(found[-1]).to_bytes(4, "little"):
            raise Damaged("payload")
    return found


@alternative("tf2.13.4", replaces="frame", also={"unframe": _read_apart})
def by_int_to_bytes(payload):
    """Without `struct`."""
    parts = (len(payload).to_bytes(8, "little"), bytes(payload))
    return b"".join(part + (binascii.crc32(part) & 0xFFFFFFFF).to_bytes(4, "little") for part in parts)


# ---------------------------------------------------------------- tf2.13.5


def _varint(data, at, high_first=False):
    if at >= len(data):
        raise ValueError("cut short")
    bits = [data[at] & 127]
    while data[at] & 128:
        at += 1
        if at >= len(data):
            raise ValueError("cut short")
        bits.append(data[at] & 127)
    return sum(part << 7 * n for n, part in enumerate(bits[::-1] if high_first else bits)), at + 1


def _fields(message, read=_varint, shift=3, checked=True):
    at, found = 0, []
    while at < len(message):
        key, at = read(message, at)
        value, at = read(message, at)
        if checked and key & 7 not in (0, 2):
            raise ValueError("wire type")
        if key & 7 == 2:
            if checked and at + value > len(message):
                raise ValueError("cut short")
            value, at = message[at : at + value], at + value
        found.append((key >> shift, value))
    return found


@mutant("tf2.13.5", replaces="read_fields", fails="test_fields_of_a_message")
def one_byte_keys(message):
    """A field's number may be larger than 15: then its key takes two bytes. It is a varint, too."""
    at, found = 0, []
    while at < len(message):
        key, at = message[at], at + 1
        value, at = _varint(message, at)
        if key & 7 == 2:
            value, at = message[at : at + value], at + value
        found.append((key >> 3, value))
    return found


@mutant("tf2.13.5", replaces="read_fields", fails="test_fields_of_a_message")
def highest_bits_first(message):
    """The first byte of a varint has the lowest seven bits, not the highest."""
    return _fields(message, lambda data, at: _varint(data, at, high_first=True))


@mutant("tf2.13.5", replaces="read_fields", fails="test_fields_of_a_message")
def key_as_number(message):
    """You give the whole key: the lowest three bits are the wire type, and the rest is the number."""
    return _fields(message, shift=0)


@mutant("tf2.13.5", replaces="read_fields", fails="test_fields_of_a_message")
def a_field_once(message):
    """A field may come several times, as lists do: keep each of them."""
    return list(dict(right_fields(message)).items())


@mutant("tf2.13.5", replaces="read_fields", fails="test_bad_messages_are_refused")
def takes_what_is_there(message):
    """A message that is cut short, or has a wire type that you don't know, has to raise a ValueError."""
    return _fields(message, checked=False)


@mutant("tf2.13.5", replaces="read_fields", fails="test_bad_messages_are_refused")
def an_error_of_the_index(message):
    """Where a message ends too early, Python raises an IndexError for `message[at]`, and none at all for a slice: look
    how many bytes are left, and raise a ValueError."""

    def varint(data, at):
        value = shift = 0
        while True:
            value |= (data[at] & 127) << shift
            at, shift = at + 1, shift + 7
            if data[at - 1] < 128:
                return value, at

    return _fields(message, varint)


@alternative("tf2.13.5", replaces="read_fields")
def from_a_stream(message):
    """Byte by byte, from an iterator, with a kind of ValueError of its own."""

    class Unknown(ValueError):
        pass

    source = iter(message)

    def number():
        value, shift = 0, 1
        for byte in source:
            value += byte % 128 * shift
            if byte < 128:
                return value
            shift *= 128
        raise ValueError("no end")

    found = []
    for first in source:
        key = first % 128 + (128 * number() if first > 127 else 0)
        if key % 8 == 0:
            found.append([key // 8, number()])
        elif key % 8 == 2:
            size = number()
            value = bytes(byte for _, byte in zip(range(size), source, strict=False))
            if len(value) < size:
                raise ValueError("no end")
            found.append([key // 8, value])
        else:
            raise Unknown(f"wire type {key % 8}")
    return found


# ---------------------------------------------------------------- tf2.13.6


@mutant("tf2.13.6", replaces="reading_seconds", fails="test_seconds_of_reading")
def reads_then_unpacks(size, speed, ratio=1.0, unpack=float("inf")):
    """You add both times: it is unpacked while more is being read."""
    return size / ratio / speed + size / unpack


@mutant("tf2.13.6", replaces="reading_seconds", fails="test_seconds_of_reading")
def unpacking_is_free(size, speed, ratio=1.0, unpack=float("inf")):
    """Unpacking may be the slower of both."""
    return size / ratio / speed


@mutant("tf2.13.6", replaces="reading_seconds", fails="test_seconds_of_reading")
def unpacks_small_files(size, speed, ratio=1.0, unpack=float("inf")):
    """`unpack` counts MB of records that come out, not MB of the files."""
    return max(size / ratio / speed, size / ratio / unpack)


@mutant("tf2.13.6", replaces="TF2_13_6_CHOICE", fails="test_when_to_compress", constant=True)
def always_smaller():
    """Smaller is not always sooner: where the disk is faster than unpacking, or pictures are compressed already, it
    costs time."""
    return {"bucket": "compress", "drive": "compress", "photos": "compress", "archive": "compress"}


@mutant("tf2.13.6", replaces="TF2_13_6_CHOICE", fails="test_when_to_compress", constant=True)
def never():
    """Where a line is slow or space is dear, compression pays."""
    return {"bucket": "leave", "drive": "leave", "photos": "leave", "archive": "leave"}


@mutant("tf2.13.6", replaces="TF2_13_6_CHOICE", fails="test_when_to_compress", constant=True)
def photos_too():
    """Pictures that get 1% smaller aren't worth it: unpacking at 90 MB/s is slower than the line's 100 MB/s."""
    return {"bucket": "compress", "drive": "leave", "photos": "compress", "archive": "compress"}


@mutant("tf2.13.6", replaces="TF2_13_6_CHOICE", fails="test_when_to_compress", constant=True)
def drive_too():
    """A drive of 3,000 MB/s is faster than unpacking, which gives 400 MB/s: less to read doesn't help there."""
    return {"bucket": "compress", "drive": "compress", "photos": "leave", "archive": "compress"}


@mutant("tf2.13.6", replaces="TF2_13_6_CHOICE", fails="test_when_to_compress", constant=True)
def archive_left():
    """What is hardly ever read need not be read quickly: the archive is to cost little, and it is paid for by size."""
    return {"bucket": "compress", "drive": "leave", "photos": "leave", "archive": "leave"}


@alternative("tf2.13.6", replaces="reading_seconds")
def by_the_slower_rate(size, speed, ratio=1.0, unpack=float("inf")):
    """Records per second, by the slower of both."""
    return size / min(ratio * speed, unpack)
