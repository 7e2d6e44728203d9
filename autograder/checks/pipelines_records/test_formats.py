"""Hidden checks of data pipelines: what is in a file of records (tf2.13.4 to tf2.13.6)."""

import binascii

from autograder.testing import check
from autograder.testing.closed import agrees, ask_all, chosen


def _framed(payload):
    head = len(payload).to_bytes(8, "little")
    return b"".join(part + binascii.crc32(part).to_bytes(4, "little") for part in (head, payload))


def _payloads(rng, n=10):
    sizes = [0, 1, 300, *(int(size) for size in rng.integers(0, 60, n - 3))]
    return [rng.bytes(size) for size in sizes]


@check(
    "tf2.13.4", core=True, hint="Four parts. `struct.pack('<Q', n)` makes 8 bytes of a number; how long are the others?"
)
def test_frames(student, rng):
    """A frame has the payload's length, its checksum, the payload and its checksum, whatever the bytes are."""
    agrees(student.frame, _framed, [(payload,) for payload in _payloads(rng)])


@check("tf2.13.4", core=True, hint="Read one record, and go on where it ends.")
def test_frames_are_taken_apart(student, rng):
    """All payloads of a file come back, in order, empty ones too; of an empty file there are none."""
    payloads = _payloads(rng)
    assert list(student.unframe(b"".join(map(_framed, payloads)))) == payloads
    assert list(student.unframe(b"")) == []


@check("tf2.13.4", hint="Compare both checksums of each record, and look whether as many bytes are there as it says.")
def test_damaged_frames_are_refused(student, rng):
    """A byte that has changed, anywhere, or an end that is missing makes a ValueError."""
    data = b"".join(map(_framed, [rng.bytes(5), rng.bytes(9)]))
    assert len(list(student.unframe(data))) == 2
    refusal = student.probe_(_refusal)
    for place in range(len(data)):
        spoiled = bytearray(data)
        spoiled[place] ^= 1 << int(rng.integers(8))
        assert refusal(student.unframe, bytes(spoiled)) == "ValueError"
    first = len(_framed(bytes(5)))
    for end in range(1, len(data)):
        if end != first:
            assert refusal(student.unframe, data[:end]) == "ValueError"


def _refusal(read, data):
    """Probe: the kind of error that reading raises; one that is made for it counts as what it inherits from."""
    try:
        list(read(data))
    except Exception as raised:
        return "ValueError" if isinstance(raised, ValueError) else type(raised).__name__
    return ""


PAYLOADS = ("protobuf", "JSON", "JPEG", "nothing", "records", "open file", "object")


@check("tf2.13.4", hint="Is it a row of bytes? Then `frame` takes it.")
def test_what_a_record_can_hold(student, rng):
    """What you chose can be a record's payload, and all of it."""
    assert student.frame(b"") == _framed(b"")
    chosen(student.TF2_13_4_CHOICE, PAYLOADS, right=PAYLOADS[:5])


def _varint(value):
    low, rest = value & 127, value >> 7
    return bytes([low | 128]) + _varint(rest) if rest else bytes([low])


def _message(fields):
    data = b""
    for number, value in fields:
        if isinstance(value, bytes):
            data += _varint(number * 8 + 2) + _varint(len(value)) + value
        else:
            data += _varint(number * 8) + _varint(value)
    return data


def _fields(rng):
    kinds = [0, 1, *rng.integers(0, 2, int(rng.integers(0, 6))).tolist()]
    values = [rng.bytes(int(rng.choice([0, 3, 200]))) if kind else int(rng.integers(0, 2 ** int(rng.integers(1, 62))))
              for kind in kinds]  # fmt: skip
    return [(int(rng.choice([1, 2, 15, 16, 3000])), value) for value in values]


@check("tf2.13.5", core=True, hint="First a function that reads one varint and says where it ends; the rest is a loop.")
def test_fields_of_a_message(student, rng):
    """All fields come in order with their numbers, also large ones, fields that repeat, and empty bytes."""
    messages = [_fields(rng) for _ in range(11)]
    messages.append([(16, 2**64 - 1), (1, rng.bytes(128)), (16, 2**63 - int(rng.integers(99))), (2**28, b"")])
    messages.append([(2**61 - 1, 7)])  # the largest key: by floats it would be another one

    def ask(number):
        return [tuple(field) for field in student.read_fields(_message(messages[number]))]

    agrees(ask, lambda number: messages[number], [(number,) for number in range(len(messages))])
    assert list(student.read_fields(b"")) == []


@check("tf2.13.5", hint="What if a varint has no last byte, or fewer bytes follow than announced?")
def test_bad_messages_are_refused(student, rng):
    """A message that is cut short within a field, or has another wire type, makes a ValueError."""
    whole = _message([(int(rng.integers(16, 99)), int(rng.integers(200, 9999))), (2, rng.bytes(3))])
    assert len(list(student.read_fields(whole))) == 2
    refusal = student.probe_(_refusal)
    for end in {*range(1, len(whole))} - {4}:  # between the two fields
        assert refusal(student.read_fields, whole[:end]) == "ValueError"
    for wire_type in (1, 3, 4, 5, 6, 7):
        for size in (1, 4, 8):  # what follows can be read as empty fields
            assert refusal(student.read_fields, bytes([8 + wire_type]) + bytes(size)) == "ValueError"


def _waited(size, speed, ratio=1.0, unpack=None):
    reading = size / (ratio * speed)
    return reading if unpack is None or unpack >= size / reading else size / unpack


@check("tf2.13.6", core=True, hint="How many MB come over the line? How long does unpacking take? Which is the slower?")
def test_seconds_of_reading(student, rng):
    """Fewer bytes are read of compressed files, unpacking goes on meanwhile, and the slower of both decides."""
    cases = [
        (float(rng.uniform(100, 9000)), float(rng.uniform(50, 3000)), float(rng.uniform(1, 5)), float(unpack))
        for unpack in rng.uniform(100, 3000, 20)
    ]
    cases += [(500.0, 100.0, 4.0), (500.0, 100.0)]
    ask_all(student.reading_seconds, _waited, cases)


CASES = {"bucket": "compress", "drive": "leave", "photos": "leave", "archive": "compress"}


@check("tf2.13.6", hint="Put each case's numbers into your function.")
def test_when_to_compress(student, rng):
    """Your choice is right for each of the four cases."""
    assert float(student.reading_seconds(600.0, 100.0)) == 6.0
    found = student.TF2_13_6_CHOICE
    assert isinstance(found, dict) and found.keys() == CASES.keys()
    for case, right in CASES.items():
        chosen(found[case], ["compress", "leave"], right=[right])
