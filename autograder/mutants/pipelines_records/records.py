"""Data pipelines, record files (tf2.13.9), written and read: wrong answers, and right ones."""

import base64
import hashlib
import io
import json
import pickle
import random
import struct
import zlib
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import IterableDataset, get_worker_info

from autograder.testing import alternative, mutant
from solutions.pipelines_records import records
from solutions.pipelines_records.records import decode_record, encode_record, read_shard, write_shards

# ---------------------------------------------------------------- a record, wrong


@mutant("tf2.13.9", replaces="decode_record", fails="test_record_tells_what_is_in_it")
def flat_arrays(data):
    """The shapes are lost: write them into the record, and `reshape`."""
    return {name: array.ravel() for name, array in decode_record(data).items()}


@mutant("tf2.13.9", replaces="decode_record", fails="test_record_tells_what_is_in_it")
def all_in_bytes(data):
    """The types are lost: write each array's dtype into the record."""
    return {name: np.frombuffer(array.tobytes(), dtype=np.uint8) for name, array in decode_record(data).items()}


@mutant("tf2.13.9", replaces="encode_record", fails="test_record_is_small")
def as_text(fields):
    """Numbers written as text take several bytes each: write the arrays' own bytes."""
    data = encode_record(fields)
    return data + json.dumps([np.asarray(array).ravel().astype(float).tolist() for array in fields.values()]).encode()


@mutant("tf2.13.9", replaces="decode_record", fails="test_record_tells_what_is_in_it")
def names_by_number(data):
    """The names are lost: a record without them can't be understood by itself."""
    return dict(zip("abcdefghi", decode_record(data).values(), strict=False))


@mutant("tf2.13.9", replaces="encode_record", fails="test_record_tells_what_is_in_it")
def a_byte_for_each_number(fields):
    """You give one byte to each length: a name or an axis may be longer than 255."""
    for name, array in fields.items():
        bytes([len(name.encode()), *np.shape(array)])  # what does not fit raises
    return encode_record(fields)


def _from_npz(data):
    with np.load(io.BytesIO(data)) as file:
        return dict(file)


@mutant("tf2.13.9", replaces="encode_record", also={"decode_record": _from_npz}, fails="test_record_is_small")
def by_savez(fields):
    """`np.savez` puts more than 200 bytes around each array: write types and shapes in a shorter form."""
    file = io.BytesIO()
    np.savez(file, **fields)
    return file.getvalue()


def _unpickled(data):
    return {n: np.frombuffer(values, kind).reshape(shape) for n, kind, shape, values in pickle.loads(data)}  # noqa: S301


@mutant("tf2.13.9", replaces="encode_record", also={"decode_record": _unpickled}, fails="test_record_is_no_pickle")
def by_pickle(fields):
    """You write a pickle: whoever reads one that somebody else has made runs whatever stands in it."""
    return pickle.dumps([(n, a.dtype.str, a.shape, a.tobytes()) for n, a in fields.items()])


# ---------------------------------------------------------------- files, wrong


@mutant("tf2.13.9", replaces="write_shards", fails="test_all_records_come_back_in_order")
def labels_in_a_byte(X, y, folder, n_shards, seed=None):
    """You keep a label in a single byte: whole numbers may be larger than 255."""
    return write_shards(X, np.asarray(y) % 256, folder, n_shards, seed)


@mutant("tf2.13.9", replaces="write_shards", fails="test_all_records_come_back_in_order")
def folders_as_texts(X, y, folder, n_shards, seed=None):
    """You put folder and name together by `+`: the folder may be a `Path` as well, so that `Path(folder) / name` is
    safe."""
    return write_shards(X, y, folder + "/", n_shards, seed)


@mutant("tf2.13.9", replaces="write_shards", fails="test_all_records_come_back_in_order")
def rest_in_the_last_file(X, y, folder, n_shards, seed=None):
    """The last of your files is much larger than the others: their numbers of records differ by one at most."""
    sizes = [len(y) // n_shards] * n_shards
    sizes[-1] += len(y) - sum(sizes)
    ends = np.cumsum(sizes)
    order = np.arange(len(y)) if seed is None else np.random.default_rng(seed).permutation(len(y))
    X, y, paths = np.asarray(X)[order], np.asarray(y)[order], []
    for number, end in enumerate(ends):
        (path,) = write_shards(X[end - sizes[number] : end], y[end - sizes[number] : end], folder, 1)
        paths.append(str(Path(path).rename(Path(folder) / f"{number}.records")))
    return paths


@mutant("tf2.13.9", replaces="write_shards", fails="test_all_records_come_back_in_order")
def dealt_out(X, y, folder, n_shards, seed=None):
    """You deal the records out like cards: the first file is to have the first ones."""
    order = np.concatenate([np.arange(first, len(y), n_shards) for first in range(n_shards)])
    return write_shards(np.asarray(X)[order], np.asarray(y)[order], folder, n_shards, seed)


@mutant("tf2.13.9", replaces="write_shards", fails="test_seed_puts_records_into_an_order")
def never_shuffled(X, y, folder, n_shards, seed=None):
    """You don't use the seed: with one the records are put into an order of chance."""
    return write_shards(X, y, folder, n_shards)


@mutant("tf2.13.9", replaces="write_shards", fails="test_seed_puts_records_into_an_order")
def labels_left_behind(X, y, folder, n_shards, seed=None):
    """You shuffle the pictures and leave their labels where they were: use one order for both."""
    order = np.arange(len(y)) if seed is None else np.random.default_rng(seed).permutation(len(y))
    return write_shards(np.asarray(X)[order], y, folder, n_shards)


def _parts(path):
    """The payloads of a file of ours as they stand there, with or without a fitting checksum."""
    data = Path(path).read_bytes()
    at = 28  # behind length, checksum, header and checksum
    while at < len(data):
        head, size_check = data[at : at + 8], data[at + 8 : at + 12]
        size = int.from_bytes(head, "little")
        payload, check = data[at + 12 : at + 12 + size], data[at + 12 + size : at + 16 + size]
        yield head, size_check, payload, check
        at += 16 + size


def _record(payload):
    fields = decode_record(payload)
    return fields["picture"], int(fields["label"])


@mutant("tf2.13.9", replaces="read_shard", fails="test_changed_bytes_are_met")
def nothing_checked(path):
    """You don't compare the checksums."""
    for _, _, payload, _ in _parts(path):
        yield _record(payload)


@mutant("tf2.13.9", replaces="read_shard", fails="test_changed_bytes_are_met")
def header_unchecked(path):
    """You don't compare the checksum at the file's beginning: its bytes count as well."""
    for head, size_check, payload, check in _parts(path):
        if size_check != struct.pack("<I", zlib.crc32(head)) or check != struct.pack("<I", zlib.crc32(payload)):
            raise ValueError("damaged")
        yield _record(payload)


@mutant("tf2.13.9", replaces="read_shard", fails="test_changed_bytes_are_met")
def damaged_ones_left_out(path):
    """You pass over what is damaged without a word: raise a ValueError."""
    try:
        yield from read_shard(path)
    except ValueError:
        return


@mutant("tf2.13.9", replaces="read_shard", fails="test_missing_ends_are_met")
def reads_until_nothing_comes(path):
    """A file that ends between two records looks whole to you: how many there should be has to stand in it."""
    data = Path(path).read_bytes()
    records._read_checked(io.BytesIO(data))
    file = io.BytesIO(data[28:])
    while file.tell() < len(data) - 28:
        yield _record(records._read_checked(file))


@mutant("tf2.13.9", replaces="read_shard", fails="test_missing_ends_are_met")
def goes_on_no_further(path):
    """You don't look whether anything comes behind the last record."""
    file = io.BytesIO(Path(path).read_bytes())
    for _ in range(struct.unpack("<Q", records._read_checked(file)[4:])[0]):
        yield _record(records._read_checked(file))


@mutant("tf2.13.9", replaces="read_shard", fails="test_records_before_the_damage_are_handed_out")
def whole_file_first(path):
    """You read the whole file first: it may be larger than memory, and the records before a damage are lost."""
    return iter(list(read_shard(path)))


@mutant("tf2.13.9", replaces="read_shard", fails="test_file_is_read_record_by_record")
def all_bytes_at_once(path):
    """You read all bytes of the file at once: it may be larger than memory. Read as many as the next record has."""
    copy = io.BytesIO(Path(path).read_bytes())
    for _ in range(struct.unpack("<Q", records._read_checked(copy)[4:])[0]):
        yield _record(records._read_checked(copy))
    if copy.read(1):
        raise ValueError("it goes on")


@mutant("tf2.13.9", replaces="read_shard", fails="test_missing_ends_are_met")
def too_few_bytes_for_struct(path):
    """Where a file ends too early, `struct.unpack` raises a `struct.error`, which is no ValueError: look first how many
    bytes have come."""
    with open(path, "rb") as file:

        def checked(n):
            part = file.read(n)
            if struct.unpack("<I", file.read(4))[0] != zlib.crc32(part):
                raise ValueError("damaged")
            return part

        for _ in range(struct.unpack("<Q", checked(struct.unpack("<Q", checked(8))[0])[4:])[0]):
            yield _record(checked(struct.unpack("<Q", checked(8))[0]))
        if file.read(1):
            raise ValueError("it goes on")


@mutant("tf2.13.9", replaces="read_shard", fails="test_changed_bytes_are_met")
def another_error(path):
    """A file that is damaged makes an error of another kind: a ValueError is asked for."""
    try:
        yield from read_shard(path)
    except ValueError as error:
        raise RuntimeError(str(error)) from error


# ---------------------------------------------------------------- right


def _line(payload):
    return hashlib.md5(payload).hexdigest().encode() + b" " + payload + b"\n"


def write_lines(X, y, folder, n_shards, seed=None):
    """Text: hash, picture in base64 and label on each line, and how many there are on the last."""
    rows = list(range(len(y)))
    if seed is not None:
        random.Random(seed).shuffle(rows)
    paths = []
    for k in range(n_shards):
        mine = rows[k * len(rows) // n_shards : (k + 1) * len(rows) // n_shards]
        paths.append(str(Path(folder) / f"{k}.txt"))
        with open(paths[-1], "wb") as file:
            for place, row in enumerate(mine):
                picture = base64.b64encode(np.asarray(X)[row].tobytes()).decode()
                file.write(_line(json.dumps([place, picture, int(np.asarray(y)[row])]).encode()))
            file.write(_line(json.dumps([len(mine)]).encode()))
    return paths


def read_lines(path):
    """Line by line, until the one that says how many there were."""
    n = 0
    with open(path, "rb") as file:
        for line in file:
            payload = line[33:-1]
            if _line(payload) != line:
                raise ValueError("a line is damaged")
            record = json.loads(payload)
            if record[0] != n:
                raise ValueError("a line is missing")
            if len(record) == 1:
                if file.read():
                    raise ValueError("it goes on")
                return
            n += 1
            yield np.frombuffer(base64.b64decode(record[1]), np.uint8).reshape(28, 28).copy(), record[2]
    raise ValueError("no end")


class OtherShards(IterableDataset):
    """Without helpers: places, buffer and workers in one loop, by Python's own generator."""

    def __init__(self, paths, shuffle=False, n_open=2, buffer_size=100, seed=0):
        self.paths, self.shuffle, self.how = list(paths), shuffle, (n_open, buffer_size, seed)
        self.epoch = 0

    def set_epoch(self, epoch):
        self.epoch = epoch

    def __iter__(self):
        info = get_worker_info()
        number, of = (0, 1) if info is None else (info.id, info.num_workers)
        n_open, size, seed = self.how
        rng = random.Random(f"{seed} {self.epoch}")
        paths = list(self.paths)
        if self.shuffle:
            rng.shuffle(paths)
        paths = [path for place, path in enumerate(paths) if place % of == number]
        if not self.shuffle:
            n_open = size = 1
        buffer, places = [], []
        while places or paths:
            while len(places) < n_open and paths:
                places.append(read_lines(paths.pop(0)))
            for place in range(len(places)):
                item = next(places[place], None)
                while item is None and paths:
                    places[place] = read_lines(paths.pop(0))
                    item = next(places[place], None)
                if item is None:
                    places[place] = None
                    continue
                buffer.append((torch.tensor(item[0]), item[1]))
                if len(buffer) >= size:
                    yield buffer.pop(rng.randrange(len(buffer)))
            places = [one for one in places if one is not None]
        rng.shuffle(buffer)
        yield from buffer


def fit_other(paths, n_classes, n_epochs=5, batch_size=32, seed=0):
    """All records in memory, a normalisation of batches in place of one layer, and SGD with momentum."""
    torch.manual_seed(seed)
    items = list(OtherShards(paths))
    X, y = torch.stack([picture for picture, _ in items]), torch.tensor([label for _, label in items])

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("level", X.float().mean())
            self.register_buffer("spread", X.float().std())
            self.layers = nn.Sequential(
                nn.Flatten(), nn.Linear(784, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, n_classes)
            )

        def forward(self, X):
            return self.layers((X - self.level) / self.spread)

    net = Net()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
    for _ in range(n_epochs):
        for rows in torch.randperm(len(X)).split(batch_size):
            if len(rows) > 1:
                loss = nn.functional.cross_entropy(net(X[rows]), y[rows])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    return net.eval()


def _lines_back(data):
    head, _, rest = bytes(data).partition(b"\n")
    found = {}
    for name, kind, shape, n_bytes in json.loads(head):
        found[name] = np.ndarray(shape, kind, bytearray(rest[:n_bytes]))
        rest = rest[n_bytes:]
    return found


@alternative("tf2.13.9", replaces="encode_record", also={"decode_record": _lines_back})
def a_line_of_names(fields):
    """A line of JSON, and then the bytes."""
    arrays = [np.ascontiguousarray(array).reshape(np.shape(array)) for array in fields.values()]
    table = [[n, str(a.dtype), list(a.shape), a.nbytes] for n, a in zip(fields, arrays, strict=True)]
    return json.dumps(table).encode("ascii") + b"\n" + b"".join(array.tobytes() for array in arrays)


def _packed_back(data):
    import msgpack

    return {name: np.frombuffer(values, kind).reshape(shape) for name, kind, shape, values in msgpack.unpackb(data)}


@alternative("tf2.13.9", replaces="encode_record", also={"decode_record": _packed_back})
def by_msgpack(fields):
    """By a library for such messages."""
    import msgpack

    arrays = {name: np.asarray(array) for name, array in fields.items()}
    return msgpack.packb([[name, str(a.dtype), list(a.shape), a.tobytes()] for name, a in arrays.items()])


@alternative(
    "tf2.13.9",
    replaces="write_shards",
    also={"read_shard": read_lines, "ShardDataset": OtherShards, "fit_from_shards": fit_other},
)
def lines_with_an_end(X, y, folder, n_shards, seed=None):
    """A line for each record, in base64 with a hash, and one at the end that says so."""
    return write_lines(X, y, folder, n_shards, seed)
