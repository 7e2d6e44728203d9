"""The codec: what goes in comes out, as a plain type; what is malformed is refused, cheaply."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, OrderedDict, namedtuple
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.engine.wire import codec
from autograder.engine.wire import frame as bounds

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Token:
    """What a handle resolves to in these tests."""

    def __init__(self, number: int, name: str) -> None:
        self.number, self.name = number, name


def sent(value: object) -> Any:
    return codec.decode(codec.encode(value, lambda _: (7, "some.Type")), Token)


def same(left: Any, right: Any) -> bool:
    """Equal in value and in exact type, all the way down."""
    if type(left) is not type(right):
        return False
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return same(list(left), list(right)) and all(map(same, left.values(), right.values()))
    if isinstance(left, (set, frozenset)):
        return left == right and Counter(map(type, left)) == Counter(map(type, right))
    if isinstance(left, (float, complex)):
        return repr(left) == repr(right)  # nan is nan, and -0.0 is not 0.0
    return bool(left == right)


TEXTS = st.text(st.characters(codec=None, categories=None), max_size=12) | st.just("\ud83d\ude00") | st.just("\udcff")
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**600), 2**600)
    | st.floats()
    | st.complex_numbers()
    | TEXTS
    | st.binary(max_size=20)
    | st.datetimes()
    | st.datetimes(timezones=st.just(dt.UTC))
    | st.dates()
    | st.times()
)
KEYS = st.integers() | TEXTS | st.booleans() | st.tuples(st.integers(), TEXTS) | st.frozensets(st.integers())
NESTED = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.sets(KEYS, max_size=4)
        | st.frozensets(KEYS, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=250, deadline=None)
@given(NESTED)
def test_plain_values_come_back_the_same(value: object) -> None:
    assert same(sent(value), value)


@pytest.mark.parametrize(
    "value",
    [math.inf, -math.inf, math.nan, -0.0, 2**53 - 1, 2**53, -(2**53), 10**4000, "\ud83d\ude00", "\x00", b"",
     range(3, -9, -2), range(2**70, 2**70 + 5), (), {}, set(), frozenset(), [], {"t": "handle", "v": 0, "n": "x"},
     dt.time(1, 2, tzinfo=dt.UTC), complex(-0.0, math.nan)],
    ids=lambda value: repr(value)[:20],
)  # fmt: skip
def test_edge_values_come_back_the_same(value: object) -> None:
    assert same(sent(value), value)


DTYPES = (
    hnp.boolean_dtypes()
    | hnp.integer_dtypes(endianness="?")
    | hnp.unsigned_integer_dtypes(endianness="?")
    | hnp.floating_dtypes(endianness="?", sizes=(16, 32, 64))
    | hnp.complex_number_dtypes(endianness="?", sizes=(64, 128))
    | hnp.datetime64_dtypes(endianness="?")
    | hnp.timedelta64_dtypes(endianness="?")
    | hnp.unicode_string_dtypes(endianness="?", max_len=4)
    | hnp.byte_string_dtypes(endianness="?", max_len=4)
)
SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)


@settings(max_examples=200, deadline=None)
@given(hnp.arrays(DTYPES, SHAPES), st.sampled_from(["as is", "transposed", "every second", "read-only"]))
def test_arrays_come_back_the_same(array: np.ndarray, layout: str) -> None:
    array = array.T if layout == "transposed" else array[..., ::2] if layout == "every second" and array.ndim else array
    array.flags.writeable = layout != "read-only"
    back = sent(array)
    assert type(back) is np.ndarray and back.shape == array.shape and back.dtype == array.dtype.newbyteorder("=")
    np.testing.assert_array_equal(back, array)
    assert back.flags.writeable and back.flags.c_contiguous and back.dtype.isnative


@FEW
@given(hnp.arrays(DTYPES, ()))
def test_numpy_scalars_come_back_the_same(array: np.ndarray) -> None:
    value = array[()]
    back = sent(value)
    assert type(back) is type(value) and back.dtype == value.dtype.newbyteorder("=")
    np.testing.assert_array_equal(back, value)


@pytest.mark.parametrize("value", [np.str_(""), np.bytes_(b""), np.bytes_(b"ab"), np.float64(-0.0),
                                   np.longdouble(1) / 3,
                                   np.datetime64("NaT"), np.datetime64("2020-02-29", "D"), np.timedelta64(3, "h"),
                                   np.bool_(True)], ids=repr)  # fmt: skip
def test_numpy_scalars_keep_their_exact_type(value: Any) -> None:
    back = sent(value)
    assert type(back) is type(value) and back.dtype == value.dtype
    np.testing.assert_array_equal(back, value)


def test_long_lists_of_numpy_values_fit_in_a_message() -> None:
    assert sent(list(np.arange(20_000.0))) == list(range(20_000))
    images = sent([np.full((2, 2), n) for n in range(12_000)])
    assert len(images) == 12_000 and images[-1].tolist() == [[11_999] * 2] * 2


def test_a_dict_may_have_as_many_entries_as_a_message_has_parts() -> None:
    assert len(sent(dict.fromkeys(range(450_000), 0))) == 450_000


def test_what_encodes_at_the_depth_limit_decodes() -> None:
    for make in (lambda v: [v], lambda v: {"k": v}, lambda v: (v,), lambda v: objects([v], (1,))):
        value: Any = 1
        for _ in range(bounds.MAX_DEPTH):
            value = make(value)
        sent(value)
        with pytest.raises(codec.WireError):
            sent(make(make(value)))


def objects(items: list[Any], shape: tuple[int, ...]) -> np.ndarray:
    flat = np.empty(len(items), dtype=object)
    for position, item in enumerate(items):
        flat[position] = item
    return flat.reshape(shape)


def test_object_arrays_keep_their_items() -> None:
    for items, shape in [([[1, 2], [3, 4]], (2,)), ([[5]], (1,)), ([[5]], (1, 1)), ([None], ()), ([], (0, 3)),
                         ([np.arange(2), "a", {"b": 1}, (1,)], (2, 2))]:  # fmt: skip
        array = objects(items, shape)
        back = sent(array)
        assert back.dtype == object and back.shape == array.shape
        assert [repr(item) for item in back.flat] == [repr(item) for item in array.flat]


FRAMES = {
    "mixed": pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": [1.5, np.nan], "d": [True, False]}),
    "duplicate names": pd.DataFrame([[1, 2.5], [3, 4.5]], columns=["a", "a"], index=["r", "r"]),
    "categorical": pd.DataFrame({"c": pd.Categorical(["lo", None, "hi"], ["lo", "mid", "hi"], ordered=True)}),
    "datetime": pd.DataFrame({"t": pd.to_datetime(["2020-01-01", None]), "d": pd.to_timedelta([1, None], "h")}),
    "zones": pd.DataFrame({z: pd.to_datetime(["2020-07-01", None]).tz_localize(z) for z in ("UTC", "Europe/Paris")}),
    "offset": pd.DataFrame({"t": pd.to_datetime(["2020-07-01T10:00:00+05:30"])}),
    "nullable": pd.DataFrame({
        "i": pd.array([2**60, None], dtype="Int64"), "u": pd.array([1, None], dtype="UInt8"),
        "f": pd.array([0.1, None], dtype="Float32"), "b": pd.array([True, None], dtype="boolean"),
        "s": pd.array(["a", None], dtype="string")}),
    "objects": pd.DataFrame({"o": pd.Series([1, "a", None, (2, 3)], dtype=object)}),
    "object texts": pd.DataFrame({"o": pd.Series(["a", "b"], dtype=object)}),
    "surrogates": pd.DataFrame({"s": pd.Series(["\ud83d\ude00", "plain"], dtype=object)}),
    "multiindex": pd.DataFrame(
        np.arange(4).reshape(2, 2), index=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["k", None]),
        columns=pd.MultiIndex.from_product([["x"], ["y", "z"]])),
    "named axis": pd.DataFrame({"a": [1]}, index=pd.Index([5], name="id")).rename_axis(columns="what"),
    "no rows": pd.DataFrame({"a": pd.Series([], dtype="int32"), "b": pd.Series([], dtype="str")}),
    "no columns": pd.DataFrame(index=range(3)),
    "nothing": pd.DataFrame(),
}  # fmt: skip


@pytest.mark.parametrize("name", FRAMES)
def test_frames_come_back_the_same(name: str) -> None:
    frame = FRAMES[name]
    back = sent(frame)
    assert type(back) is pd.DataFrame
    pd.testing.assert_frame_equal(back, frame, check_exact=True)
    for position in range(frame.shape[1]):
        column = frame.iloc[:, position].rename("n")
        pd.testing.assert_series_equal(sent(column), column, check_exact=True)


INDEXES = [
    pd.RangeIndex(1, 9, 3, name="r"), pd.Index([1, 5], name=("a", 1)), pd.Index(["a", None]), pd.Index([1.5, np.nan]),
    pd.Index(["a", "b"], dtype=object), pd.Index([1, 2], dtype=object), pd.Index([(1, 2), (3, 4)], tupleize_cols=False),
    pd.DatetimeIndex(["2020-01-01", None]), pd.DatetimeIndex(["2020-01-01"], tz="Asia/Kolkata"),
    pd.TimedeltaIndex(["1D"]), pd.CategoricalIndex(["a", "b", "a"]), pd.Index([True, False]),
    pd.MultiIndex.from_tuples([], names=["a", "b"]), pd.MultiIndex.from_tuples([("a", np.nan), ("b", 2.0)]),
]  # fmt: skip


@pytest.mark.parametrize("index", INDEXES, ids=lambda index: f"{type(index).__name__}-{index.dtype}")
def test_indexes_come_back_the_same(index: pd.Index) -> None:
    pd.testing.assert_index_equal(sent(index), index, exact=True)


@pytest.mark.parametrize("value", [pd.Timestamp("2020-01-01T00:00:00.123456789"), pd.Timestamp("2020-07-01", tz="UTC"),
                                   pd.Timedelta("-1 days +00:00:00.000000001")], ids=str)  # fmt: skip
def test_moments_come_back_the_same(value: Any) -> None:
    assert same(sent(value), value)


def test_the_missing_values_of_pandas_come_back_themselves() -> None:
    assert sent(pd.NaT) is pd.NaT and sent(pd.NA) is pd.NA


@pytest.mark.parametrize("layout", ["csr", "csc", "coo", "lil", "dok", "dia", "bsr"])
@pytest.mark.parametrize("kind", ["array", "matrix"])
def test_sparse_matrices_come_back_the_same(layout: str, kind: str) -> None:
    dense = np.array([[0, 1.5, 0], [2, 0, 0]])
    matrix = getattr(scipy.sparse, f"{layout}_{kind}")(dense)
    back = sent(matrix)
    kept = layout if layout in ("csr", "csc") else "coo"
    assert type(back) is getattr(scipy.sparse, f"{kept}_{kind}") and back.dtype == matrix.dtype
    np.testing.assert_array_equal(back.toarray(), dense)


def test_sparse_edge_cases() -> None:
    assert sent(scipy.sparse.csr_matrix((3, 0))).shape == (3, 0)
    assert sent(scipy.sparse.csr_matrix((5, 4), dtype=np.int8)).toarray().tolist() == np.zeros((5, 4)).tolist()
    np.testing.assert_array_equal(sent(scipy.sparse.coo_array([0, 3, 0])).toarray(), [0, 3, 0])


@pytest.mark.parametrize("name", ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32",
                                  "float64", "complex64", "complex128", "float8_e5m2"])  # fmt: skip
@pytest.mark.parametrize("shape", [(), (0,), (2, 3)])
def test_tensors_come_back_the_same(name: str, shape: tuple[int, ...]) -> None:
    tensor = (torch.arange(math.prod(shape)).reshape(shape) % 3).to(getattr(torch, name))
    back = sent(tensor)
    assert type(back) is torch.Tensor and back.dtype == tensor.dtype and back.shape == tensor.shape
    assert torch.equal(back.to(torch.complex128), tensor.to(torch.complex128))


def test_every_sort_of_tensor_becomes_a_plain_one() -> None:
    weight = torch.nn.Parameter(torch.ones(2))
    assert type(sent(weight)) is torch.Tensor and not sent(weight).requires_grad
    assert torch.equal(sent(torch.tensor([1 + 2j]).conj()), torch.tensor([1 - 2j]))
    assert torch.equal(sent(torch.arange(6).reshape(2, 3).T), torch.tensor([[0, 3], [1, 4], [2, 5]]))
    assert torch.equal(sent(torch.eye(2).to_sparse()), torch.eye(2))


class _Always(dict):  # type: ignore[type-arg]
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


class _AlwaysEqual:
    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


class _Array(np.ndarray):
    def __eq__(self, other: object) -> Any:
        return np.ones(self.shape, dtype=bool)


def _subclass(kind: Any, *args: Any) -> Any:
    return type("Sly", (kind,), {"__eq__": lambda self, other: True, "__hash__": lambda self: 0})(*args)


@pytest.mark.parametrize(
    "value",
    [_AlwaysEqual(), _subclass(int, 3), _subclass(str, "x"), _subclass(list, [1]), _subclass(tuple, (1,)), len,
     _subclass(float, 1.0), _subclass(set, {1}), namedtuple("P", "x")(1), np.ma.masked_array([1], [True]), np.ma.masked,
     object, torch.nn.Linear(1, 1), dt.timedelta(1), (n for n in [1])],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_has_no_plain_form_becomes_a_handle(value: object) -> None:
    back = sent(value)
    assert isinstance(back, Token) and (back.number, back.name) == (7, "some.Type")


@pytest.mark.parametrize(
    ("value", "kind"),
    [(OrderedDict(a=1), dict), (_Always(a=1), dict), (bytearray(b"a"), bytes), (np.arange(3).view(_Array), np.ndarray),
     (np.matrix([[1]]), np.ndarray), (_subclass(complex, 1j), complex),
     (type("Sly", (pd.DataFrame,), {})({"a": [1]}), pd.DataFrame), (type("Sly", (pd.Series,), {})([1]), pd.Series)],
    ids=str,
)  # fmt: skip
def test_other_subclasses_become_plain(value: object, kind: type) -> None:
    assert type(sent(value)) is kind


def test_handles_are_found_wherever_they_stand() -> None:
    back = sent({"model": [len], "cells": objects([len, 1], (2,)), "frame": pd.DataFrame({"a": [len]})})
    assert isinstance(back["model"][0], Token) and isinstance(back["cells"][0], Token)
    assert isinstance(back["frame"].iloc[0, 0], Token)


@pytest.mark.parametrize("value", [np.zeros(1, "i4,i4"), 16**5000, [np.zeros(300 << 20, np.int8)] * 2], ids=type)
def test_what_can_not_be_handed_over_is_said(value: object) -> None:
    with pytest.raises(codec.WireError):
        sent(value)


def test_a_value_that_holds_itself_ends() -> None:
    knot: list[Any] = []
    knot.append(knot)
    with pytest.raises(codec.WireError):
        sent(knot)
