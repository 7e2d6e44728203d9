"""The other half of the codec: builds a value from a tree and buffers that nobody vouches for."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.engine.wire.budget import COLUMN, COSTS, ITEM, Budget
from autograder.engine.wire.frame import (
    EXTENSION,
    MAX_BYTES,
    MAX_DENSE,
    MAX_DEPTH,
    MAX_INT_DIGITS,
    MAX_NODES,
    MAX_SIDE,
    PLAIN_INT,
    WIDENED,
    ZONE,
    WireError,
)

Resolve = Callable[[int, str], object]
_DTYPE = r"[<|](b1|[iu][1248]|f(2|4|8|12|16)|c(8|16|24|32)|[SU]\d{1,9}|[mM]8(\[\d{0,9}[A-Za-z]{1,7}\])?)"
# As `isoformat` writes them. Pandas reads much else: "now", and formats that take it long.
_MOMENTS = {
    "Timestamp": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?([+-]\d\d:\d\d(:\d\d)?)?",
    "Timedelta": r"P-?\d{1,12}DT\d{1,3}H\d{1,3}M\d{1,3}(\.\d{1,9})?S",
}
_TIMES: dict[str, Any] = {"datetime": dt.datetime, "date": dt.date, "time": dt.time}


class Decoder:
    """Decodes one tree. Any exception but `WireError` that leaves it means the same: the message is malformed."""

    def __init__(self, buffers: Sequence[memoryview], resolve: Resolve) -> None:
        self.buffers: list[memoryview | None] = list(buffers)
        self.resolve = resolve
        self.nodes = 0
        self.budget = Budget()

    def value(self, node: Any, depth: int) -> Any:
        """Return the value of one node."""
        self.nodes += 1
        if depth > 3 * MAX_DEPTH or self.nodes > 3 * MAX_NODES:  # a value takes up to three nodes
            raise WireError("the value is nested too deeply or has too many parts")
        if isinstance(node, list):
            return self.values(node, depth)
        if isinstance(node, dict):
            tag = node.get("t")
            if type(tag) is not str or tag not in COSTS:
                raise WireError("unknown type of value")
            self.budget.spend(*COSTS[tag])
            return getattr(self, f"read_{tag}")(node, depth)
        if type(node) is int and abs(node) >= PLAIN_INT:
            raise WireError("too large an integer for the tree")
        return node

    def values(self, nodes: Any, depth: int) -> list[Any]:
        if not isinstance(nodes, list):
            raise WireError("not a list")
        self.budget.spend(ITEM * (1 + len(nodes)))
        return [self.value(item, depth + 1) for item in nodes]

    def items(self, node: Any, depth: int) -> list[Any]:
        return self.values(node["v"], depth)

    def read_int(self, node: Any, depth: int) -> int:
        if len(node["v"]) > MAX_INT_DIGITS:
            raise WireError("too large an integer")
        self.budget.spend(len(node["v"]))
        made = int(node["v"], 16)
        self.budget.note(made)
        return made

    def read_text(self, node: Any, depth: int) -> str:
        return str(self.buffer(node), "utf-8", "surrogatepass")

    def read_tuple(self, node: Any, depth: int) -> tuple[Any, ...]:
        made = tuple(self.items(node, depth))
        self.budget.note(made)
        return made

    def read_set(self, node: Any, depth: int) -> set[Any]:
        return set(self.budget.keys(self.items(node, depth)))

    def read_frozenset(self, node: Any, depth: int) -> frozenset[Any]:
        made = frozenset(self.budget.keys(self.items(node, depth)))
        self.budget.note(made)
        return made

    def read_dict(self, node: Any, depth: int) -> dict[Any, Any]:
        self.budget.spend(3 * ITEM * len(node["v"]))
        pairs = [(self.value(key, depth + 1), self.value(value, depth + 1)) for key, value in node["v"]]
        self.budget.keys([key for key, _ in pairs])
        return dict(pairs)

    def read_bytes(self, node: Any, depth: int) -> bytes:
        return bytes(self.buffer(node))

    def read_complex(self, node: Any, depth: int) -> complex:
        real, imag = node["v"]
        if type(real) is not float or type(imag) is not float:
            raise WireError("not a complex number")
        made = complex(real, imag)
        self.budget.note(made)
        return made

    def read_range(self, node: Any, depth: int) -> range:
        made = range(*self.integers(node, depth))
        if len(made) > MAX_NODES:  # a check that makes a list of it would fill the grader's memory
            raise WireError("too long a range")
        self.budget.note(made)
        return made

    def read_datetime(self, node: Any, depth: int) -> object:
        return _TIMES[node["t"]].fromisoformat(node["v"])

    read_date = read_time = read_datetime

    def read_handle(self, node: Any, depth: int) -> object:
        if type(node["n"]) is not str:
            raise WireError("not the name of a type")
        return self.resolve(self.natural(node["v"]), node["n"][:200])

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
        made = self.filled(content, dtype).reshape(())[()]
        if dtype.kind == "c":
            self.budget.note(made)
        return made

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
        # A compressed format holds one number per row or column, and wide indices where narrow ones were sent.
        self.budget.spend(8 * sum(shape) + 24 * data.size)
        if math.prod(shape) * data.dtype.itemsize > MAX_DENSE:
            raise WireError("a sparse matrix too large to be filled in")
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
        self.budget.spend_each(COLUMN, node["v"])
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

        self.budget.spend_each(COLUMN, node["v"])
        levels = [self.typed(level, depth, pd.Index) for level in node["v"]]
        codes = [self.codes(part, depth) for part in node["c"]]
        if any(isinstance(level, pd.MultiIndex) for level in levels) or len(levels) != len(codes):
            raise WireError("an index of other levels than it says")
        for level, part in zip(levels, codes, strict=True):
            if len(part) != len(codes[0]) or part.max(initial=-1) >= len(level) or part.min(initial=0) < -1:
                raise WireError("an index out of its levels")
        # Without pandas' own look at it, which compares a level's values with each other.
        names = self.value(node["n"], depth + 1)
        return pd.MultiIndex(levels, codes, names=names, verify_integrity=False)

    def read_categorical(self, node: Any, depth: int) -> Any:
        import pandas as pd

        codes, categories = self.codes(node["v"], depth), self.typed(node["c"], depth, pd.Index)
        self.budget.spend_categories(len(categories))
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
        if moments.dtype.kind != "M" or moments.ndim != 1:  # pandas would parse texts
            raise WireError("not a column of moments")
        return pd.DatetimeIndex(moments).tz_localize("UTC").tz_convert(node["z"]).array

    def read_nullable(self, node: Any, depth: int) -> Any:
        import pandas as pd

        if node["d"] not in EXTENSION:
            raise WireError("unknown dtype of a column")
        items = self.items(node, depth)
        if any(type(item) not in (int, float, bool, type(None)) for item in items):
            raise WireError("not a column of numbers")
        return pd.array([pd.NA if item is None else item for item in items], dtype=node["d"])

    def read_Timestamp(self, node: Any, depth: int) -> Any:  # noqa: N802  # named for the type it reads
        import pandas as pd

        if not re.fullmatch(_MOMENTS[node["t"]], node["v"], re.ASCII):
            raise WireError("not a moment")
        return getattr(pd, node["t"])(node["v"])

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
        if values.ndim != 1 or values.dtype.kind in "SU":  # pandas would make an object of each text
            raise WireError("not a column")
        return values

    def codes(self, node: Any, depth: int) -> Any:
        codes = self.typed(node, depth, np.ndarray)
        if codes.ndim != 1 or codes.dtype.kind not in "iu":
            raise WireError("not the codes of categories")
        return codes

    def integers(self, node: Any, depth: int) -> list[int]:
        numbers = self.items(node, depth)
        if len(numbers) != 3 or any(type(number) is not int for number in numbers):
            raise WireError("not a range")
        return numbers

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
