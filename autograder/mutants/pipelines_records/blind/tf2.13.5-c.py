# %% right
# Intent: a cursor over the bytes; a recursive-descent reader: varint, then (by wire type) varint or counted bytes.
def read_fields(message):
    view, position, fields = bytes(message), 0, []

    def varint():
        nonlocal position
        value = shift = 0
        while True:
            if position >= len(view):
                raise ValueError("the message ends in the middle of a varint")
            byte = view[position]
            position += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 128:
                return value

    while position < len(view):
        number, wire = divmod(varint(), 8)
        if wire == 0:
            fields.append((number, varint()))
        elif wire == 2:
            length = varint()
            if position + length > len(view):
                raise ValueError("the message ends in the middle of a field")
            fields.append((number, view[position : position + length]))
            position += length
        else:
            raise ValueError(f"wire type {wire} is not known here")
    return fields

# %% wrong: read_fields
# Misconception: a field begins with one byte, number and wire type; and lengths are one byte; only values are varints.
def read_fields(message):
    position, fields = 0, []
    while position < len(message):
        number, wire = message[position] >> 3, message[position] & 7
        position += 1
        if position >= len(message) or wire not in (0, 2):
            raise ValueError("cut off, or another wire type")
        if wire == 2:
            length = message[position]
            position += 1
            if position + length > len(message):
                raise ValueError("cut off")
            fields.append((number, message[position : position + length]))
            position += length
            continue
        value = shift = 0
        while True:
            if position >= len(message):
                raise ValueError("cut off")
            byte = message[position]
            position += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        fields.append((number, value))
    return fields

# %% wrong: read_fields
# Misconception: Python notices by itself when bytes run out, in slices as well as in single places.
def read_fields(message):
    position, fields = 0, []

    def varint():
        nonlocal position
        value = shift = 0
        while True:
            try:
                byte = message[position]
            except IndexError:
                raise ValueError("cut off") from None
            position += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while position < len(message):
        key = varint()
        if key & 7 == 0:
            fields.append((key >> 3, varint()))
        elif key & 7 == 2:
            length = varint()
            fields.append((key >> 3, message[position : position + length]))
            position += length
        else:
            raise ValueError("wire type")
    return fields
