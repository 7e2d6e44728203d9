# %% right
# Intent: a helper reads one varint from a position and returns the number and the next position; the main loop splits
# each key into number and wire type and checks lengths before it cuts bytes out.
def _varint(message, at):
    number, factor = 0, 1
    while True:
        if at >= len(message):
            raise ValueError("the message ends in the middle of a number")
        byte = message[at]
        at += 1
        number += (byte % 128) * factor
        factor *= 128
        if byte < 128:
            return number, at


def read_fields(message):
    fields = []
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, wire_type = key // 8, key % 8
        if wire_type == 0:
            value, at = _varint(message, at)
        elif wire_type == 2:
            length, at = _varint(message, at)
            if at + length > len(message):
                raise ValueError("the message ends in the middle of a field")
            value = bytes(message[at : at + length])
            at += length
        else:
            raise ValueError(f"wire type {wire_type} is not known")
        fields.append((number, value))
    return fields

# %% wrong: read_fields
# Misconception: the key with field number and wire type is always one byte; only values are varints.
def read_fields(message):
    fields = []
    at = 0
    while at < len(message):
        number, wire_type = message[at] // 8, message[at] % 8
        at += 1
        if wire_type == 0:
            value, at = _varint(message, at)
        elif wire_type == 2:
            length, at = _varint(message, at)
            if at + length > len(message):
                raise ValueError("the message ends in the middle of a field")
            value = message[at : at + length]
            at += length
        else:
            raise ValueError("unknown wire type")
        fields.append((number, value))
    return fields

# %% wrong: read_fields
# Misconception: a slice that goes past the end complains by itself, so a length need not be compared with what is left.
def read_fields(message):
    fields = []
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, wire_type = key // 8, key % 8
        if wire_type == 0:
            value, at = _varint(message, at)
        elif wire_type == 2:
            length, at = _varint(message, at)
            value = message[at : at + length]
            at += length
        else:
            raise ValueError("unknown wire type")
        fields.append((number, value))
    return fields
