"""The decoder: what is malformed or hostile is refused with a `WireError`, and cheaply."""

from __future__ import annotations

import datetime as dt
import json
import math
import tracemalloc

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.engine.wire import codec
from autograder.engine.wire import frame as bounds
from autograder.engine.wire.decoder import Decoder
from tests.autograder.engine.wire.test_codec import FRAMES, Token, objects


def framed(tree: object, *buffers: bytes) -> bytes:
    return bounds.pack(json.dumps(tree).encode(), buffers)


def refused(tree: object, *buffers: bytes) -> None:
    with pytest.raises(codec.WireError):
        codec.decode(framed(tree, *buffers), Token)


def array(dtype: object = "<i8", shape: object = (1,), buffer: object = 0) -> dict[str, object]:
    return {"t": "array", "d": dtype, "s": shape, "b": buffer}


RANGE3 = {"t": "rangeindex", "v": [0, 3, 1], "n": None}
LONG = {"t": "rangeindex", "v": [0, 10**12, 1], "n": None}
EIGHT = bytes(8)


@pytest.mark.parametrize("tag", ["typed", "value", "items", "buffer", "natural", "column", "integers", "keys", "dtype",
                                 "shape", "spend", "filled", "resolve", "__class__", "", None, 0, [],
                                 {}, True])  # fmt: skip
def test_no_tag_reaches_a_helper(tag: object) -> None:
    refused({"t": tag, "v": [], "b": 0, "d": "<i8", "s": [1]}, EIGHT)


def test_a_value_without_a_tag_is_refused() -> None:
    refused({})
    refused({"v": 1})


@pytest.mark.parametrize(
    "dtype",
    ["O", "|O", "V8", "<V8", "|V8", "i4,i4", "(2,)i4", "{'a': 'i4'}", "object", "__class__", "int64", "<i3", "<f7", "T",
     "<m8[ns", "<M8[x]", "<U-1", "<U9999999999", "", None, 8, ["<i8"], "<i8\n", "|b8", "=i8"],
)  # fmt: skip
def test_no_other_dtype_is_made(dtype: object) -> None:
    refused(array(dtype), EIGHT)
    refused({"t": "scalar", "d": dtype, "v": "00" * 8})


@pytest.mark.parametrize("shape", [[-1], [1.0], [True], ["1"], [None], 1, "1", None, [3], [], [2**63], [2**32, 2**32],
                                   [10**30, 0], [10**9, 0], [1] * 40, [[1]], {"0": 1}])  # fmt: skip
def test_no_other_shape_is_made(shape: object) -> None:
    refused(array("<i4", shape), EIGHT)  # which would fill the shape (2,)
    refused(array("<i8", shape), b"")
    refused({"t": "objects", "s": shape, "v": [1, 2]})


@pytest.mark.parametrize("number", [1, -1, 0.0, True, "0", None, [0], 2**70])
def test_no_buffer_is_read_that_is_not_there(number: object) -> None:
    refused(array(buffer=number), EIGHT)
    refused({"t": "bytes", "b": number}, EIGHT)


def test_a_buffer_can_not_be_used_twice() -> None:
    assert codec.decode(framed([array()], EIGHT), Token)[0].tolist() == [0]
    refused([array(), array()], EIGHT)
    refused([{"t": "bytes", "b": 0}, {"t": "bytes", "b": 0}], b"x")


def test_values_a_dtype_does_not_have_are_not_made() -> None:
    made = codec.decode(framed(array("|b1", [3]), b"\x00\x01\x02"), Token)
    assert made.tobytes() == b"\x00\x01\x01"
    refused(array("<U1", [1]), b"\xff\xff\xff\x7f")


def test_empty_texts_can_not_be_multiplied() -> None:
    refused(array("<U0", [10**6]), b"")
    refused(array("|S0", [3, 10**9]), b"")


@pytest.mark.parametrize(
    "tree",
    [
        {"t": "int", "v": "f" * 5000}, {"t": "int", "v": 5}, {"t": "int", "v": ["1"]}, {"t": "int"},
        {"t": "tuple", "v": 3}, {"t": "tuple", "v": {"0": 1}}, {"t": "set", "v": [[1]]}, {"t": "dict", "v": [[1]]},
        {"t": "dict", "v": [[[], 1]]}, {"t": "dict", "v": 5}, {"t": "complex", "v": [1]}, {"t": "complex", "v": "ab"},
        {"t": "range", "v": [0, 10**12, 1]}, {"t": "range", "v": [0, 1, 0]}, {"t": "range", "v": [0, 1.0, 1]},
        {"t": "range", "v": [0, "3", 1]}, {"t": "range", "v": [5]}, {"t": "range", "v": [0, 10**400, 1]},
        {"t": "datetime", "v": "yesterday"}, {"t": "date", "v": 3}, {"t": "time", "v": None},
        {"t": "handle", "v": -1, "n": "x"}, {"t": "handle", "v": "0", "n": "x"}, {"t": "handle", "v": 1},
        {"t": "scalar", "d": "<i8", "v": "00"}, {"t": "scalar", "d": "<i8", "v": "zz"},
        {"t": "scalar", "d": "<i8", "v": 0},
        {"t": "Timestamp", "v": "x"}, {"t": "Timedelta", "v": {}}, {"t": "text", "b": 0},
        {"t": "nullable", "d": "object", "v": [1]}, {"t": "nullable", "d": "__class__", "v": [1]},
        {"t": "nullable", "d": "Int8", "v": [1000]}, {"t": "nullable", "d": ["Int8"], "v": [1]},
        {"t": "strings", "d": "str", "v": [1]}, {"t": "strings", "d": "__class__", "v": ["a"]},
        {"t": "strings", "d": "object", "v": ["a"]}, {"t": "strings", "d": None, "v": ["a"]},
        {"t": "series", "v": 1, "i": LONG, "n": None},
        {"t": "series", "v": {"t": "dict", "v": []}, "i": RANGE3, "n": None},
        {"t": "index", "v": 5, "n": None}, {"t": "index", "v": {"t": "range", "v": [0, 9, 1]}, "n": None}, LONG,
        {"t": "index", "v": [1, 2], "n": None}, {"t": "multiindex", "v": [1, 2], "n": None},
        {"t": "frame", "v": [], "c": [], "i": RANGE3}, {"t": "frame", "v": [1, 2, 3], "c": RANGE3, "i": RANGE3},
        {"t": "frame", "v": [], "c": RANGE3, "i": RANGE3}, {"t": "tensor", "d": "float32", "v": [1.0]},
        {"t": "categorical", "v": [0], "c": RANGE3, "o": True},
    ],
    ids=lambda tree: json.dumps(tree)[:50],
)  # fmt: skip
def test_malformed_values_are_refused(tree: object) -> None:
    refused(tree)


def test_a_frame_needs_columns_of_one_length() -> None:
    for column in (array("<i8", [2]), array("<i8", [2, 1]), array("<i8", [])):
        size = 8 * math.prod(column["s"])  # type: ignore[arg-type]
        one = {"t": "rangeindex", "v": [0, 1, 1], "n": None}
        refused({"t": "frame", "v": [column], "c": one, "i": RANGE3}, bytes(size))
        refused({"t": "series", "v": column, "i": RANGE3, "n": None}, bytes(size))


def test_categories_have_to_fit_their_codes() -> None:
    refused({"t": "categorical", "v": array("<i8", [1]), "c": RANGE3, "o": False}, (3).to_bytes(8, "little"))
    refused({"t": "categorical", "v": array("<f8", [1]), "c": RANGE3, "o": False}, np.array([0.5]).tobytes())


@pytest.mark.parametrize("zone", ["dateutil//etc/passwd", "dateutil/x", "../../etc/passwd", "/etc/passwd", "tzlocal()",
                                  "",
                                  "Nowhere/None", None, 5, "UTC+99:99"])  # fmt: skip
def test_a_time_zone_is_a_name_and_never_a_file(zone: object) -> None:
    refused({"t": "zoned", "v": array("<M8[ns]", [1]), "z": zone}, EIGHT)


@pytest.mark.parametrize(
    "name", ["ops", "load", "compiler", "__class__", "float32", "complex128", "nn", "int", None, 3, []]
)
def test_a_tensor_dtype_is_the_one_of_its_content(name: object) -> None:
    refused({"t": "tensor", "d": name, "v": array()}, EIGHT)


def sparse(shape: object, data: object, *places: object, layout: object = "csr", is_array: object = True) -> object:
    return {"t": "sparse", "f": layout, "a": is_array, "s": shape, "v": [data, *places]}


@pytest.mark.parametrize(
    "shape", [[10**9, 1], [1, 10**9], [2**62, 2**62], [-1, 3], [1.5, 2], [3], [3, 3, 3], [], None, [True, True], [1, 1]]
)
def test_no_huge_or_odd_sparse_matrix_is_made(shape: object) -> None:
    at = (2).to_bytes(8, "little")  # outside of [1, 1] too
    for layout in ("csr", "csc", "coo"):
        tree = sparse(shape, array("<f8"), array("<i8", [1], 1), array("<i8", [1], 2), layout=layout)
        refused(tree, EIGHT, at, at)


def test_sparse_indices_are_numbers_within_the_shape() -> None:
    good = sparse([3, 3], array("<f8"), array("<i8", [1], 1), array("<i8", [1], 2))
    assert codec.decode(framed(good, EIGHT, EIGHT, EIGHT), Token).shape == (3, 3)
    refused(good, EIGHT, EIGHT, (-1).to_bytes(8, "little", signed=True))
    refused(good, EIGHT, EIGHT, (3).to_bytes(8, "little"))
    for dtype in ("<f8", "<M8[s]", "<U2"):
        refused(sparse([3, 3], array("<f8"), array("<i8", [1], 1), array(dtype, [1], 2)), EIGHT, EIGHT, EIGHT)
        if dtype != "<f8":
            refused(sparse([3, 3], array(dtype), array("<i8", [1], 1), array("<i8", [1], 2)), EIGHT, EIGHT, EIGHT)
    refused(sparse([3, 3], {"t": "objects", "s": [1], "v": [1]}, array(), array("<i8", [1], 1)), EIGHT, EIGHT)
    refused(sparse([3], array("<f8"), array("<i8", [1], 1), is_array=False), EIGHT, EIGHT)


def test_small_frames_with_many_large_parts_are_refused_without_allocating_them() -> None:
    empty = [{**array("<f8", [0]), "b": n} for n in range(3 * 200)]
    parts = [sparse([10**7, 1], *empty[3 * n : 3 * n + 3]) for n in range(200)]
    tracemalloc.start()
    try:
        refused(parts, *([b""] * 600))
        assert tracemalloc.get_traced_memory()[1] < 256 << 20
    finally:
        tracemalloc.stop()


def test_keys_of_one_hash_are_refused_before_they_take_quadratic_time() -> None:
    keys = [{"t": "int", "v": hex(n * (2**61 - 1))} for n in range(1, 20_000)]
    for tree in (
        {"t": "set", "v": keys},
        {"t": "frozenset", "v": keys},
        {"t": "dict", "v": [[k, 0] for k in keys]},
    ):
        refused(tree)


def test_deep_and_long_trees_are_refused() -> None:
    for tree in (b"[" * 200_000, b"[" * 200 + b"]" * 200, b'{"t":"tuple","v":[' * 300 + b"]}" * 300):
        with pytest.raises(codec.WireError):
            codec.decode(bounds.pack(tree, []), Token)
    with pytest.raises(codec.WireError):
        codec.decode(bounds.pack(b"[" + b"0," * 3_100_000 + b"0]", []), Token)


@pytest.mark.parametrize("tree", [b"", b"{", b"nul", b"\xff\xfe", b"1" * 5000, b"[1] 2"], ids=repr)
def test_trees_that_are_no_json_are_refused(tree: bytes) -> None:
    with pytest.raises(codec.WireError):
        codec.decode(bounds.pack(tree, []), Token)


def test_heads_that_lie_are_refused() -> None:
    good = codec.encode(np.arange(4), lambda _: (0, ""))
    huge = bounds.HEAD.pack(bounds.MAGIC, 10, 1) + (1 << 60).to_bytes(8, "big")
    lying = [
        bounds.HEAD.pack(b"XXXX", 0, 0),
        bounds.HEAD.pack(bounds.MAGIC, 2**32 - 1, 0), bounds.HEAD.pack(bounds.MAGIC, 5, 2**32 - 1),
        huge, bounds.HEAD.pack(bounds.MAGIC, 10, 2) + (2**64 - 1).to_bytes(8, "big") * 2,
    ]  # fmt: skip
    for frame in [*lying, b"", good[:-1], good + b"\x00"]:
        with pytest.raises(codec.WireError):
            codec.decode(frame, Token)


def test_every_truncation_is_refused() -> None:
    good = codec.encode({"a": [np.arange(3), "text"], "b": pd.DataFrame({"x": ["y"]})}, lambda _: (0, ""))
    for end in range(len(good)):
        with pytest.raises(codec.WireError):
            codec.decode(good[:end], Token)


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.sampled_from(["<i8", "|b1", "csr", "str", "a"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.fixed_dictionaries(
            {"t": st.sampled_from([n.removeprefix("read_") for n in dir(Decoder) if n.startswith("read_")])},
            optional=dict.fromkeys("vbdsncioafz", inner),
        )
    ),
    max_leaves=20,
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(JSONS, st.lists(st.binary(max_size=16), max_size=3))
@pytest.mark.filterwarnings("ignore")
def test_trees_of_known_tags_and_odd_parts_decode_or_are_refused(tree: object, buffers: list[bytes]) -> None:
    decodes_or_is_refused(framed(tree, *buffers))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 40), st.integers(0, 3))
def test_random_bytes_are_refused(noise: bytes, tree_length: int, count: int) -> None:
    with pytest.raises(codec.WireError):
        codec.decode(noise, Token)
    decodes_or_is_refused(bounds.HEAD.pack(bounds.MAGIC, tree_length, count) + noise)


SAMPLES = [
    codec.encode(value, lambda _: (1, "a.B"))
    for value in (
        [1, -0.5, "ü", None, True, 2**70, len], {"k": (1, {2}, b"x", 1j)}, np.arange(6).reshape(2, 3), np.float32(1),
        np.array(["ab", "c"]), np.array([True, False]), FRAMES["mixed"], FRAMES["categorical"], FRAMES["zones"],
        FRAMES["nullable"], FRAMES["multiindex"], scipy.sparse.csr_matrix(np.eye(3)),
        torch.ones(2, dtype=torch.bfloat16),
        dt.datetime(2020, 1, 1), pd.Timestamp("2020"), range(4), objects([1, [2]], (2,)),
    )
]  # fmt: skip


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SAMPLES), st.lists(st.tuples(st.integers(0), st.integers(0, 255)), min_size=1, max_size=4))
@pytest.mark.filterwarnings("ignore")
def test_damaged_frames_decode_or_are_refused(good: bytes, damage: list[tuple[int, int]]) -> None:
    frame = bytearray(good)
    for position, byte in damage:
        frame[position % len(frame)] = byte
    decodes_or_is_refused(bytes(frame))


def decodes_or_is_refused(frame: bytes) -> None:
    """Any exception but `WireError` fails the test; what does decode is small."""
    try:
        value = codec.decode(frame, Token)
    except codec.WireError:
        return
    assert len(repr(type(value))) < 200
    assert getattr(value, "nbytes", 0) <= 64 * len(frame) or isinstance(value, pd.RangeIndex)
