"""Inputs for the decoder: valid frames that have been damaged, and trees made from the decoder's own grammar."""

from __future__ import annotations

import copy
import datetime as dt
import json
import random
import struct
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse
import torch

from autograder.engine.wire import codec
from autograder.engine.wire import frame as bounds
from autograder.engine.wire.budget import COSTS

Tree = Any
Sample = tuple[Tree, list[bytes]]


def samples() -> list[Sample]:
    """Return valid messages, taken apart."""
    table = pd.DataFrame(
        {
            "i": [1, 2], "f": [0.5, np.nan], "s": ["a", None], "o": pd.Series([1, "x"], dtype=object),
            "c": pd.Categorical(["lo", "hi"]), "t": pd.to_datetime(["2020-01-01", None]),
            "z": pd.to_datetime(["2020-07-01", None]).tz_localize("Europe/Paris"),
            "n": pd.array([1, None], dtype="Int64"), "b": pd.array([True, None], dtype="boolean"),
        }
    )  # fmt: skip
    values: list[Any] = [
        [1, -0.5, "ü", None, True, 2**70, len, float("nan")], {"k": (1, {2}, b"x", 1j), (1, "a"): frozenset({3})},
        np.arange(6).reshape(2, 3), np.float32(1), np.datetime64("2020-01-01"), np.array(["ab", "c"]),
        np.array([True, False]), np.array([b"a"]), np.zeros((0, 3), "f2"), np.array(1 + 2j), np.str_("x"),
        {"value": np.linspace(0, 1, 5)}, {"error": {"type": "ValueError", "text": "x", "function": "f", "line": 3}},
        scipy.sparse.csr_matrix(np.eye(3)), scipy.sparse.coo_array(np.eye(2)), torch.ones(2, dtype=torch.bfloat16),
        torch.arange(4).reshape(2, 2), dt.datetime(2020, 1, 1), dt.date(2020, 1, 1), dt.time(1, 2, tzinfo=dt.UTC),
        pd.Timestamp("2020-01-01T00:00:00.000000001"), pd.Timedelta("1D"), pd.NaT, pd.NA, range(4), "\ud83d\ude00",
        np.array([1, [2], "x"], dtype=object), table[["i", "f"]], table, table["z"], table["s"],
        pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["k", None]), pd.RangeIndex(5, name="r"),
    ]  # fmt: skip
    made = []
    for value in values:
        tree, buffers = bounds.unpack(codec.encode(value, lambda _: (1, "a.B")))
        made.append((json.loads(tree), [bytes(buffer) for buffer in buffers]))
    return made


LEAVES: list[Any] = [
    None, True, False, 0, 1, -1, 2, 3, 255, 2**31, 2**53 - 1, 2**53, 2**63, 10**30, 10**400, 0.0, -0.5, 1e308, "", "a",
    "0x10", "-0x1", "00" * 8, "csr", "csc", "x" * 50, [], {}, "2020-01-01T00:00:00", "2020-01-01", "01:02:03",
    "Europe/Paris", "UTC", "UTC+05:30", "Int64", "boolean", "Float32", "str", "string", "float32", "bfloat16", "int64",
    "P1DT0H0M0S", float("nan"), float("inf"), 10_000_000, 10_000_001, 65_000, "\ud800",
]  # fmt: skip
DTYPES = ["<i8", "<f8", "|b1", "<f4", "<i4", "|u1", "|i1", "<f2", "<f16", "<c16", "<c32", "<U1", "<U0", "|S0", "|S3",
          "<M8[ns]", "<M8[D]", "<M8[25s]", "<m8[us]", "<M8", "<u8", "<U999999999", "<M8[0s]", "<M8[Y]", "O", "<V8",
          "<i3", ">i8"]  # fmt: skip
SHAPES: list[Any] = [[], [0], [1], [2], [3], [1, 1], [2, 2], [0, 3], [10**7, 0], [10**7, 1], [60_000, 60_000], [10**7],
                     [1, 10**7], [2**40], [2**62, 4], [0] * 33, [1] * 64, [1] * 65, [-1], [1.0], [True]]  # fmt: skip
KEYS = "tvbdsncioafz"
USED = {
    "text": "b", "bytes": "b", "handle": "vn", "scalar": "dv", "array": "dsb", "objects": "sv", "tensor": "dv",
    "sparse": "fasv", "rangeindex": "vn", "index": "vn", "multiindex": "vcn", "series": "vin", "frame": "vci",
    "categorical": "vco", "strings": "dv", "zoned": "vz", "nullable": "dv", "NaT": "", "NA": "",
}  # fmt: skip  # the others: "v"


class Maker:
    """Makes inputs from a generator of random numbers."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.samples = samples()
        self.ways: list[Callable[[], bytes]] = [self.bits, self.lengths, *[self.edited] * 4, *[self.grown] * 3]

    def frame(self) -> bytes:
        """Return one input."""
        return self.random.choice(self.ways)()

    def one_of(self, things: list[Any]) -> Any:
        """Return one of some parts, which may be changed later."""
        found = self.random.choice(things)
        return copy.deepcopy(found) if type(found) in (list, dict) else found

    def bits(self) -> bytes:
        """A valid frame with some bytes changed, cut out or put in."""
        tree, buffers = self.random.choice(self.samples)
        made = bytearray(packed(tree, buffers))
        for _ in range(self.random.randint(1, 4)):
            at = self.random.randrange(len(made) or 1)
            what = self.random.random()
            if what < 0.6 and made:
                made[at] = self.random.choice((made[at] ^ (1 << self.random.randrange(8)), self.random.randrange(256)))
            elif what < 0.8:
                del made[at : at + self.random.randint(1, 8)]
            else:
                made[at:at] = self.random.randbytes(self.random.randint(1, 8))
        return bytes(made)

    def lengths(self) -> bytes:
        """A valid frame whose head says something else."""
        tree, buffers = self.random.choice(self.samples)
        text = json.dumps(tree).encode()
        numbers = [len(text), len(buffers), *map(len, buffers)]
        at = self.random.randrange(len(numbers))
        odd = self.random.choice([0, 1, numbers[at] + 1, numbers[at] - 1, 2**31, 2**32 - 1, bounds.MAX_BYTES])
        numbers[at] = max(0, odd)
        head = bounds.HEAD.pack(bounds.MAGIC, numbers[0], numbers[1])
        return b"".join([head, struct.pack(f"!{len(buffers)}Q", *numbers[2:]), text, *buffers])

    def edited(self) -> bytes:
        """A valid frame with nodes of its tree replaced: by leaves, by other nodes, by nodes of other frames."""
        tree, buffers = self.random.choice(self.samples)
        holder, buffers = [json.loads(json.dumps(tree))], list(buffers)
        for _ in range(self.random.randint(1, 3)):
            places = list(places_in(holder))
            parent, key = self.random.choice(places)
            what = self.random.random()
            if key == "d" and what < 0.7:
                parent[key] = self.one_of(DTYPES)
            elif key == "s" and what < 0.7:
                parent[key] = self.one_of(SHAPES)
            elif key == "t" and what < 0.7:
                parent[key] = self.random.choice(list(COSTS))
            elif what < 0.5:
                parent[key] = self.one_of(LEAVES)
            elif what < 0.6:
                other, other_key = self.random.choice(places)
                parent[key] = copy.deepcopy(other[other_key])
            elif what < 0.75:
                other_tree, more = self.random.choice(self.samples)
                parent[key] = shifted(other_tree, len(buffers))
                buffers += more
            elif what < 0.85:
                parent[key] = self.node(2)
            elif isinstance(parent[key], list) and parent[key]:
                parent[key] = parent[key] * self.random.randint(0, 3)
            elif buffers:
                at = self.random.randrange(len(buffers))
                buffers[at] = self.random.randbytes(self.random.choice([0, 1, 8, 16, len(buffers[at])]))
        return packed(holder[0], buffers)

    def grown(self) -> bytes:
        """A tree of known tags and odd parts."""
        buffers = [self.random.randbytes(self.random.choice([0, 1, 4, 8, 16, 24])) for _ in range(4)]
        return packed(self.node(4), buffers)

    def node(self, depth: int) -> Tree:
        what = self.random.random()
        if depth == 0 or what < 0.25:
            return self.one_of(LEAVES)
        if what < 0.35:
            return [self.node(depth - 1) for _ in range(self.random.randrange(4))]
        tag = self.random.choice(list(COSTS))
        made: dict[str, Any] = {"t": tag}
        for key in USED.get(tag, "v") if self.random.random() < 0.95 else KEYS[1:]:
            made[key] = self.part(tag, key, depth)
        if self.random.random() < 0.1:
            made.pop(self.random.choice(list(made)))
        return made

    def part(self, tag: str, key: str, depth: int) -> Any:
        choose = self.one_of
        if self.random.random() < 0.03:
            return choose(LEAVES)
        if key == "d":
            return choose(DTYPES if tag in ("array", "scalar") else ["Int64", "boolean", "str", "string", "float64"])
        if key == "s":
            return choose(SHAPES)
        if key == "b":
            return self.random.randrange(5)
        if key in "fzano":
            return choose({"f": ["csr", "csc", "coo"], "z": ["UTC", "Europe/Paris"], "a": [True, False],
                           "n": ["x", None, 1], "o": [True, False]}[key])  # fmt: skip
        if tag in ("series", "categorical", "zoned", "tensor", "index") and key == "v":
            return self.array()
        if tag in ("frame", "multiindex", "sparse") and key in "vc":
            indexes = (tag == "frame") == (key == "c")
            several = tag != "frame" or key == "v"
            return (
                [self.array() for _ in range(self.random.randrange(4))]
                if several and not (tag == "multiindex" and key == "v")
                else [self.index()]
                if several
                else self.index()
                if indexes
                else 0
            )
        if key in "ic":
            return self.index()
        if tag in ("rangeindex", "range"):
            return choose([[0, 2, 1], [0, 10**7, 1], [5, 0, -1], [0, 10**12, 1], [0, 0, 0]])
        if tag == "dict":
            return [[self.node(depth - 1), self.node(depth - 1)] for _ in range(self.random.randrange(3))]
        if key == "v" and depth > 1:
            return choose([[self.node(depth - 1) for _ in range(self.random.randrange(4))], choose(LEAVES)])
        return choose(LEAVES)

    def array(self) -> Tree:
        return {"t": "array", "d": self.random.choice(DTYPES), "s": self.one_of(SHAPES),
                "b": self.random.randrange(5)}  # fmt: skip

    def index(self) -> Tree:
        if self.random.random() < 0.3:
            return {"t": "index", "v": self.array(), "n": None}
        return {"t": "rangeindex", "v": [0, self.random.choice([0, 1, 2, 3, 10**7]), 1], "n": None}


def packed(tree: Tree, buffers: list[bytes]) -> bytes:
    return bounds.pack(json.dumps(tree).encode(), buffers)


def places_in(node: Tree) -> Iterator[tuple[Any, Any]]:
    """Yield (container, key) of every node below `node`."""
    for key, value in list(node.items() if isinstance(node, dict) else enumerate(node)):
        yield node, key
        if isinstance(value, (dict, list)):
            yield from places_in(value)


def shifted(node: Tree, by: int) -> Tree:
    """Return a copy of a tree whose buffers are numbered from `by`."""
    if isinstance(node, list):
        return [shifted(item, by) for item in node]
    if isinstance(node, dict):
        return {k: v + by if k == "b" and type(v) is int else shifted(v, by) for k, v in node.items()}
    return node
