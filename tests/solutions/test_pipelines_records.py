"""The references on data pipelines beside libraries, closed forms, brute force, and PyTorch's loader."""

from __future__ import annotations

import gzip
import itertools
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import OrdinalEncoder, StandardScaler
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.datapipes.iter import IterableWrapper

from solutions.pipelines_records.fed import Standardise, fit_from_shards
from solutions.pipelines_records.feeding import batches, earliest_place, epoch_seconds
from solutions.pipelines_records.formats import TF2_13_6_CHOICE, frame, read_fields, reading_seconds, unframe
from solutions.pipelines_records.preparing import Prepared, bags, category_codes
from solutions.pipelines_records.records import decode_record, encode_record, read_shard, write_shards
from solutions.pipelines_records.shards import ShardDataset, interleave, shuffled
from tests.support.oracle import oracle

WITHOUT: dict[str, str] = {}

some = settings(max_examples=20, deadline=None, derandomize=True)


@oracle("tf2.13.1", "PyTorch's own batches of a stream (hypothesis)")
@some
@given(st.lists(st.integers(0, 99), max_size=20), st.integers(1, 6), st.booleans())
def test_batches_are_those_of_a_data_pipe(items: list[int], size: int, drop_last: bool) -> None:
    assert list(batches(items, size, drop_last)) == list(map(list, IterableWrapper(items).batch(size, drop_last)))


@oracle("tf2.13.2", "the earliest place in many shuffled streams, and never an earlier one")
@pytest.mark.parametrize(("record", "size"), [(5, 3), (2, 4), (7, 1)])
def test_no_record_is_earlier_and_some_are_there(record: int, size: int) -> None:
    places = [list(shuffled(range(9), size, np.random.default_rng(seed))).index(record) for seed in range(3_000)]
    assert min(places) == earliest_place(record, size, 9, False)


@oracle("tf2.13.3", "closed form: the longest chain of one load and the steps after it (hypothesis)")
@some
@given(st.integers(1, 30), st.floats(0.01, 5), st.floats(0.01, 5), st.integers(1, 5))
def test_an_epoch_lasts_as_long_as_its_longest_chain(n: int, load: float, train: float, workers: int) -> None:
    chains = [(batch // workers + 1) * load + (n - batch) * train for batch in range(n)]
    assert epoch_seconds(n, load, train, workers) == pytest.approx(max(chains))


@oracle("tf2.13.4", "round trip of any bytes, and the checksum that gzip writes (hypothesis)")
@some
@given(st.lists(st.binary(max_size=30), max_size=5))
def test_frames_come_back_and_bear_gzips_checksum(payloads: list[bytes]) -> None:
    data = b"".join(map(frame, payloads))
    assert unframe(data) == payloads
    if payloads:
        assert data.endswith(gzip.compress(payloads[-1])[-8:-4])  # its trailer: checksum, length


@oracle("tf2.13.5", "messages of protocol buffers' documentation, and an encoder of our own (hypothesis)")
@some
@given(st.lists(st.tuples(st.integers(1, 5000), st.one_of(st.integers(0, 2**63), st.binary(max_size=200)))))
def test_fields_of_encoded_messages(fields: list[tuple[int, int | bytes]]) -> None:
    def varint(value: int) -> bytes:
        parts = [value >> shift & 127 for shift in range(0, max(value.bit_length(), 1), 7)]
        return bytes([*(part | 128 for part in parts[:-1]), parts[-1]])

    message = b""
    for number, value in fields:
        message += varint(number << 3 | 2 * isinstance(value, bytes))
        message += varint(len(value)) + value if isinstance(value, bytes) else varint(value)
    assert read_fields(message) == fields
    assert read_fields(b"\x08\x96\x01") == [(1, 150)]
    assert read_fields(b"\x12\x07testing") == [(2, b"testing")]


@oracle("tf2.13.6", "a simulation in small steps")
def test_reading_by_small_steps() -> None:
    for speed, ratio, unpack in ((100.0, 3.0, 400.0), (100.0, 5.0, 200.0), (3000.0, 3.0, 400.0)):
        read = unpacked = seconds = 0.0
        while unpacked < 600:
            seconds += 0.001
            read += 0.001 * speed * ratio  # in MB of records
            unpacked = min(unpacked + 0.001 * unpack, read)
        assert reading_seconds(600, speed, ratio, unpack) == pytest.approx(seconds, rel=1e-2)


@oracle("tf2.13.6", "the function itself, on the cases' numbers")
def test_the_choices_are_the_quicker_ones() -> None:
    cases = {"bucket": (100, 3, 400), "drive": (3000, 3, 400), "photos": (100, 1 / 0.99, 90)}
    for name, (speed, ratio, unpack) in cases.items():
        quicker = reading_seconds(1000, speed, ratio, unpack) < reading_seconds(1000, speed)
        assert TF2_13_6_CHOICE[name] == ("compress" if quicker else "leave"), name


@oracle("tf2.13.7", "a count of all calls, through PyTorch's loader")
def test_a_loader_has_each_record_prepared_once() -> None:
    calls: Counter[int] = Counter()

    def prepare(record: int) -> int:
        calls[record] += 1
        return record * 10

    data = Prepared(range(20), prepare)
    epochs = [torch.cat(list(DataLoader(data, batch_size=6, shuffle=True))).sort().values for _ in range(3)]
    assert all(epoch.tolist() == [10 * record for record in range(20)] for epoch in epochs)
    assert set(calls.values()) == {1} and len(calls) == 20


@oracle("tf2.13.8", "scikit-learn's ordinal encoder and counter of words")
def test_codes_and_bags_are_those_of_scikit_learn() -> None:
    known, values = ["sea", "hill", "moor"], ["moor", "sea", "sea", "hill"]
    encoder = OrdinalEncoder(categories=[known]).fit([[value] for value in values])
    wanted = encoder.transform([[value] for value in values])[:, 0]
    codes = category_codes(values, known, 2)
    assert codes.tolist() == wanted.tolist()
    rows = [["sea", "sea", "hill"], ["moor"]]
    counter = CountVectorizer(vocabulary=known).fit_transform([" ".join(row) for row in rows])
    assert bags([category_codes(row, known, 1).tolist() for row in rows], 3).tolist() == counter.toarray().tolist()


@oracle("tf2.13.9", "round trip of any arrays (hypothesis)")
@some
@given(st.dictionaries(st.text(max_size=5), st.lists(st.floats(width=32, allow_nan=False), max_size=5), max_size=4))
def test_records_come_back(fields: dict[str, list[float]]) -> None:
    record = {name: np.array(values, dtype=np.float32) for name, values in fields.items()}
    found = decode_record(encode_record(record))
    assert list(found) == list(record)
    assert all(
        np.array_equal(found[name], array) and found[name].dtype == array.dtype for name, array in record.items()
    )


@oracle("tf2.13.9", "round robin over lists, by itertools")
def test_all_open_at_once_is_zip_longest() -> None:
    streams = ["abc", "", "defgh", "i"]
    rounds = itertools.zip_longest(*streams)
    assert list(interleave(streams, 4)) == [item for one in rounds for item in one if item is not None]


def _files(folder: Path) -> tuple[np.ndarray, list[str]]:
    X = np.random.default_rng(1).integers(0, 256, (50, 28, 28)).astype(np.uint8)
    return X, write_shards(X, np.arange(50), folder, 5)


@oracle("tf2.13.9", "PyTorch's loader with 0, 1, 2 and 7 real workers")
@pytest.mark.filterwarnings("ignore:This DataLoader will create")  # more workers than cores
@pytest.mark.parametrize("n_workers", [0, 1, 2, 7])
def test_each_record_comes_once_whatever_the_workers(tmp_path: Path, n_workers: int) -> None:
    X, paths = _files(tmp_path)
    loader = DataLoader(ShardDataset(paths, shuffle=True, buffer_size=8), batch_size=4, num_workers=n_workers)
    pictures, labels = (torch.cat(part) for part in zip(*loader, strict=True))
    order = labels.argsort()
    assert labels[order].tolist() == list(range(50))
    assert np.array_equal(pictures[order].numpy(), X)


@oracle("tf2.13.9", "files that are cut off, or have a bit flipped, at places all over them")
def test_any_damage_is_met(tmp_path: Path) -> None:
    (path,) = write_shards(np.zeros((2, 28, 28), dtype=np.uint8), [3, 4], tmp_path, 1)
    data, other = Path(path).read_bytes(), tmp_path / "damaged"
    damaged = [data[:end] for end in range(0, len(data), 3)]
    for place in range(0, len(data), 5):
        spoiled = bytearray(data)
        spoiled[place] ^= 1 << place % 8
        damaged.append(bytes(spoiled))
    for one in damaged:
        other.write_bytes(one)
        with pytest.raises(ValueError, match=r"damaged|records|end"):
            list(read_shard(other))


@oracle("tf2.13.9", "scikit-learn's scaler, fitted in parts")
def test_a_layer_standardises_as_a_scaler_does() -> None:
    X = np.random.default_rng(3).normal(40, 3, (60, 5)).astype(np.float32)
    scaler, layer = StandardScaler(), Standardise((5,))
    for part in np.array_split(X, 7):
        scaler.partial_fit(part)
    layer.adapt(map(torch.from_numpy, np.array_split(X, 11)))
    np.testing.assert_allclose(layer(torch.from_numpy(X)).numpy(), scaler.transform(X), atol=1e-4)


@oracle("tf2.13.9", "a linear rule that the labels follow, learned by the network")
def test_a_network_learns_a_rule_from_files(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    X = rng.integers(0, 40, (300, 28, 28)).astype(np.uint8)
    y = rng.integers(0, 2, 300)
    X[y == 1, 10:14, 10:14] += 60
    paths = write_shards(X, y, tmp_path, 3)
    model = fit_from_shards(paths, 2, n_epochs=3)
    pictures = TensorDataset(torch.from_numpy(X), torch.from_numpy(y))
    found = torch.cat([model(part).argmax(dim=1) for part, _ in DataLoader(pictures, batch_size=100)])
    assert (found.numpy() == y).mean() > 0.99


def test_a_record_of_ours_can_be_read_without_our_code() -> None:
    data = encode_record({"label": np.array(7)})
    size = int.from_bytes(data[:4], "little")
    ((name, kind, shape),) = json.loads(data[4 : 4 + size])
    assert (name, shape, np.frombuffer(data[4 + size :], kind).tolist()) == ("label", [], [7])
