"""What libraries hand out in place of plain values is plain in a reply, wherever it stands there."""

from __future__ import annotations

import decimal
import enum
import fractions
import functools
import itertools
import random
from collections import ChainMap, Counter, OrderedDict, UserDict, UserList, UserString, defaultdict, deque, namedtuple
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.engine.wire import codec
from autograder.engine.wire.proxy import Handle, LocalSession, Student
from tests.autograder.engine.wire.test_codec import NESTED, same
from tests.autograder.engine.wire.test_codec_properties import disguise
from tests.support.fuzz_decoder import Token as Exact
from tests.support.fuzz_decoder import stranger_in

Point = namedtuple("Point", "x y")


class Level(enum.IntEnum):
    LOW = 1


class Word(enum.StrEnum):
    YES = "yes"


class Kind(enum.Enum):
    LINEAR = "linear"
    DEEP = np.str_("deep")


class Rights(enum.Flag):
    READ = 1
    WRITE = 2


def reply(value: object) -> Any:
    """What a check sees of an answer that returns `value`."""
    return Student(LocalSession({"f": lambda: value})).f()


SCALARS: dict[str, tuple[object, object]] = {
    "numpy text": (np.str_("a"), "a"), "numpy bytes": (np.bytes_(b"a"), b"a"), "numpy truth": (np.bool_(True), True),
    "numpy integer": (np.int64(3), 3), "numpy byte": (np.uint8(255), 255), "numpy float": (np.float64(0.5), 0.5),
    "half": (np.float16(0.5), 0.5), "single": (np.float32(0.1), float(np.float32(0.1))),
    "numpy complex": (np.complex128(1j), 1j), "array without a dimension": (np.array(3), 3),
    "text without a dimension": (np.array("a"), "a"), "object without a dimension": (np.array(None), None),
    "tensor without a dimension": (torch.tensor(2), 2), "truth as a tensor": (torch.tensor(False), False),
    "brain float": (torch.tensor(0.5, dtype=torch.bfloat16), 0.5),
    "learned": (torch.nn.Parameter(torch.tensor(0.5)), 0.5),
    "shape": (torch.zeros(2, 3).shape, (2, 3)), "named tuple": (Point(1, np.str_("b")), (1, "b")),
    "nested shapes": (Point(torch.Size([1]), ()), ((1,), ())),
    "whole member": (Level.LOW, 1), "text member": (Word.YES, "yes"), "member": (Kind.LINEAR, "linear"),
    "member of a library's text": (Kind.DEEP, "deep"), "flags": (Rights.READ | Rights.WRITE, 3),
    "whole fraction": (fractions.Fraction(4, 2), 2), "fraction": (fractions.Fraction(1, 4), 0.25),
    "decimal": (decimal.Decimal("0.5"), 0.5), "user text": (UserString("a"), "a"), "masked number": (np.ma.array(3), 3),
}  # fmt: skip
CONTAINERS: dict[str, tuple[Callable[[], object], object]] = {
    "ordered": (lambda: OrderedDict(b=np.int8(1), a=2), {"b": 1, "a": 2}),
    "default": (lambda: defaultdict(list, {np.str_("a"): [torch.tensor(1)]}), {"a": [1]}),
    "counts": (lambda: Counter({np.int64(1): np.int64(2)}), {1: 2}),
    "proxy": (lambda: MappingProxyType({"a": 1}), {"a": 1}), "user dict": (lambda: UserDict(a=1), {"a": 1}),
    "chain": (lambda: ChainMap({"a": 1}, {"a": 2, "b": 3}), {"a": 1, "b": 3}),
    "user list": (lambda: UserList([1]), [1]), "deque": (lambda: deque([np.float32(1)]), [1.0]),
    "keys": (lambda: {"a": 1}.keys(), ["a"]), "values": (lambda: OrderedDict(a=1).values(), [1]),
    "items": (lambda: {"a": 1}.items(), [("a", 1)]), "numbered": (lambda: enumerate("a"), [(0, "a")]),
    "pairs": (lambda: zip("ab", (1, 2), strict=True), [("a", 1), ("b", 2)]),
    "mapped": (lambda: map(np.int64, "12"), [1, 2]), "filtered": (lambda: filter(None, [0, 1]), [1]),
    "reversed": (lambda: reversed([1, 2]), [2, 1]), "set": (lambda: {np.int64(1), Level.LOW, 2}, {1, 2}),
    "frozen set": (lambda: frozenset({Level.LOW}), frozenset({1})),
}  # fmt: skip
ALL: dict[str, tuple[Callable[[], object], object]] = {
    **{name: (functools.partial(lambda value: value, value), wanted) for name, (value, wanted) in SCALARS.items()},
    **CONTAINERS,
}


def _objects(value: object) -> np.ndarray:
    made = np.empty(1, dtype=object)
    made[0] = value
    return made


# How a value is put there, and how it is found there.
PLACES: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "alone": (lambda value: value, lambda found: found),
    "in a list": (lambda value: [0, value], lambda found: found[1]),
    "in a tuple": (lambda value: ((value,), "x"), lambda found: found[0][0]),
    "as a value": (lambda value: {"a": {"b": value}}, lambda found: found["a"]["b"]),
    "in a named tuple": (lambda value: Point(1, value), lambda found: found[1]),
    "in an ordered dict": (lambda value: OrderedDict(a=value), lambda found: found["a"]),
    "in an object array": (_objects, lambda found: found[0]),
    "in a column": (lambda value: pd.Series(_objects(value)), lambda found: found.iloc[0]),
    "in a table": (lambda value: pd.DataFrame({"a": _objects(value)}), lambda found: found.iloc[0, 0]),
}
AS_KEYS: dict[str, Callable[[Any], Any]] = {
    "as a key": lambda value: {value: 1},
    "in a set": lambda value: {value},
    "in a key": lambda value: {(value, 1): 2},
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", ALL)
def test_what_stands_for_a_plain_value_is_plain_everywhere(name: str, place: str) -> None:
    (make, wanted), (put, found_in) = ALL[name], PLACES[place]
    assert same(found_in(reply(put(make()))), wanted)


@pytest.mark.parametrize("name", [*SCALARS, "frozen set"])
def test_keys_and_members_of_sets_are_plain(name: str) -> None:
    make, wanted = ALL[name]
    keys = not isinstance(make(), np.ndarray)  # which has no hash
    assert [same(reply(put(make())), put(wanted)) for put in AS_KEYS.values() if keys] == [True] * 3 * keys


def test_a_table_keeps_the_order_that_its_class_keeps() -> None:
    table = OrderedDict(a=1, b=2)
    table.move_to_end("a")
    assert list(reply(table)) == ["b", "a"]


def test_more_than_python_can_hold_stays_what_it_is() -> None:
    for value in (np.longdouble(1) / 3, np.datetime64("2020"), np.timedelta64(1, "h")):
        assert type(reply(value)) is type(value) and reply(value) == value
    assert isinstance(reply(fractions.Fraction(10**400, 3)), Handle)


def test_arrays_tensors_and_tables_stay_what_they_are() -> None:
    for value in (np.ones(1), torch.ones(1), pd.Series([1]), pd.Index(["a"]), pd.DataFrame({"a": [1]})):
        assert type(reply(value)) is type(value)
    found = reply(torch.ones(2, 2).max(dim=1))
    assert type(found) is tuple and all(type(part) is torch.Tensor for part in found)


@pytest.mark.parametrize("dtype", ["str", "string", "Int64", "boolean", "category", "datetime64[ns, UTC]"])
def test_columns_without_an_index_are_columns(dtype: str) -> None:
    values = pd.Series(["2020-01-01", "2021-01-01"] if "date" in dtype else [1, 0]).astype(dtype).array
    pd.testing.assert_extension_array_equal(reply([values])[0], values)


def test_a_masked_array_with_nothing_masked_is_an_array() -> None:
    found = reply(np.ma.array([1, 2]))
    assert type(found) is np.ndarray and found.tolist() == [1, 2]
    assert isinstance(reply(np.ma.array([1, 2], mask=[True, False])), Handle) and isinstance(
        reply(np.ma.masked), Handle
    )


def test_texts_of_any_length_are_texts() -> None:
    values = np.array(["a", "bcd"], dtype=np.dtypes.StringDType())
    assert reply(values).tolist() == ["a", "bcd"]


def test_what_is_asked_step_by_step_and_what_a_layer_takes_stay_over_there() -> None:
    packed = torch.nn.utils.rnn.pack_sequence([torch.ones(2, 1)])
    for value in ((n for n in (1, 2)), packed, object(), Kind, len, torch.nn.Linear(1, 1), iter([1])):
        assert isinstance(reply(value), Handle)


def test_what_never_ends_is_said() -> None:
    student = Student(LocalSession({"f": lambda: map(abs, itertools.count())}))
    with pytest.raises(Exception, match="handed over"):
        student.f()


def test_members_that_are_each_others_value_end() -> None:
    class Knot(enum.Enum):
        A = 1
        B = 2

    Knot.A._value_, Knot.B._value_ = Knot.B, Knot.A
    with pytest.raises(Exception, match="handed over"):
        reply(Knot.A)


def test_a_request_is_just_what_the_check_wrote() -> None:
    def kinds(*values: object) -> list[str]:
        return [type(value).__name__ for value in values]

    student = Student(LocalSession({"f": kinds}))
    assert student.f(np.float32(1), np.array(1), torch.tensor(1), np.str_("a")) == [
        "float32",
        "ndarray",
        "Tensor",
        "str_",
    ]


# ---------------------------------------------------------------- what a class of the sender says of itself


class _Int(int):
    def __index__(self) -> int:
        return 7850

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__
    __int__ = __index__


class _Float(float):
    def __float__(self) -> float:
        return 7850.0


class _Text(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "right"


class _List(list):  # type: ignore[type-arg]
    def __iter__(self) -> Any:
        return itertools.repeat(0.0)


class _Tuple(tuple):  # type: ignore[type-arg]
    __slots__ = ()

    def __iter__(self) -> Any:
        return itertools.repeat(0.0)


class _Set(set):  # type: ignore[type-arg]
    def __iter__(self) -> Any:
        return itertools.repeat(0.0)


class _Dict(dict):  # type: ignore[type-arg]
    def items(self) -> Any:
        return itertools.repeat((1, True))


class _Bytes(bytes):
    def __bytes__(self) -> bytes:
        return b"right"


class _Complex(complex):
    real = imag = property(lambda self: 7.0)  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [(_Int(-1), -1), (_Float(-1), -1.0), (_Text("wrong"), "wrong"), (_List([1]), [1]), (_Tuple([1]), (1,)),
     (_Set([1]), {1}), (_Dict(a=1), {"a": 1}), (_Bytes(b"wrong"), b"wrong"), (_Complex(1j), 1j)],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_only_what_a_value_holds_comes_out(value: object, wanted: object) -> None:
    assert same(reply([value, {"a": value}]), [wanted, {"a": wanted}])


@settings(max_examples=150, deadline=None)
@given(NESTED, st.randoms(use_true_random=False))
def test_a_reply_in_disguise_is_what_it_holds(value: Any, source: random.Random) -> None:
    frame = codec.encode(disguise(value, source), lambda _: (1, "x.Y"), plain=True)
    found = codec.decode(frame, lambda *_: Exact())
    assert stranger_in(found) is None
    assert same(found, value)
