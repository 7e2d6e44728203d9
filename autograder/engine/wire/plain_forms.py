"""What libraries and students' own classes hand out in place of plain values, as the plain values that they hold.

A shape of PyTorch's is a tuple, a numpy number a number, a member of an enumeration its value: who asks a library for a
shape has answered. Self-contained, like the codec: its text is also run inside the student's process, which may send
whatever it likes. So nothing depends on this but what is fair. Still a value's own methods are never asked, only those
of its base: what a class says of itself is not what it holds.
"""

from __future__ import annotations

import decimal
import enum
import fractions
import itertools
import sys
import types
from collections import ChainMap, OrderedDict, UserDict, UserList, UserString, deque
from collections.abc import Callable, ItemsView, KeysView, ValuesView
from typing import Any

import numpy as np

from autograder.engine.wire.frame import MAX_NODES

# An input for a recurrent layer, which happens to be a named tuple: a layer would not take a plain one.
_INPUTS = {("torch.nn.utils.rnn", "PackedSequence")}
# No generator: it may be asked for step by step, over its handle.
_LISTED: tuple[type, ...] = (
    deque,
    KeysView,
    ValuesView,
    ItemsView,
    map,
    zip,
    filter,
    enumerate,
    reversed,
    type(reversed([])),
)
_TABLES = (types.MappingProxyType, ChainMap, UserDict)
_SUBCLASSES: dict[type, Callable[[Any], object]] = {
    int: int.__index__,
    float: float.__float__,
    str: str.__str__,
    bytes: lambda value: bytes(memoryview(value)),
    bytearray: lambda value: bytes(memoryview(value)),
    complex: lambda value: complex(*_parts(value)),
    tuple: lambda value: tuple(tuple.__iter__(value)),
    list: lambda value: list(list.__iter__(value)),
    set: lambda value: set(set.__iter__(value)),
    frozenset: lambda value: frozenset(frozenset.__iter__(value)),
}


def plain_form(value: Any) -> Any:
    """Return the plain value that `value` holds, perhaps in a few steps, or `value` itself where it holds none.

    Arrays, tensors and tables are values as they are, but for those without a dimension, which are numbers.
    """
    kind = type(value)
    if issubclass(kind, np.generic):
        return _number(value)
    if issubclass(kind, np.ndarray):
        return _without_dimension(value)
    if (torch := sys.modules.get("torch")) is not None and issubclass(kind, torch.Tensor):
        return torch.Tensor.item(value) if value.ndim == 0 else value
    if (kind.__module__, kind.__qualname__) in _INPUTS:
        return value
    for base, content in _SUBCLASSES.items():
        if issubclass(kind, base) and kind is not base:
            return content(value)
    if issubclass(kind, enum.Enum):
        return value._value_
    if issubclass(kind, fractions.Fraction):
        return value._numerator if value._denominator == 1 else _as_float(value)
    if issubclass(kind, decimal.Decimal):
        return float(value)
    return _container(value, kind)


def table_items(value: Any) -> Any:
    """Return the pairs of a dict, in its order, whatever its class says they are."""
    return OrderedDict.items(value) if isinstance(value, OrderedDict) else dict.items(value)


def _number(value: Any) -> Any:
    """Return a numpy scalar as a number, truth value or text of Python's, where there is one that is as precise."""
    dtype = value.dtype
    widest = {"f": 8, "c": 16}.get(dtype.kind, sys.maxsize)
    return np.generic.item(value) if dtype.kind in "biufcSU" and dtype.itemsize <= widest else value


def _without_dimension(value: Any) -> Any:
    """Return the only item of an array that has no dimension; a masked array with nothing masked as an array."""
    if issubclass(type(value), np.ma.MaskedArray):
        return value if np.ma.getmaskarray(value).any() else np.ma.getdata(value)
    return np.asarray(value)[()] if value.ndim == 0 else value


def _container(value: Any, kind: type) -> Any:
    if issubclass(kind, _TABLES):
        return dict(value)
    if issubclass(kind, (UserList, UserString)):
        return value.data
    # One that never ends is cut where it is too long for a message.
    return list(itertools.islice(value, MAX_NODES + 1)) if issubclass(kind, _LISTED) else value


def _as_float(value: Any) -> Any:
    try:
        return value._numerator / value._denominator
    except OverflowError:
        return value


def _parts(value: Any) -> tuple[float, float]:
    parts: Any = complex  # its descriptors, which a subclass can't replace
    return parts.real.__get__(value), parts.imag.__get__(value)
