# %% right
# Intent: read the message as a file in memory; a read that comes back short is an error.
from io import BytesIO
from itertools import count


def _take(file, n):
    part = file.read(n) if n < 2**62 else b""
    if len(part) < n:
        raise ValueError("the message ends in the middle of a field")
    return part


def _varint(file):
    number = 0
    for shift in count(0, 7):
        byte = _take(file, 1)[0]
        number |= (byte & 127) << shift
        if byte < 128:
            return number


def read_fields(message):
    file, fields = BytesIO(message), []
    while file.tell() < len(message):
        number, wire_type = divmod(_varint(file), 8)
        if wire_type == 0:
            fields.append((number, _varint(file)))
        elif wire_type == 2:
            fields.append((number, _take(file, _varint(file))))
        else:
            raise ValueError(f"wire type {wire_type} is not known")
    return fields


# %% wrong: read_fields
# Misconception: a field begins with one byte (number and wire type); only values and lengths are varints.
def read_fields(message):
    file, fields = BytesIO(message), []
    while file.tell() < len(message):
        number, wire_type = divmod(_take(file, 1)[0], 8)
        if wire_type == 0:
            fields.append((number, _varint(file)))
        elif wire_type == 2:
            fields.append((number, _take(file, _varint(file))))
        else:
            raise ValueError(f"wire type {wire_type} is not known")
    return fields


# %% wrong: read_fields
# Misconception: read(n) gives n bytes or raises by itself, so only the varints need a check for the end.
def read_fields(message):
    file, fields = BytesIO(message), []
    while file.tell() < len(message):
        number, wire_type = divmod(_varint(file), 8)
        if wire_type == 0:
            fields.append((number, _varint(file)))
        elif wire_type == 2:
            fields.append((number, file.read(_varint(file))))
        else:
            raise ValueError(f"wire type {wire_type} is not known")
    return fields
