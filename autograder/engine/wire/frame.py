"""The outside of a message between grader and submission: its bounds, its head, its buffers.

Self-contained, like `encoder`, `decoder` and `wire`: their texts are also run inside the student's process.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

MAGIC = b"CW1\n"
HEAD = struct.Struct("!4sII")
MAX_TREE = 32 << 20  # bytes of JSON
MAX_BYTES = 512 << 20  # one message; also what decoding it may allocate beside the content of its arrays
MAX_DENSE = 4 << 30  # bytes of a sparse matrix filled in: a check may well call `toarray`
MAX_DEPTH = 40
MAX_NODES = 1_000_000
MAX_BUFFERS = MAX_NODES  # a list of small arrays is a common answer
MAX_SIDE = 10_000_000  # of what has a length but costs no bytes: a sparse matrix, an empty array, a range as index
MAX_INT_DIGITS = 4000  # hexadecimal
MAX_CATEGORIES = 20_000  # in one message: pandas compares them with each other, in the worst case all with all
PLAIN_INT = 2**53  # below it, an integer is a number in the tree
LONG_TEXT = 1000  # characters above which a text is a buffer
EXTENSION = {f"{sign}{bits}" for sign in ("Int", "UInt") for bits in (8, 16, 32, 64)} | {
    "Float32",
    "Float64",
    "boolean",
}
# What numpy has no dtype for travels as float32.
WIDENED = ("bfloat16", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz")
# No `dateutil/...`, which would open a file of the sender's choice.
ZONE = r"(?!dateutil|tzlocal)[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*|UTC[+-]\d\d:\d\d"


class WireError(Exception):
    """The bytes are not a message, or break a bound."""


def pack(tree: bytes, buffers: Sequence[bytes]) -> bytes:
    """Return one frame.

    Raises
    ------
    WireError : it would be larger than a receiver accepts.
    """
    size = HEAD.size + 8 * len(buffers) + len(tree) + sum(map(len, buffers))
    if len(tree) > MAX_TREE or size > MAX_BYTES or len(buffers) > MAX_BUFFERS:
        raise WireError(f"the value takes {size >> 20} MB in {len(buffers)} parts, more than a message may hold")
    if cost_of(tree, len(buffers)) > MAX_BYTES:
        raise WireError("the value has too many parts")
    head = HEAD.pack(MAGIC, len(tree), len(buffers))
    lengths = struct.pack(f"!{len(buffers)}Q", *map(len, buffers))
    return b"".join([head, lengths, tree, *buffers])


def unpack(frame: bytes) -> tuple[bytes, list[memoryview]]:
    """Return the tree and the buffers of one frame.

    Raises
    ------
    WireError : the frame is malformed or out of bounds.
    """
    tree_length, lengths = head_of(frame)
    start = HEAD.size + 8 * len(lengths)
    if len(frame) != start + tree_length + sum(lengths):
        raise WireError("the frame's length is not what its head says")
    buffers, position = [], start + tree_length
    for length in lengths:
        buffers.append(memoryview(frame)[position : position + length])
        position += length
    return frame[start : start + tree_length], buffers


def cost_of(tree: bytes, buffers: int) -> int:
    """Return about how many bytes `json.loads` will take for a tree, before it is called; measured, rounded up.

    A comma stands for a value, a bracket for a container; those in texts count too, which is why long texts are
    buffers.
    """
    text = 2 if tree.isascii() and b"\\" not in tree else 8
    return text * len(tree) + 96 * tree.count(b",") + 96 * tree.count(b"[") + 240 * tree.count(b"{") + 256 * buffers


def head_of(frame: bytes) -> tuple[int, Sequence[int]]:
    """Return (tree length, buffer lengths)."""
    if len(frame) < HEAD.size:
        raise WireError("the frame is cut short")
    magic, tree_length, count = HEAD.unpack_from(frame)
    if magic != MAGIC or tree_length > MAX_TREE or count > MAX_BUFFERS or len(frame) < HEAD.size + 8 * count:
        raise WireError("not a frame, or one out of bounds")
    lengths = struct.unpack_from(f"!{count}Q", frame, HEAD.size)
    if sum(lengths) > MAX_BYTES:
        raise WireError("the frame is too large")
    return tree_length, lengths
