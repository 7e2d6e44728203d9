"""The codec between grader and submission: plain data in; exact built-in, numpy, pandas, scipy and torch types out.

This file is self-contained: its text is also run inside the student's process (see `shim`), where nothing of the
grader can be imported. Nothing is pickled. What has no plain form travels as a *handle*: a number that stands for an
object which stays on the other side.

A message is one frame::

    magic (4 bytes) | tree length (u32) | buffer count (u32) | buffer lengths (u64 each) | tree (JSON) | buffers

The tree says what the value is; array contents are in the buffers. The decoder trusts nothing: lengths, depth, node
count, dtypes and shapes are bounded and compared before anything is allocated.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import struct
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

MAGIC = b"CW1\n"
HEAD = struct.Struct("!4sII")
MAX_TREE = 32 << 20  # bytes of JSON
MAX_BUFFERS = 10_000
MAX_BYTES = 512 << 20  # one message
MAX_DEPTH = 40
MAX_NODES = 1_000_000
MAX_SIDE = 50_000_000  # of a sparse matrix, whose shape costs no bytes
MAX_INT_DIGITS = 4000
_NUMPY_KINDS = "biufcMmUS"
_EXTENSION = {f"{sign}{bits}" for sign in ("Int", "UInt") for bits in (8, 16, 32, 64)} | {
    "Float32",
    "Float64",
    "boolean",
}
_TIMES: dict[str, Any] = {"datetime": dt.datetime, "date": dt.date, "time": dt.time}

HandleOf = Callable[[object], "tuple[int, str]"]
Resolve = Callable[[int, str], object]


class WireError(Exception):
    """The bytes are not a message, or break a bound."""


def encode(value: object, handle_of: HandleOf) -> bytes:
    """Return `value` as one frame; `handle_of` gives number and type name of what has no plain form."""
    encoder = _Encoder(handle_of)
    tree = json.dumps(encoder.node(value, 0)).encode()
    lengths = struct.pack(f"!{len(encoder.buffers)}Q", *map(len, encoder.buffers))
    head = HEAD.pack(MAGIC, len(tree), len(encoder.buffers))
    frame = b"".join([head, lengths, tree, *encoder.buffers])
    if len(tree) > MAX_TREE or len(frame) > MAX_BYTES:
        raise WireError(f"the value takes {len(frame) >> 20} MB, more than a message may hold")
    return frame


def decode(frame: bytes, resolve: Resolve) -> Any:
    """Return the value of one frame; `resolve` turns a handle's number and claimed type into an object.

    Raises
    ------
    WireError : the frame is malformed or breaks a bound.
    """
    tree_length, lengths = head_of(frame)
    start = HEAD.size + 8 * len(lengths)
    if len(frame) != start + tree_length + sum(lengths):
        raise WireError("the frame's length is not what its head says")
    try:
        tree = json.loads(frame[start : start + tree_length])
        buffers, position = [], start + tree_length
        for length in lengths:
            buffers.append(memoryview(frame)[position : position + length])
            position += length
        return _Decoder(buffers, resolve).value(tree, 0)
    except WireError:
        raise
    except Exception as error:  # json, numpy, pandas, scipy: whatever they object to, the sender is wrong
        raise WireError(f"malformed message ({type(error).__name__})") from error


def head_of(frame: bytes) -> tuple[int, Sequence[int]]:
    """Return (tree length, buffer lengths) of a frame of which at least the head is there."""
    if len(frame) < HEAD.size:
        raise WireError("the frame is cut short")
    magic, tree_length, count = HEAD.unpack_from(frame)
    if magic != MAGIC or tree_length > MAX_TREE or count > MAX_BUFFERS or len(frame) < HEAD.size + 8 * count:
        raise WireError("not a frame, or one out of bounds")
    lengths = struct.unpack_from(f"!{count}Q", frame, HEAD.size)
    if sum(lengths) > MAX_BYTES:
        raise WireError("the frame is too large")
    return tree_length, lengths


def read_frame(receive: Callable[[int], bytes]) -> bytes:
    """Read one frame through `receive`, which returns exactly as many bytes as it is asked for."""
    head = receive(HEAD.size)
    magic, _, count = HEAD.unpack(head)
    if magic != MAGIC or count > MAX_BUFFERS:
        raise WireError("not a frame")
    head += receive(8 * count)
    tree_length, lengths = head_of(head)
    return head + receive(tree_length + sum(lengths))


class _Encoder:
    def __init__(self, handle_of: HandleOf) -> None:
        self.handle_of = handle_of
        self.buffers: list[bytes] = []
        self.nodes = 0

    def node(self, value: Any, depth: int) -> object:
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise WireError("the value is nested too deeply or has too many parts")
        if value is None or value is True or value is False:
            return value
        kind = type(value)
        if kind is int:
            return value if abs(value) < 2**53 else {"t": "int", "v": hex(value)}
        if kind is float or kind is str:
            return value
        if kind is list:
            return [self.node(item, depth + 1) for item in value]
        encoded = self.builtin(value, depth) or self.library(value, depth)
        if encoded is None:
            number, name = self.handle_of(value)
            return {"t": "handle", "v": number, "n": name}
        return encoded

    def builtin(self, value: Any, depth: int) -> dict[str, object] | None:
        for kind in (tuple, set, frozenset):
            if type(value) is kind:
                return {"t": kind.__name__, "v": [self.node(item, depth + 1) for item in value]}
        if isinstance(value, dict):
            pairs = [[self.node(k, depth + 1), self.node(v, depth + 1)] for k, v in value.items()]
            return {"t": "dict", "v": pairs}
        if isinstance(value, (bytes, bytearray)):
            return {"t": "bytes", "b": self.buffer(bytes(value))}
        if isinstance(value, complex) and not isinstance(value, np.generic):
            return {"t": "complex", "v": [value.real, value.imag]}
        if isinstance(value, range):
            return {"t": "range", "v": [value.start, value.stop, value.step]}
        return next(({"t": n, "v": value.isoformat()} for n, cls in _TIMES.items() if type(value) is cls), None)

    def library(self, value: Any, depth: int) -> dict[str, object] | None:
        if isinstance(value, np.generic):
            return {"t": "scalar", "v": self.array(np.asarray(value), depth)}
        if isinstance(value, np.ndarray) and not isinstance(value, np.ma.MaskedArray):
            return self.array(np.asarray(value), depth)
        if (torch := sys.modules.get("torch")) and isinstance(value, torch.Tensor):
            return self.tensor(value.detach().cpu(), depth)
        if (sparse := sys.modules.get("scipy.sparse")) and sparse.issparse(value):
            return self.sparse(value, depth)
        if (pandas := sys.modules.get("pandas")) is not None:
            return self.pandas(value, pandas, depth)
        return None

    def array(self, value: Any, depth: int) -> dict[str, object]:
        if value.dtype == object:
            return {
                "t": "objects",
                "s": list(value.shape),
                "v": [self.node(v, depth + 1) for v in value.flat],
            }
        if value.dtype.kind not in _NUMPY_KINDS:
            raise WireError(f"arrays of dtype {value.dtype} can't be handed over")
        plain = np.ascontiguousarray(value.astype(value.dtype.newbyteorder("<"), copy=False))
        return {"t": "array", "d": plain.dtype.str, "s": list(value.shape), "b": self.buffer(plain.tobytes())}

    def tensor(self, value: Any, depth: int) -> dict[str, object]:
        dense = value.to_dense() if value.layout is not sys.modules["torch"].strided else value
        name = str(dense.dtype).removeprefix("torch.")
        return {
            "t": "tensor",
            "d": name,
            "v": self.array((dense.float() if name == "bfloat16" else dense).numpy(), depth),
        }

    def sparse(self, value: Any, depth: int) -> dict[str, object]:
        coo = value.tocoo()
        parts = [self.array(np.asarray(part), depth) for part in (coo.data, *coo.coords)]
        is_array = not isinstance(value, sys.modules["scipy.sparse"].spmatrix)
        return {"t": "sparse", "f": value.format, "a": is_array, "s": [int(n) for n in coo.shape], "v": parts}

    def pandas(self, value: Any, pd: Any, depth: int) -> dict[str, object] | None:
        if isinstance(value, pd.DataFrame):
            columns = [self.column(value.iloc[:, i].array, pd, depth) for i in range(value.shape[1])]
            axes = [self.node(axis, depth + 1) for axis in (value.columns, value.index)]
            return {"t": "frame", "v": columns, "c": axes[0], "i": axes[1]}
        if isinstance(value, pd.Series):
            name, index = self.node(value.name, depth + 1), self.node(value.index, depth + 1)
            return {"t": "series", "v": self.column(value.array, pd, depth), "n": name, "i": index}
        if isinstance(value, pd.MultiIndex):
            return {
                "t": "multiindex",
                "v": [self.node(row, depth + 1) for row in value],
                "n": self.node(list(value.names), depth),
            }
        if isinstance(value, pd.RangeIndex):
            return {
                "t": "rangeindex",
                "v": [value.start, value.stop, value.step],
                "n": self.node(value.name, depth),
            }
        if isinstance(value, pd.Index):
            return {"t": "index", "v": self.column(value.array, pd, depth), "n": self.node(value.name, depth)}
        if isinstance(value, (pd.Timestamp, pd.Timedelta)):
            return {"t": type(value).__name__, "v": value.isoformat()}
        return {"t": "NaT"} if value is pd.NaT else {"t": "NA"} if value is pd.NA else None

    def column(self, values: Any, pd: Any, depth: int) -> dict[str, object]:
        if isinstance(values, pd.arrays.NumpyExtensionArray) or isinstance(values.dtype, np.dtype):
            return self.array(np.asarray(values), depth)
        name = str(values.dtype)
        if isinstance(values.dtype, pd.CategoricalDtype):
            codes, categories = (
                self.array(np.asarray(values.codes), depth),
                self.node(values.categories, depth + 1),
            )
            return {"t": "categorical", "v": codes, "c": categories, "o": bool(values.ordered)}
        if isinstance(values.dtype, pd.StringDtype):
            return {
                "t": "strings",
                "v": [None if missing else str(v) for v, missing in zip(values, values.isna(), strict=True)],
            }
        if name in _EXTENSION:
            return {
                "t": "nullable",
                "d": name,
                "v": [None if v is pd.NA else self.node(v.item(), depth) for v in values],
            }
        return self.array(np.asarray(values, dtype=object), depth)

    def buffer(self, content: bytes) -> int:
        self.buffers.append(content)
        return len(self.buffers) - 1


class _Decoder:
    def __init__(self, buffers: Sequence[memoryview], resolve: Resolve) -> None:
        self.buffers = buffers
        self.resolve = resolve
        self.nodes = 0

    def value(self, node: Any, depth: int) -> Any:
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise WireError("the value is nested too deeply or has too many parts")
        if isinstance(node, list):
            return [self.value(item, depth + 1) for item in node]
        if not isinstance(node, dict):
            return node
        read = getattr(self, f"read_{node.get('t')}", None)
        if read is None:
            raise WireError("unknown type of value")
        return read(node, depth)

    def items(self, node: Any, depth: int) -> list[Any]:
        if not isinstance(node["v"], list):
            raise WireError("not a list")
        return [self.value(item, depth + 1) for item in node["v"]]

    def read_int(self, node: Any, depth: int) -> int:
        if len(node["v"]) > MAX_INT_DIGITS:
            raise WireError("too large an integer")
        return int(node["v"], 16)

    def read_tuple(self, node: Any, depth: int) -> tuple[Any, ...]:
        return tuple(self.items(node, depth))

    def read_set(self, node: Any, depth: int) -> set[Any]:
        return set(self.items(node, depth))

    def read_frozenset(self, node: Any, depth: int) -> frozenset[Any]:
        return frozenset(self.items(node, depth))

    def read_dict(self, node: Any, depth: int) -> dict[Any, Any]:
        return dict(self.items(node, depth))

    def read_bytes(self, node: Any, depth: int) -> bytes:
        return bytes(self.buffers[self.natural(node["b"])])

    def read_complex(self, node: Any, depth: int) -> complex:
        real, imag = node["v"]
        return complex(float(real), float(imag))

    def read_range(self, node: Any, depth: int) -> range:
        return range(*map(int, node["v"]))

    def read_datetime(self, node: Any, depth: int) -> object:
        return _TIMES[node["t"]].fromisoformat(node["v"])

    read_date = read_time = read_datetime

    def read_handle(self, node: Any, depth: int) -> object:
        return self.resolve(self.natural(node["v"]), str(node["n"])[:200])

    def read_array(self, node: Any, depth: int) -> Any:
        dtype, content = np.dtype(str(node["d"])), self.buffers[self.natural(node["b"])]
        shape = [self.natural(side) for side in node["s"]]
        if dtype.kind not in _NUMPY_KINDS or len(shape) > 32 or math.prod(shape) * dtype.itemsize != len(content):
            raise WireError("an array's content does not fit its shape")
        if dtype.itemsize == 0:
            return np.zeros(0 if math.prod(shape) > MAX_NODES else shape, dtype)
        return np.frombuffer(content, dtype).reshape(shape).astype(dtype.newbyteorder("="), copy=True)

    def read_objects(self, node: Any, depth: int) -> Any:
        flat = np.empty(len(node["v"]), dtype=object)
        flat[:] = self.items(node, depth) if len(flat) else []
        return flat.reshape([self.natural(side) for side in node["s"]])

    def read_scalar(self, node: Any, depth: int) -> Any:
        return self.typed(node["v"], depth, np.ndarray).reshape(())[()]

    def read_tensor(self, node: Any, depth: int) -> Any:
        import torch

        dtype = getattr(torch, str(node["d"]))
        if not isinstance(dtype, torch.dtype):
            raise WireError("not a tensor's dtype")
        return torch.from_numpy(self.typed(node["v"], depth, np.ndarray)).to(dtype)

    def read_sparse(self, node: Any, depth: int) -> Any:
        import scipy.sparse

        shape = tuple(self.natural(side) for side in node["s"])
        if (
            len(shape) != 2
            or max(shape) > MAX_SIDE
            or node["f"] not in ("csr", "csc", "coo", "bsr", "dia", "dok", "lil")
        ):
            raise WireError("a sparse matrix out of bounds")
        data, rows, columns = (self.typed(part, depth, np.ndarray) for part in node["v"])
        make = scipy.sparse.coo_array if node["a"] else scipy.sparse.coo_matrix  # compares indices with the shape
        return make((data, (rows, columns)), shape=shape).asformat(node["f"] if node["f"] in ("csr", "csc") else "coo")

    def read_frame(self, node: Any, depth: int) -> Any:
        import pandas as pd

        columns, index = self.typed(node["c"], depth, pd.Index), self.typed(node["i"], depth, pd.Index)
        values = self.items(node, depth)
        if len(values) != len(columns) or any(len(column) != len(index) for column in values):
            raise WireError("a frame's columns differ in length")
        frame = pd.DataFrame(dict(enumerate(values)), index=index)
        frame.columns = columns
        return frame

    def read_series(self, node: Any, depth: int) -> Any:
        import pandas as pd

        index = self.typed(node["i"], depth, pd.Index)
        return pd.Series(self.value(node["v"], depth + 1), index=index, name=self.value(node["n"], depth + 1))

    def read_index(self, node: Any, depth: int) -> Any:
        import pandas as pd

        return pd.Index(self.value(node["v"], depth + 1), name=self.value(node["n"], depth + 1))

    def read_rangeindex(self, node: Any, depth: int) -> Any:
        import pandas as pd

        start, stop, step = map(int, node["v"])
        return pd.RangeIndex(start, stop, step, name=self.value(node["n"], depth + 1))

    def read_multiindex(self, node: Any, depth: int) -> Any:
        import pandas as pd

        return pd.MultiIndex.from_tuples(self.items(node, depth), names=self.value(node["n"], depth + 1))

    def read_categorical(self, node: Any, depth: int) -> Any:
        import pandas as pd

        codes, categories = self.typed(node["v"], depth, np.ndarray), self.typed(node["c"], depth, pd.Index)
        return pd.Categorical.from_codes(codes, categories, ordered=node["o"] is True)

    def read_strings(self, node: Any, depth: int) -> Any:
        import pandas as pd

        return pd.array([v if isinstance(v, str) else None for v in node["v"]], dtype="str")

    def read_nullable(self, node: Any, depth: int) -> Any:
        import pandas as pd

        if node["d"] not in _EXTENSION:
            raise WireError("unknown dtype of a column")
        return pd.array([pd.NA if v is None else v for v in self.items(node, depth)], dtype=node["d"])

    def read_Timestamp(self, node: Any, depth: int) -> Any:  # noqa: N802  # named for the type it reads
        import pandas as pd

        return getattr(pd, node["t"])(str(node["v"])[:100])

    read_Timedelta = read_Timestamp  # noqa: N815

    def read_NaT(self, node: Any, depth: int) -> Any:  # noqa: N802
        import pandas as pd

        return getattr(pd, node["t"])

    read_NA = read_NaT  # noqa: N815

    def typed(self, node: Any, depth: int, kind: type) -> Any:
        value = self.value(node, depth + 1)
        if not isinstance(value, kind):
            raise WireError(f"not of type {kind.__name__}")
        return value

    @staticmethod
    def natural(number: Any) -> int:
        if type(number) is not int or number < 0:
            raise WireError("not a natural number")
        return number
