"""What one message may take: a small or cheap one never becomes a large or slow value, and honest ones fit."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

from autograder.engine.wire import codec
from autograder.engine.wire import frame as bounds
from autograder.engine.wire.budget import COSTS, MAX_WORK
from autograder.engine.wire.decoder import Decoder
from tests.autograder.engine.wire.test_codec import Token, sent
from tests.autograder.engine.wire.test_decoder import EIGHT, RANGE3, array, framed, refused, sparse


def raw(tree: bytes, buffers: int = 0) -> bytes:
    """Return a frame without asking whether a receiver accepts it, as a sender may."""
    return bounds.HEAD.pack(bounds.MAGIC, len(tree), buffers) + bytes(8 * buffers) + tree


def test_every_type_that_is_read_has_its_cost() -> None:
    assert set(COSTS) == {name.removeprefix("read_") for name in dir(Decoder) if name.startswith("read_")}


@pytest.mark.parametrize("item", ["[],", "{},", "[[[[[]]]]],", '{"":0},', '{"":[[],{}]},'])
def test_a_tree_that_would_fill_the_memory_is_not_parsed(item: str) -> None:
    many = (bounds.MAX_TREE - 10) // len(item)
    tree = ("[" + item * many + "0]").encode()
    with pytest.raises(codec.WireError):
        bounds.pack(tree, [])
    frame = raw(tree)
    tracemalloc.start()
    try:
        with pytest.raises(codec.WireError):
            codec.decode(frame, Token)
        assert tracemalloc.get_traced_memory()[1] < 2 * len(frame)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("item", ["[]", '{"t":"NA"}', "[[[[]]]]", '{"a":0,"b":[]}', '"\\ud83d\\ude00a"', '"a"', "0.5",
                                  "12345678", '"\\n' + "b" * 50 + '"'])  # fmt: skip
def test_the_cost_of_a_tree_is_no_less_than_what_it_takes(item: str) -> None:
    tree = ("[" + ",".join([item] * 20_000) + "]").encode()
    tracemalloc.start()
    try:
        made = json.loads(str(tree, "ascii"))
        assert tracemalloc.get_traced_memory()[1] < bounds.cost_of(tree, 0)
    finally:
        tracemalloc.stop()
    assert len(made) == 20_000


@pytest.mark.parametrize(
    "node",
    [{"t": "frame", "v": [], "c": RANGE3 | {"v": [0, 0, 1]}, "i": RANGE3}, {"t": "strings", "d": "str", "v": ["a"]},
     {"t": "nullable", "d": "Int8", "v": [None]}, {"t": "Timedelta", "v": "P1DT0H0M0S"}],
    ids=lambda node: node["t"],
)  # fmt: skip
def test_work_is_counted(node: dict[str, Any]) -> None:
    most = MAX_WORK // COSTS[node["t"]][1]
    assert len(codec.decode(framed([node] * 20), Token)) == 20
    refused([node] * (most + 1))


def test_a_frame_of_many_columns_is_counted_by_its_columns() -> None:
    assert sent(pd.DataFrame(np.zeros((2, 3000)))).shape == (2, 3000)
    refused({"t": "frame", "v": [1] * 50_000, "c": RANGE3, "i": RANGE3})
    refused({"t": "multiindex", "v": [1] * 50_000, "c": [], "n": None})


@pytest.mark.parametrize("number", ["9007199254740992", "-9007199254740992", "1" * 4000, "1" * 5000, "1e999x"])
def test_an_integer_in_the_tree_is_a_plain_one(number: str) -> None:
    with pytest.raises(codec.WireError):
        codec.decode(bounds.pack(f"[{number}]".encode(), []), Token)


def test_a_tree_is_ascii() -> None:
    for tree in ('"ü"'.encode(), '"a"'.encode("utf-16"), '"a"'.encode("utf-32-le")):
        with pytest.raises(codec.WireError):
            codec.decode(raw(tree), Token)


PRIME = 2**61 - 1  # integers hash modulo it


def alike(kind: str, n: int) -> Any:
    """Return the n-th of many values of one hash."""
    if kind == "int":
        return {"t": "int", "v": hex(n * PRIME)}
    if kind == "complex":
        return {"t": "complex", "v": [float(-1000003 * n), float(n)]}
    if kind == "scalar":
        return {"t": "scalar", "d": "<c16", "v": np.complex128(complex(-1000003 * n, n)).tobytes().hex()}
    return {"t": "tuple", "v": [{"t": "int", "v": hex(n * PRIME)}]}


@pytest.mark.parametrize("kind", ["int", "complex", "scalar", "tuple"])
def test_lists_of_values_made_to_collide_are_refused(kind: str) -> None:
    """A check may make a set of them, which would take it for ever."""
    values = codec.decode(framed([alike(kind, n) for n in range(1, 50)]), Token)
    assert len({hash(value) for value in values}) == 1 and len(set(values)) == 49
    refused([alike(kind, n) for n in range(1, 300)])


def test_values_that_are_equal_or_collide_by_nature_are_no_attack() -> None:
    points = [(row, column) for row in (-1, -2) for column in range(-300, 300)] * 3  # hash(-1) == hash(-2)
    assert sent(points) == points
    assert sent([0j] * 5000) == [0j] * 5000
    assert sent([2**70] * 5000) == [2**70] * 5000


def collide_in_pandas(count: int) -> np.ndarray:
    """Return integers that all fall in one place of pandas' hash table."""
    low = np.arange(count, dtype=np.uint64)
    high = (low ^ (low << np.uint64(11))) & np.uint64(0x7FFFFFFF)
    return ((high << np.uint64(33)) | low).astype(np.int64)


def test_categories_are_few_enough_to_be_compared_with_each_other() -> None:
    keys = collide_in_pandas(bounds.MAX_CATEGORIES)
    assert len(sent(pd.Categorical.from_codes([0], pd.Index(keys[:5000])).categories)) == 5000
    index = {"t": "index", "v": array("<i8", [bounds.MAX_CATEGORIES + 1], 1), "n": None}
    tree = {"t": "categorical", "v": array("<i8", [1]), "c": index, "o": False}
    refused(tree, EIGHT, bytes(8 * (bounds.MAX_CATEGORIES + 1)))


def test_an_index_of_several_levels_is_made_without_comparing_its_keys() -> None:
    keys = collide_in_pandas(300_000)  # comparing them would take minutes
    level = {"t": "index", "v": array("<i8", [len(keys)]), "n": None}
    codes = array("<i4", [len(keys)], 1)
    made = codec.decode(
        framed({"t": "multiindex", "v": [level], "c": [codes], "n": [None]}, keys.tobytes(),
               np.arange(len(keys), dtype="<i4").tobytes()), Token)  # fmt: skip
    assert made.nlevels == 1 and made[7] == (keys[7],)


@pytest.mark.parametrize("codes", [[3], [-2], [0, 1]])
def test_codes_lie_within_their_levels(codes: list[int]) -> None:
    parts = [array("<i8", [1]), array("<i8", [len(codes)], 1)]
    tree = {"t": "multiindex", "v": [RANGE3, RANGE3], "c": parts, "n": [None, None]}
    refused(tree, EIGHT, np.array(codes, "<i8").tobytes())
    refused({**tree, "v": [RANGE3]}, EIGHT, EIGHT)
    refused({**tree, "v": [], "c": []})


@pytest.mark.parametrize("dtype", ["<U1", "|S1", "|S3"])
def test_a_column_is_never_an_array_of_texts(dtype: str) -> None:
    """Pandas would make an object of fifty bytes of each."""
    size = 3 * np.dtype(dtype).itemsize
    refused({"t": "series", "v": array(dtype, [3]), "i": RANGE3, "n": None}, bytes(size))
    refused({"t": "index", "v": array(dtype, [3]), "n": None}, bytes(size))
    refused({"t": "zoned", "v": array(dtype, [3]), "z": "UTC"}, bytes(size))
    refused({"t": "categorical", "v": array(dtype, [3]), "c": RANGE3, "o": False}, bytes(size))


@pytest.mark.parametrize("text", ["now", "today", "2020", "1.1.2020", "2020-01-01T00:00:00Europe/Paris", "nan", "",
                                  "٢٠٢٠-01-01T00:00:00"])  # fmt: skip
def test_a_moment_is_written_as_we_write_it(text: str) -> None:
    refused({"t": "Timestamp", "v": text})
    refused({"t": "Timedelta", "v": text})


@pytest.mark.parametrize("items", [["1"], [[1]], [{"t": "Timestamp", "v": "2020-01-01T00:00:00"}]])
def test_a_nullable_column_holds_numbers(items: list[object]) -> None:
    refused({"t": "nullable", "d": "Int64", "v": items})


@pytest.mark.parametrize("shape", [[10**7, 10**7], [60_000, 60_000], [10**7, 54]])
def test_a_sparse_matrix_can_be_filled_in(shape: list[int]) -> None:
    places = [{**array("<i8", [0]), "b": n} for n in (1, 2)]
    for layout in ("csr", "csc", "coo"):
        refused(sparse(shape, array("<f8", [0]), *places, layout=layout), b"", b"", b"")


def test_a_large_bag_of_words_fits() -> None:
    words = scipy.sparse.random_array((5000, 100_000), density=1e-4, rng=np.random.default_rng(0), format="csr")
    assert (sent(words) != words).nnz == 0


def test_honest_values_of_many_parts_fit() -> None:
    mails = [f"mail {n}, with commas, [brackets] and {{braces}}\n" * 100 for n in range(2000)]
    assert sent(mails) == mails
    assert sent(pd.Series(mails)).tolist() == mails
    assert len(sent([np.zeros(3) for _ in range(60_000)])) == 60_000
    assert len(sent([{"label": n, "score": 0.5, "box": (1, 2)} for n in range(50_000)])) == 50_000
    assert len(sent(list(map(float, np.random.default_rng(0).random(900_000))))) == 900_000


def test_what_no_receiver_reads_is_not_sent() -> None:
    with pytest.raises(codec.WireError, match="too many parts"):
        sent([{(1, 2): {3: [4]}}] * 200_000)
