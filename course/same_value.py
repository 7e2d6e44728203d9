"""Does what an answer gives have the value that an example states? Whatever type a library hands it out in.

It runs in a student's notebook and needs nothing beyond the standard library: of numpy and torch it asks only where the
notebook has imported them.
"""

from __future__ import annotations

import ast
import cmath
import enum
import itertools
import numbers
import re
import sys
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

_RELATIVE, _ABSOLUTE = 1e-5, 1e-8  # numpy's own for "all close": noise of float32, and of sums
_DTYPES = [f"{kind}{bits}" for kind in ("int", "uint", "float", "complex") for bits in (8, 16, 32, 64, 128)]
_GRAD = re.compile(r",?\s*(grad_fn=<\w+>|requires_grad=True)")  # how a value came about is no part of it


class NoValue(Exception):
    """A text states no value: it is a printed table, say, or names an object."""


def stated(text: str) -> Any:
    """Return the value that `text` is the notation of: a literal, an array, a tensor, `nan`, a shape.

    Raises
    ------
    NoValue : it is none.
    """
    try:
        tree = ast.parse(_GRAD.sub("", text).strip(), mode="eval")
        return eval(compile(tree, "<example>", "eval"), {"__builtins__": {}}, _names(tree))  # noqa: S307  # our own text
    except Exception as error:
        raise NoValue(text) from error


def difference(expected: Any, got: Any) -> str | None:
    """Return what tells `got` from `expected`, as a student reads it; None where their values are the same.

    Lists, tuples, arrays and series of the same values are the same, as in the hidden checks, and so are numbers but
    for noise. Where an array is expected an array has to come, in the dtype that is expected.
    """
    if _is_array(expected):
        return _array_difference(expected, got)
    return _difference(_plain(expected), _plain(got), "")


def _names(tree: ast.Expression) -> dict[str, Any]:
    """What the notation of values is made of."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    known: dict[str, Any] = {"nan": float("nan"), "inf": float("inf"), "set": set, "frozenset": frozenset}
    known |= {"OrderedDict": dict, "Counter": dict, "deque": list, "range": range}
    known["defaultdict"] = lambda _, values: values
    if numpy := sys.modules.get("numpy"):
        known |= {name: getattr(numpy, name) for name in _DTYPES if hasattr(numpy, name)}
        known |= {"np": numpy, "numpy": numpy, "array": _Stated, "bool": bool, "object": object, "str": str}
    if torch := sys.modules.get("torch"):
        known |= {"torch": torch, "tensor": torch.tensor}
    return {name: known[name] for name in used}  # a KeyError: it is no notation of ours


class _Stated:
    """An array as an example states it: its dtype counts where it is written down."""

    def __init__(self, values: Any, dtype: Any = None, shape: Any = None) -> None:
        self.dtype = dtype
        self.values = sys.modules["numpy"].array(values, dtype=dtype)
        if shape is not None:
            self.values = self.values.reshape(shape)

    def tolist(self) -> Any:
        return self.values.tolist()


def _is_array(value: Any) -> bool:
    return isinstance(value, _Stated) or (hasattr(value, "dtype") and getattr(value, "ndim", 0) > 0)


def _array_difference(expected: Any, got: Any) -> str | None:
    shape = getattr(got, "shape", None)
    what = "a tensor" if hasattr(expected, "detach") else "an array"
    if shape is None or not hasattr(got, "dtype") or (what == "a tensor" and not hasattr(got, "detach")):
        return f"{what} is expected, and this is {_kind(got)}."
    wanted = tuple(expected.values.shape if isinstance(expected, _Stated) else expected.shape)
    if tuple(shape) != wanted:
        return f"its shape is {tuple(shape)}, and {wanted} is expected."
    if isinstance(expected, _Stated) and expected.dtype is not None and _dtype(got) != _dtype(expected.values):
        return f"its dtype is {_dtype(got)}, and {_dtype(expected.values)} is expected."
    return _difference(_plain(expected), _plain(got), "")


def _dtype(array: Any) -> str:
    """An array's dtype as ``uint8``; how long its longest text is does not count."""
    return "text" if getattr(array.dtype, "kind", "") == "U" else str(array.dtype).removeprefix("torch.")


def _plain(value: Any) -> Any:
    """A library's value as Python's own: numbers, text, lists, dicts, sets; anything else as it is."""
    if isinstance(value, enum.Enum):
        return _plain(value.value)
    if value is None or isinstance(value, bool | int | float | complex | str | bytes):
        return _builtin(value)
    if isinstance(value, Mapping):
        return {_hashable(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Set):
        return {_hashable(item) for item in value}
    if hasattr(value, "tolist") and not isinstance(value, type):
        return _listed(value)
    if isinstance(value, Sequence):
        return [_plain(item) for item in value]
    return value


def _builtin(value: Any) -> Any:
    """`np.str_` and `np.float64` are subclasses of Python's types, and show themselves otherwise."""
    kinds: tuple[Any, ...] = (bool, int, float, complex, str, bytes)
    return next((kind(value) for kind in kinds if isinstance(value, kind)), value)


def _listed(value: Any) -> Any:
    """An array, tensor, series or number of a library."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    values = value.tolist()
    return [_plain(item) for item in values] if isinstance(values, list) else _builtin(values)


def _hashable(value: Any) -> Any:
    plain = _plain(value)
    return tuple(map(_hashable, plain)) if isinstance(plain, list) else plain


def _difference(expected: Any, got: Any, place: str) -> str | None:
    where = f"at {place}: " if place else ""
    if isinstance(expected, list):
        return _list_difference(expected, got, place, where)
    if isinstance(expected, dict):
        return _dict_difference(expected, got, place, where)
    if _family(expected) != _family(got):
        if got is None:
            return f"{where}this is None, that is, nothing: is there a `return`?"
        return f"{where}{_family(expected)} is expected, and this is {_kind(got)}."
    if _equal(expected, got):
        return None
    return f"{where}{_short(got)}, and {_short(expected)} is expected." if place else ""


def _list_difference(expected: list[Any], got: Any, place: str, where: str) -> str | None:
    if got is None:
        return f"{where}this is None, that is, nothing: is there a `return`?"
    if not isinstance(got, list):
        return f"{where}a list of {len(expected)} is expected, and this is {_kind(got)}."
    if len(got) != len(expected):
        return f"{where}{len(expected)} value{'s are' if len(expected) != 1 else ' is'} expected, and here {_are(got)}."
    for number, (one, other) in enumerate(zip(expected, got, strict=True)):
        found = _difference(one, other, f"{place}[{number}]")
        if found is not None:
            return found
    return None


def _dict_difference(expected: dict[Any, Any], got: Any, place: str, where: str) -> str | None:
    if not isinstance(got, dict):
        lacks = "None, that is, nothing: is there a `return`?" if got is None else f"{_kind(got)}."
        return f"{where}a dict is expected, and this is {lacks}"
    for key in itertools.chain(expected.keys() - got.keys(), got.keys() - expected.keys()):
        return f"{where}the key {key!r} is {'missing' if key in expected else 'not expected'}."
    for key, value in expected.items():
        found = _difference(value, got[key], f"{place}[{key!r}]")
        if found is not None:
            return found
    return None


def _equal(expected: Any, got: Any) -> bool:
    if _family(expected) == "a number":
        if isinstance(expected, int) and isinstance(got, int):
            return expected == got
        one, other = complex(expected), complex(got)
        alike = cmath.isclose(one, other, rel_tol=_RELATIVE, abs_tol=_ABSOLUTE)
        return alike or (cmath.isnan(one) and cmath.isnan(other))
    try:
        return bool(expected == got)
    except Exception:
        return False


def _family(value: Any) -> str:
    """What can be equal at all: `True` is no number here, and the text '3' none either."""
    if isinstance(value, bool):
        return "True or False"
    if isinstance(value, numbers.Number):
        return "a number"
    return (
        _KINDS.get(type(value)) or f"{'an' if type(value).__name__[0] in 'aeiouAEIOU' else 'a'} {type(value).__name__}"
    )


_KINDS = {str: "a text", bytes: "bytes", list: "a list", dict: "a dict", set: "a set", type(None): "None"}


def _kind(value: Any) -> str:
    """``the text '3'``, ``a set``, ``None``: for a sentence."""
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, str | numbers.Number):
        return f"the {_family(value).removeprefix('a ')} {_short(value)}"
    return _family(value)


def _are(values: list[Any]) -> str:
    return f"{'is' if len(values) == 1 else 'are'} {len(values) or 'none'}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def shown(value: Any) -> Iterator[str]:
    """The texts a value may be shown by: as Python does, and without the names of a library's types."""
    yield repr(value)
    yield repr(_plain(value))
