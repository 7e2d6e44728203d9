"""The other half of the codec: builds a value from a tree and buffers that nobody vouches for."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.engine.frame import (
    EXTENSION,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_INT_DIGITS,
    MAX_NODES,
    MAX_SIDE,
    WIDENED,
    ZONE,
    WireError,
)

Resolve = Callable[[int, str], object]
_DTYPE = r"[<|](b1|[iu][1248]|f(2|4|8|12|16)|c(8|16|24|32)|[SU]\d{1,9}|[mM]8(\[\d{0,9}[A-Za-z]{1,7}\])?)"
_FEW = 100  # keys of one hash; more would make a set's time quadratic
_TIMES: dict[str, Any] = {"datetime": dt.datetime, "date": dt.date, "time": dt.time}


class Decoder:
    """Decodes one tree. Any exception but `WireError` that leaves it means the same: the message is malformed."""

    def __init__(self, buffers: Sequence[memoryview], resolve: Resolve) -> None:
        self.buffers: list[memoryview | None] = list(buffers)
        self.resolve = resolve
        self.nodes = 0
        self.spent = 0

    def value(self, node: Any, depth: int) -> Any:
        """Return the value of one node."""
        self.nodes += 1
        if depth > 3 * MAX_DEPTH or self.nodes > 3 * MAX_NODES:  # a value takes up to three nodes
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

    def read_text(self, node: Any, depth: int) -> str:
        return str(self.buffer(node), "utf-8", "surrogatepass")

    def read_tuple(self, node: Any, depth: int) -> tuple[Any, ...]:
        return tuple(self.items(node, depth))

    def read_set(self, node: Any, depth: int) -> set[Any]:
        return set(self.keys(self.items(node, depth)))

    def read_frozenset(self, node: Any, depth: int) -> frozenset[Any]:
        return frozenset(self.keys(self.items(node, depth)))

    def read_dict(self, node: Any, depth: int) -> dict[Any, Any]:
        pairs = [(self.value(key, depth + 1), self.value(value, depth + 1)) for key, value in node["v"]]
        self.keys([key for key, _ in pairs])
        return dict(pairs)

    def read_bytes(self, node: Any, depth: int) -> bytes:
        return bytes(self.buffer(node))

    def read_complex(self, node: Any, depth: int) -> complex:
        real, imag = node["v"]
        return complex(float(real), float(imag))

    def read_range(self, node: Any, depth: int) -> range:
        made = range(*self.integers(node, depth))
        if len(made) > MAX_NODES:  # a check that makes a list of it would fill the grader's memory
            raise WireError("too long a range")
        return made

    def read_datetime(self, node: Any, depth: int) -> object:
        return _TIMES[node["t"]].fromisoformat(node["v"])

    read_date = read_time = read_datetime

    def read_handle(self, node: Any, depth: int) -> object:
        return self.resolve(self.natural(node["v"]), str(node["n"])[:200])

    def read_array(self, node: Any, depth: int) -> Any:
        dtype, shape, content = self.dtype(node), self.shape(node), self.buffer(node)
        if math.prod(shape) * dtype.itemsize != len(content) or (dtype.itemsize == 0 and math.prod(shape) > 1):
            raise WireError("an array's content does not fit its shape")
        return self.filled(content, dtype).reshape(shape)

    def read_objects(self, node: Any, depth: int) -> Any:
        items, shape = self.items(node, depth), self.shape(node)
        flat = np.empty(len(items), dtype=object)
        for position, item in enumerate(items):  # assigning them at once would unpack lists and arrays
            flat[position] = item
        return flat.reshape(shape)

    def read_scalar(self, node: Any, depth: int) -> Any:
        dtype, content = self.dtype(node), memoryview(bytes.fromhex(node["v"]))
        if len(content) != dtype.itemsize:
            raise WireError("a scalar's content does not fit its dtype")
        return self.filled(content, dtype).reshape(())[()]

    def read_tensor(self, node: Any, depth: int) -> Any:
        import torch

        tensor = torch.from_numpy(self.typed(node["v"], depth, np.ndarray))
        if node["d"] in WIDENED:
            return tensor.to(getattr(torch, node["d"]))
        if str(tensor.dtype) != f"torch.{node['d']}":
            raise WireError("not this tensor's dtype")
        return tensor

    def read_sparse(self, node: Any, depth: int) -> Any:
        import scipy.sparse

        shape = tuple(self.shape(node))
        data, *places = (self.typed(part, depth, np.ndarray) for part in node["v"])
        self.spend(8 * sum(shape))  # a compressed format holds one number per row or column
        if data.dtype.kind not in "biufc" or any(place.dtype.kind not in "iu" for place in places):
            raise WireError("a sparse matrix of other things than numbers")
        if len(places) != len(shape) or len(shape) not in ((1, 2) if node["a"] is True else (2,)):
            raise WireError("a sparse matrix of another shape than its indices")
        make = scipy.sparse.coo_array if node["a"] is True else scipy.sparse.coo_matrix
        made = make((data, tuple(places)), shape=shape)  # compares indices with the shape
        return made.asformat(node["f"] if node["f"] in ("csr", "csc") else "coo")

    def read_frame(self, node: Any, depth: int) -> Any:
        import pandas as pd

        columns, index = self.typed(node["c"], depth, pd.Index), self.typed(node["i"], depth, pd.Index)
        values = [self.column(column, depth) for column in node["v"]]
        if len(values) != len(columns) or any(len(column) != len(index) for column in values):
            raise WireError("a frame's columns differ in length")
        series = [pd.Series(column, index=index, dtype=_kept(column)) for column in values]
        frame = pd.DataFrame(dict(enumerate(series)), index=index)
        frame.columns = columns
        return frame

    def read_series(self, node: Any, depth: int) -> Any:
        import pandas as pd

        values, index = self.column(node["v"], depth), self.typed(node["i"], depth, pd.Index)
        if len(values) != len(index):
            raise WireError("a series and its index differ in length")
        return pd.Series(values, index=index, name=self.value(node["n"], depth + 1), dtype=_kept(values))

    def read_index(self, node: Any, depth: int) -> Any:
        import pandas as pd

        values, name = self.column(node["v"], depth), self.value(node["n"], depth + 1)
        return pd.Index(values, name=name, dtype=_kept(values), tupleize_cols=False)

    def read_rangeindex(self, node: Any, depth: int) -> Any:
        import pandas as pd

        made = range(*self.integers(node, depth))
        if len(made) > MAX_SIDE:
            raise WireError("too long a range")
        return pd.RangeIndex(made, name=self.value(node["n"], depth + 1))

    def read_multiindex(self, node: Any, depth: int) -> Any:
        import pandas as pd

        return pd.MultiIndex.from_tuples(self.items(node, depth), names=self.value(node["n"], depth + 1))

    def read_categorical(self, node: Any, depth: int) -> Any:
        import pandas as pd

        codes, categories = self.typed(node["v"], depth, np.ndarray), self.typed(node["c"], depth, pd.Index)
        return pd.Categorical.from_codes(codes, categories, ordered=node["o"] is True)

    def read_strings(self, node: Any, depth: int) -> Any:
        import pandas as pd

        texts = self.items(node, depth)
        if node["d"] not in ("str", "string") or not all(text is None or isinstance(text, str) for text in texts):
            raise WireError("not a column of texts")
        return pd.array(texts, dtype=node["d"])

    def read_zoned(self, node: Any, depth: int) -> Any:
        import pandas as pd

        if not re.fullmatch(ZONE, node["z"]):
            raise WireError("unknown time zone")
        moments = self.typed(node["v"], depth, np.ndarray)
        return pd.DatetimeIndex(moments).tz_localize("UTC").tz_convert(node["z"]).array

    def read_nullable(self, node: Any, depth: int) -> Any:
        import pandas as pd

        if node["d"] not in EXTENSION:
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

    def buffer(self, node: Any) -> memoryview:
        """Return the node's buffer, which no other node may use: a short message can't become a long value."""
        number = self.natural(node["b"])
        content = self.buffers[number]
        if content is None:
            raise WireError("a buffer is used twice")
        self.buffers[number] = None
        return content

    def filled(self, content: memoryview, dtype: np.dtype[Any]) -> Any:
        """Return the flat array that `content` holds, native, and with no value its dtype doesn't have."""
        if dtype.itemsize == 0:
            return np.zeros(1, dtype).astype(dtype)
        if dtype.kind == "b":
            return np.frombuffer(content, np.uint8) != 0
        if dtype.kind == "U" and np.frombuffer(content, "<u4").max(initial=0) > 0x10FFFF:
            raise WireError("not a character")
        return np.frombuffer(content, dtype).astype(dtype.newbyteorder("="), copy=True)

    def column(self, node: Any, depth: int) -> Any:
        import pandas as pd

        values = self.typed(node, depth, (np.ndarray, pd.api.extensions.ExtensionArray))
        if values.ndim != 1:
            raise WireError("not a column")
        return values

    def integers(self, node: Any, depth: int) -> list[int]:
        numbers = self.items(node, depth)
        if len(numbers) != 3 or any(type(number) is not int for number in numbers):
            raise WireError("not a range")
        return numbers

    def keys(self, keys: list[Any]) -> list[Any]:
        if len(keys) > _FEW and max(Counter(map(hash, keys)).values()) > _FEW:
            raise WireError("too many keys of one hash")
        return keys

    def dtype(self, node: Any) -> np.dtype[Any]:
        if not re.fullmatch(_DTYPE, node["d"]):
            raise WireError("unknown dtype of an array")
        dtype: np.dtype[Any] = np.dtype(node["d"])
        return dtype

    def shape(self, node: Any) -> list[int]:
        shape = [self.natural(side) for side in node["s"]]
        costs_nothing = node["t"] == "sparse" or 0 in shape
        if len(shape) > 32 or max(shape, default=0) > (MAX_SIDE if costs_nothing else MAX_BYTES):
            raise WireError("a shape out of bounds")
        return shape

    def spend(self, size: int) -> None:
        """Count what is allocated beside the buffers."""
        self.spent += size
        if self.spent > MAX_BYTES:
            raise WireError("the value would take more memory than a message may")

    def typed(self, node: Any, depth: int, kind: type | tuple[type, ...]) -> Any:
        value = self.value(node, depth + 1)
        if not isinstance(value, kind):
            raise WireError("a part of another type than its whole needs")
        return value

    @staticmethod
    def natural(number: Any) -> int:
        if type(number) is not int or number < 0:
            raise WireError("not a natural number")
        return number


def _kept(values: Any) -> Any:
    """Return the dtype pandas must not guess: it would turn objects into texts or numbers."""
    return object if values.dtype == object else None
