# %% right
# Intent: own byte format with varints (number of fields; for each its name, a type's number, its shape, its values). A
# shard is a head with magic and number of records, then length + checksum + payload + checksum for each record; the number
# in the head tells a file that ends between two records. Workers share one order of files and take every n-th of it. The
# layer merges each batch's mean and sum of squares into running ones in float64. The network is a small convolutional
# one, fed by all files open at once and a large buffer.
from pathlib import Path
from zlib import crc32

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from course import device

_TYPES = ("uint8", "int64", "float32", "float64", "bool")
_MAGIC = b"SHRD"


def _put_number(number):
    out = bytearray()
    while number >= 128:
        out.append(number % 128 + 128)
        number //= 128
    out.append(number)
    return bytes(out)


def _get_number(data, at):
    number, factor = 0, 1
    while True:
        byte = data[at]
        at += 1
        number += (byte % 128) * factor
        factor *= 128
        if byte < 128:
            return number, at


def encode_record(fields):
    parts = [_put_number(len(fields))]
    for name, array in fields.items():
        array = np.asarray(array)
        text = name.encode("utf-8", "surrogatepass")
        parts.append(_put_number(len(text)))
        parts.append(text)
        parts.append(_put_number(_TYPES.index(array.dtype.name)))
        parts.append(_put_number(array.ndim))
        for size in array.shape:
            parts.append(_put_number(size))
        parts.append(array.astype(array.dtype.newbyteorder("<")).tobytes())
    return b"".join(parts)


def decode_record(data):
    fields = {}
    n_fields, at = _get_number(data, 0)
    for _ in range(n_fields):
        length, at = _get_number(data, at)
        name = bytes(data[at : at + length]).decode("utf-8", "surrogatepass")
        at += length
        kind, at = _get_number(data, at)
        n_axes, at = _get_number(data, at)
        shape, count = [], 1
        for _ in range(n_axes):
            size, at = _get_number(data, at)
            shape.append(size)
            count *= size
        dtype = np.dtype(_TYPES[kind])
        n_bytes = count * dtype.itemsize
        flat = np.frombuffer(bytes(data[at : at + n_bytes]), dtype=dtype.newbyteorder("<"))
        fields[name] = flat.astype(dtype).reshape(shape)
        at += n_bytes
    return fields


def write_shards(X, y, folder, n_shards, seed=None):
    X = np.asarray(X, dtype=np.uint8)
    y = np.asarray(y)
    n = len(X)
    order = np.arange(n) if seed is None else np.random.default_rng(seed).permutation(n)
    small, n_larger = divmod(n, n_shards)
    paths = []
    start = 0
    for shard in range(n_shards):
        size = small + (1 if shard < n_larger else 0)
        path = Path(folder) / f"shard-{shard:05d}-of-{n_shards:05d}.rec"
        with open(path, "wb") as file:
            head = _MAGIC + size.to_bytes(8, "little")
            file.write(head + crc32(head).to_bytes(4, "little"))
            for i in order[start : start + size]:
                payload = encode_record({"picture": X[i], "label": np.array(int(y[i]), dtype=np.int64)})
                length = len(payload).to_bytes(4, "little")
                file.write(length + crc32(length).to_bytes(4, "little"))
                file.write(payload + crc32(payload).to_bytes(4, "little"))
        paths.append(str(path))
        start += size
    return paths


def _take(file, n_bytes):
    data = file.read(n_bytes)
    if len(data) < n_bytes:
        raise ValueError("the file ends too early")
    return data


def _checked(file, n_bytes):
    data = _take(file, n_bytes)
    if crc32(data) != int.from_bytes(_take(file, 4), "little"):
        raise ValueError("a checksum does not fit")
    return data


def read_shard(path):
    with open(path, "rb") as file:
        head = _checked(file, 12)
        if head[:4] != _MAGIC:
            raise ValueError("this is no shard")
        for _ in range(int.from_bytes(head[4:], "little")):
            length = int.from_bytes(_checked(file, 4), "little")
            fields = decode_record(_checked(file, length))
            yield fields["picture"], int(fields["label"])
        if file.read(1) != b"":
            raise ValueError("there are bytes behind the last record")


def interleave(streams, n_open):
    end = object()
    following = min(n_open, len(streams))
    open_ones = [iter(streams[i]) for i in range(following)]
    while open_ones:
        still_open = []
        for source in open_ones:
            item = next(source, end)
            while item is end and following < len(streams):
                source = iter(streams[following])
                following += 1
                item = next(source, end)
            if item is not end:
                still_open.append(source)
                yield item
        open_ones = still_open


def shuffled(stream, buffer_size, rng):
    end = object()
    source = iter(stream)
    buffer = []
    while len(buffer) < buffer_size:
        item = next(source, end)
        if item is end:
            break
        buffer.append(item)
    while buffer:
        place = int(rng.integers(len(buffer)))
        yield buffer[place]
        item = next(source, end) if source is not None else end
        if item is end:
            source = None
            buffer[place] = buffer[-1]
            buffer.pop()
        else:
            buffer[place] = item


class ShardDataset(IterableDataset):
    def __init__(self, paths, shuffle=False, n_open=2, buffer_size=100, seed=0):
        super().__init__()
        self.paths = list(paths)
        self.shuffle = shuffle
        self.n_open = n_open
        self.buffer_size = buffer_size
        self.seed = seed
        self.epoch = 0

    def set_epoch(self, epoch):
        self.epoch = epoch

    def __iter__(self):
        info = get_worker_info()
        mine, n_workers = (0, 1) if info is None else (info.id, info.num_workers)
        paths = self.paths
        if self.shuffle:
            # the same order in all workers, or else they could not share it
            order = np.random.default_rng([self.seed, self.epoch]).permutation(len(paths))
            paths = [paths[i] for i in order]
        paths = paths[mine::n_workers]
        if self.shuffle:
            rng = np.random.default_rng([self.seed, self.epoch, mine + 1])
            records = shuffled(interleave([read_shard(path) for path in paths], self.n_open), self.buffer_size, rng)
        else:
            records = (record for path in paths for record in read_shard(path))
        for picture, label in records:
            yield torch.from_numpy(picture), label


class Standardise(nn.Module):
    def __init__(self, shape=(28, 28)):
        super().__init__()
        self.register_buffer("mean", torch.zeros(tuple(shape), dtype=torch.float64))
        self.register_buffer("deviation", torch.ones(tuple(shape), dtype=torch.float64))

    def adapt(self, batches):
        n = 0
        mean = torch.zeros_like(self.mean)
        squares = torch.zeros_like(self.mean)
        lowest = highest = None
        with torch.no_grad():
            for batch in batches:
                m = len(batch)
                if m == 0:
                    continue
                batch = batch.to(self.mean.device).to(self.mean.dtype)
                batch_mean = batch.sum(dim=0) / m
                batch_squares = ((batch - batch_mean) ** 2).sum(dim=0)
                step = batch_mean - mean
                squares = squares + batch_squares + step**2 * (n * m / (n + m))
                mean = mean + step * (m / (n + m))
                n += m
                low, high = batch.amin(dim=0), batch.amax(dim=0)
                lowest = low if lowest is None else torch.minimum(lowest, low)
                highest = high if highest is None else torch.maximum(highest, high)
            deviation = torch.ones_like(mean)
            if n > 0:
                deviation = torch.sqrt(squares / n)
                deviation[(lowest == highest) | (deviation == 0)] = 1.0
            self.mean.copy_(mean)
            self.deviation.copy_(deviation)

    def forward(self, X):
        return ((X.to(self.mean.dtype) - self.mean) / self.deviation).to(torch.float32)


def fit_from_shards(paths, n_classes, n_epochs=5, batch_size=32, seed=0):
    where = device()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        standardise = Standardise((28, 28))
        standardise.adapt(X for X, _ in DataLoader(ShardDataset(paths), batch_size=256))
        model = nn.Sequential(
            standardise,
            nn.Unflatten(1, (1, 28)),
            nn.Conv2d(1, 16, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(32 * 7 * 7, 64),
            nn.ReLU(),
            nn.Linear(64, n_classes),
        ).to(where)
        data = ShardDataset(paths, shuffle=True, n_open=len(paths), buffer_size=4_000, seed=seed)
        optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
        model.train()
        for epoch in range(n_epochs):
            data.set_epoch(epoch)
            for X, y in DataLoader(data, batch_size=batch_size):
                loss = nn.functional.cross_entropy(model(X.to(where)), y.to(where))
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
    return model.cpu().eval()

# %% wrong: shuffled
# Misconception: a shuffle buffer is filled, shuffled and emptied as a whole, then filled again.
def shuffled(stream, buffer_size, rng):
    block = []
    for item in stream:
        block.append(item)
        if len(block) == buffer_size:
            for place in rng.permutation(len(block)):
                yield block[place]
            block = []
    for place in rng.permutation(len(block)):
        yield block[place]

# %% wrong: ShardDataset
# Misconception: each worker needs a seed of its own for all its chance, so it also draws its own order of the files
# before it takes its part of it.
class ShardDataset(IterableDataset):
    def __init__(self, paths, shuffle=False, n_open=2, buffer_size=100, seed=0):
        super().__init__()
        self.paths = list(paths)
        self.shuffle = shuffle
        self.n_open = n_open
        self.buffer_size = buffer_size
        self.seed = seed
        self.epoch = 0

    def set_epoch(self, epoch):
        self.epoch = epoch

    def __iter__(self):
        info = get_worker_info()
        mine, n_workers = (0, 1) if info is None else (info.id, info.num_workers)
        rng = np.random.default_rng([self.seed, self.epoch, mine + 1])
        paths = self.paths
        if self.shuffle:
            paths = [paths[i] for i in rng.permutation(len(paths))]
        paths = paths[mine::n_workers]
        if self.shuffle:
            records = shuffled(interleave([read_shard(path) for path in paths], self.n_open), self.buffer_size, rng)
        else:
            records = (record for path in paths for record in read_shard(path))
        for picture, label in records:
            yield torch.from_numpy(picture), label
