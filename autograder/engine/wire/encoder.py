"""One half of the codec: turns a value into a tree of plain JSON and the buffers of its arrays."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Callable
from enum import Enum
from typing import Any

import numpy as np

from autograder.engine.wire.frame import (
    EXTENSION,
    LONG_TEXT,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_INT_DIGITS,
    MAX_NODES,
    PLAIN_INT,
    WIDENED,
    ZONE,
    WireError,
)
from autograder.engine.wire.plain_forms import plain_form, table_items

HandleOf = Callable[[object], "tuple[int, str]"]
_NUMPY_KINDS = "biufcMmUS"
_TIMES: dict[str, Any] = {"datetime": dt.datetime, "date": dt.date, "time": dt.time}


class Encoder:
    """Encodes one value; `buffers` holds what its tree refers to.

    Parameters
    ----------
    plain : whether what stands for a plain value (`plain_forms`) becomes one. So it is in a reply, of which a check
        wants the value; a request gives a function just what the check has written.
    """

    def __init__(self, handle_of: HandleOf, plain: bool = False) -> None:
        self.handle_of = handle_of
        self.plain = plain
        self.buffers: list[bytes] = []
        self.nodes = 0
        self.bytes = 0

    def node(self, value: Any, depth: int) -> object:
        """Return the tree of `value`."""
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise WireError("the value is nested too deeply or has too many parts")
        if value is None or value is True or value is False:
            return value
        kind = type(value)
        if kind is int:
            return self.integer(value)
        if kind is str:
            return self.text(value)
        if kind is float:
            return value
        if kind is list:
            return [self.node(item, depth + 1) for item in value]
        if self.plain and (made := plain_form(value)) is not value:
            self.nodes -= 1  # it is the same part
            return self.node(made, depth + issubclass(kind, Enum))  # whose value may be a member, and so on
        encoded = self.builtin(value, depth) or self.library(value, depth)
        if encoded is None:
            number, name = self.handle_of(value)
            return {"t": "handle", "v": number, "n": name}
        return encoded

    def integer(self, value: int) -> object:
        if abs(value) < PLAIN_INT:
            return value
        digits = hex(value)
        if len(digits) > MAX_INT_DIGITS:
            raise WireError("too large an integer")
        return {"t": "int", "v": digits}

    def text(self, value: str) -> object:
        if len(value) <= LONG_TEXT:
            try:
                value.encode()
                return value
            except UnicodeEncodeError:  # JSON would join two lone surrogates to one character
                pass
        return {"t": "text", "b": self.buffer(value.encode("utf-8", "surrogatepass"))}

    def builtin(self, value: Any, depth: int) -> dict[str, object] | None:
        for kind in (tuple, set, frozenset):
            if type(value) is kind:
                return {"t": kind.__name__, "v": [self.node(item, depth + 1) for item in value]}
        if isinstance(value, np.generic) or _is_sparse(value):  # some are subclasses of built-in types
            return None
        if isinstance(value, dict):
            pairs = [[self.node(k, depth + 1), self.node(v, depth + 1)] for k, v in table_items(value)]
            return {"t": "dict", "v": pairs}
        if isinstance(value, (bytes, bytearray)):
            return {"t": "bytes", "b": self.buffer(bytes(memoryview(value)))}
        if isinstance(value, complex):
            return {"t": "complex", "v": [value.real, value.imag]}
        if isinstance(value, range):
            return {"t": "range", "v": [self.integer(n) for n in (value.start, value.stop, value.step)]}
        return next(({"t": n, "v": value.isoformat()} for n, cls in _TIMES.items() if type(value) is cls), None)

    def library(self, value: Any, depth: int) -> dict[str, object] | None:
        if isinstance(value, np.generic):
            return self.scalar(np.asarray(value))
        if isinstance(value, np.ndarray) and not isinstance(value, np.ma.MaskedArray):
            return self.array(np.asarray(value), depth)
        if (torch := sys.modules.get("torch")) and isinstance(value, torch.Tensor):
            return self.tensor(value.detach().cpu(), depth)
        if _is_sparse(value):
            return self.sparse(value, depth)
        if (pandas := sys.modules.get("pandas")) is not None:
            return self.pandas(value, pandas, depth)
        return None

    def scalar(self, value: Any) -> dict[str, object]:
        plain = self.little(value)
        return {"t": "scalar", "d": plain.dtype.str, "v": plain.tobytes().hex()}

    def array(self, value: Any, depth: int) -> dict[str, object]:
        if value.dtype.kind in "OT":  # objects, and texts of any length
            return {
                "t": "objects",
                "s": list(value.shape),
                "v": [self.node(v, depth + 1) for v in value.flat],
            }
        plain = self.little(value)
        return {"t": "array", "d": plain.dtype.str, "s": list(value.shape), "b": self.buffer(plain.tobytes())}

    @staticmethod
    def little(value: Any) -> Any:
        """Return an array's content little-endian and in C order."""
        if value.dtype.kind not in _NUMPY_KINDS:
            raise WireError(f"arrays of dtype {value.dtype} can't be handed over")
        return np.ascontiguousarray(value.astype(value.dtype.newbyteorder("<"), copy=False))

    def tensor(self, value: Any, depth: int) -> dict[str, object]:
        dense = value if value.layout is sys.modules["torch"].strided else value.to_dense()
        name = str(dense.dtype).removeprefix("torch.")
        content = dense.float() if name in WIDENED else dense.resolve_conj().resolve_neg()
        return {"t": "tensor", "d": name, "v": self.array(content.numpy(), depth)}

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
        if isinstance(value, pd.Index):
            return self.index(value, pd, depth)
        if isinstance(value, pd.api.extensions.ExtensionArray):
            return self.column(value, pd, depth)
        for kind in (pd.Timestamp, pd.Timedelta):
            if isinstance(value, kind):
                return {"t": kind.__name__, "v": value.isoformat()}
        return {"t": "NaT"} if value is pd.NaT else {"t": "NA"} if value is pd.NA else None

    def index(self, value: Any, pd: Any, depth: int) -> dict[str, object]:
        if isinstance(value, pd.MultiIndex):
            levels = [self.index(level, pd, depth + 1) for level in value.levels]
            codes = [self.array(np.asarray(codes), depth + 1) for codes in value.codes]
            return {"t": "multiindex", "v": levels, "c": codes, "n": self.node(list(value.names), depth + 1)}
        name = self.node(value.name, depth + 1)
        if isinstance(value, pd.RangeIndex):
            return {"t": "rangeindex", "v": [self.integer(n) for n in (value.start, value.stop, value.step)], "n": name}
        return {"t": "index", "v": self.column(value.array, pd, depth), "n": name}

    def column(self, values: Any, pd: Any, depth: int) -> dict[str, object]:
        if isinstance(values.dtype, np.dtype) and values.dtype.kind not in "SU":
            return self.array(np.asarray(values), depth)
        if isinstance(values.dtype, pd.CategoricalDtype):
            codes = self.array(np.asarray(values.codes), depth)
            categories = self.node(values.categories, depth + 1)
            return {"t": "categorical", "v": codes, "c": categories, "o": bool(values.ordered)}
        if isinstance(values.dtype, pd.StringDtype):
            texts = [None if gone else self.text(str(v)) for v, gone in zip(values, values.isna(), strict=True)]
            return {"t": "strings", "d": "string" if values.dtype.na_value is pd.NA else "str", "v": texts}
        if isinstance(values.dtype, pd.DatetimeTZDtype) and re.fullmatch(ZONE, str(values.dtype.tz)):
            return {"t": "zoned", "v": self.array(values.tz_convert(None).to_numpy(), depth), "z": str(values.dtype.tz)}
        name = str(values.dtype)
        if name in EXTENSION:
            items = [None if v is pd.NA else self.node(v.item(), depth + 1) for v in values]
            return {"t": "nullable", "d": name, "v": items}
        # A column of texts may be of this class too, so that it comes last.
        numpy_like = isinstance(values, pd.arrays.NumpyExtensionArray) and np.asarray(values).dtype.kind not in "SU"
        return self.array(np.asarray(values) if numpy_like else np.asarray(values, dtype=object), depth)

    def buffer(self, content: bytes) -> int:
        self.bytes += len(content)
        if self.bytes > MAX_BYTES:
            raise WireError("the value is larger than a message may be")
        self.buffers.append(content)
        return len(self.buffers) - 1


def _is_sparse(value: object) -> bool:
    sparse = sys.modules.get("scipy.sparse")
    return sparse is not None and bool(sparse.issparse(value))
