# %% right
# Intent: a varint-based record format (name, type code, shape, raw little-endian bytes); files of numbered, checksummed
# frames with an end mark that counts them; generators for mixing; statistics merged batch by batch in float64; a small
# convolutional network with the statistics as buffers, fed from all files at once through a big buffer.
import struct
from itertools import chain
from pathlib import Path
from zlib import crc32

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from course import device


def _put_varint(number):
    out = bytearray()
    while number >= 128:
        out.append(number % 128 + 128)
        number //= 128
    out.append(number)
    return bytes(out)


def _get_varint(data, position):
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, position


_TYPES = ("|u1", "<i8", "<f4", "<f8", "|b1")


def encode_record(fields):
    parts = []
    for name, value in fields.items():
        array = np.asarray(value)
        stored = array.dtype.newbyteorder("<").str
        text = name.encode("utf-8", "surrogatepass")
        parts += [_put_varint(len(text)), text, bytes([_TYPES.index(stored), array.ndim])]
        parts += map(_put_varint, array.shape)
        parts.append(array.astype(stored, copy=False).tobytes())
    return b"".join(parts)


def decode_record(data):
    fields, position = {}, 0
    while position < len(data):
        length, position = _get_varint(data, position)
        name = bytes(data[position : position + length]).decode("utf-8", "surrogatepass")
        position += length
        dtype, ndim = np.dtype(_TYPES[data[position]]), data[position + 1]
        position += 2
        shape = []
        for _ in range(ndim):
            size, position = _get_varint(data, position)
            shape.append(size)
        count = int(np.prod(shape, dtype=np.int64))
        array = np.frombuffer(data, dtype, count, position) if count else np.empty(0, dtype)
        fields[name] = array.reshape(shape).astype(dtype.newbyteorder("="))  # a copy that can be written to
        position += count * dtype.itemsize
    return fields


_HEAD = struct.Struct("<QQ")  # number of the record, length of its payload
_SUM = struct.Struct("<I")
_END = 2**64 - 1  # a length that no record has: here the file ends, after as many records


def _summed(piece):
    return piece + _SUM.pack(crc32(piece))


def write_shards(X, y, folder, n_shards, seed=None):
    X, y = np.asarray(X, dtype=np.uint8), np.asarray(y, dtype=np.int64)
    order = np.arange(len(X)) if seed is None else np.random.default_rng(seed).permutation(len(X))
    paths = []
    for shard, chosen in enumerate(np.array_split(order, n_shards)):
        path = Path(folder) / f"pictures-{shard:05d}-of-{n_shards:05d}.rec"
        with open(path, "wb") as file:
            for number, i in enumerate(chosen):
                payload = encode_record({"picture": X[i], "label": y[i]})
                file.write(_summed(_HEAD.pack(number, len(payload))) + _summed(payload))
            file.write(_summed(_HEAD.pack(len(chosen), _END)))
        paths.append(str(path))
    return paths


def read_shard(path):
    with open(path, "rb") as file:

        def checked(count):
            piece = file.read(count + 4)
            if len(piece) < count + 4:
                raise ValueError(f"{path} ends too early")
            if _SUM.unpack(piece[count:])[0] != crc32(piece[:count]):
                raise ValueError(f"{path} is damaged")
            return piece[:count]

        expected = 0
        while True:
            number, length = _HEAD.unpack(checked(_HEAD.size))
            if number != expected:
                raise ValueError(f"{path} lacks a record")
            if length == _END:
                break
            record = decode_record(checked(length))
            yield record["picture"], int(record["label"])
            expected += 1
        if file.read(1):
            raise ValueError(f"{path} goes on after its end")


def interleave(streams, n_open):
    waiting = iter(streams)
    places = []
    missing = object()

    def fresh():
        """The next stream that has something, already asked for its first item."""
        for stream in waiting:
            source = iter(stream)
            if (item := next(source, missing)) is not missing:
                return source, item
        return None, missing

    opened = [iter(stream) for _, stream in zip(range(n_open), waiting)]
    places = opened
    while places:
        going_on = []
        for source in places:
            if (item := next(source, missing)) is missing:
                source, item = fresh()
            if item is not missing:
                going_on.append(source)
                yield item
        places = going_on


def shuffled(stream, buffer_size, rng):
    buffer = []
    source = iter(stream)
    for item in source:
        buffer.append(item)
        if len(buffer) == buffer_size:
            break
    else:
        source = iter(())
    while buffer:
        place = int(rng.integers(len(buffer)))
        yield buffer[place]
        for item in source:
            buffer[place] = item
            break
        else:
            del buffer[place]
            break
    for place in rng.permutation(len(buffer)):
        yield buffer[place]


class ShardDataset(IterableDataset):
    def __init__(self, paths, shuffle=False, n_open=2, buffer_size=100, seed=0):
        super().__init__()
        self.paths, self.shuffle = list(paths), shuffle
        self.n_open, self.buffer_size, self.seed = n_open, buffer_size, seed
        self.epoch = 0

    def set_epoch(self, epoch):
        self.epoch = epoch

    def __iter__(self):
        info = get_worker_info()
        worker, n_workers = (0, 1) if info is None else (info.id, info.num_workers)
        paths = self.paths
        if self.shuffle:  # all workers agree on this order, and then deal the files out
            order = np.random.default_rng([self.seed, self.epoch]).permutation(len(paths))
            paths = [paths[i] for i in order]
        files = [read_shard(path) for path in paths[worker::n_workers]]
        if self.shuffle:
            rng = np.random.default_rng([self.seed, self.epoch, worker + 1])
            records = shuffled(interleave(files, self.n_open), self.buffer_size, rng)
        else:
            records = chain.from_iterable(files)
        return ((torch.from_numpy(picture), label) for picture, label in records)


class Standardise(nn.Module):
    def __init__(self, shape=(28, 28)):
        super().__init__()
        self.register_buffer("mean", torch.zeros(tuple(shape)))
        self.register_buffer("deviation", torch.ones(tuple(shape)))

    @torch.no_grad()
    def adapt(self, batches):
        shape = self.mean.shape
        n, mean, squares = 0, torch.zeros(shape, dtype=torch.float64), torch.zeros(shape, dtype=torch.float64)
        low, high = torch.full(shape, torch.inf).double(), torch.full(shape, -torch.inf).double()
        for batch in batches:
            batch = batch.detach().cpu().double()
            if len(batch) == 0:
                continue
            centre = batch.mean(dim=0)
            step, total = centre - mean, n + len(batch)
            squares += ((batch - centre) ** 2).sum(dim=0) + step**2 * (n * len(batch) / total)
            mean += step * (len(batch) / total)
            low, high = torch.minimum(low, batch.amin(dim=0)), torch.maximum(high, batch.amax(dim=0))
            n = total
        deviation = torch.where(high > low, (squares / max(n, 1)).sqrt(), 1.0)
        self.mean.copy_(mean)
        self.deviation.copy_(deviation)

    def forward(self, X):
        return (X.to(torch.float32) - self.mean) / self.deviation


def fit_from_shards(paths, n_classes, n_epochs=5, batch_size=32, seed=0):
    where = device()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        scale = Standardise((28, 28))
        scale.adapt(X for X, _ in DataLoader(ShardDataset(paths), batch_size=512))
        model = nn.Sequential(
            scale,
            nn.Unflatten(1, (1, 28)),
            nn.Conv2d(1, 16, 5, stride=2, padding=2),
            nn.ReLU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Dropout(0.25),
            nn.Linear(32 * 7 * 7, 128),
            nn.ReLU(),
            nn.Linear(128, n_classes),
        ).to(where)
        data = ShardDataset(paths, shuffle=True, n_open=len(paths), buffer_size=10_000, seed=seed)
        optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
        model.train()
        for epoch in range(n_epochs):
            data.set_epoch(epoch)
            for X, y in DataLoader(data, batch_size=batch_size):
                loss = F.cross_entropy(model(X.to(where)), y.to(where))
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
    return model.cpu().eval()

# %% wrong: shuffled
# Misconception: a shuffle buffer is filled, handed out completely in an order of chance, and then filled anew.
def shuffled(stream, buffer_size, rng):
    buffer = []
    for item in stream:
        buffer.append(item)
        if len(buffer) == buffer_size:
            yield from (buffer[place] for place in rng.permutation(buffer_size))
            buffer = []
    yield from (buffer[place] for place in rng.permutation(len(buffer)))

# %% wrong: Standardise
# Misconception: the deviation of all inputs is the mean of the batches' deviations (and the mean that of their means).
class Standardise(nn.Module):
    def __init__(self, shape=(28, 28)):
        super().__init__()
        self.register_buffer("mean", torch.zeros(tuple(shape)))
        self.register_buffer("deviation", torch.ones(tuple(shape)))

    def adapt(self, batches):
        means, deviations = [], []
        for batch in batches:
            batch = batch.float()
            means.append(batch.mean(dim=0))
            deviations.append(batch.std(dim=0, correction=0))
        deviation = torch.stack(deviations).mean(dim=0)
        self.mean.copy_(torch.stack(means).mean(dim=0))
        self.deviation.copy_(torch.where(deviation == 0, torch.ones_like(deviation), deviation))

    def forward(self, X):
        return (X.float() - self.mean) / self.deviation
