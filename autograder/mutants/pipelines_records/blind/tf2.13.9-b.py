# %% right
# Intent: a JSON header and the raw bytes for a record; files with a counted header, framed records and a running CRC;
# deque, islice and StandardScaler.partial_fit for the streams; a small CNN, all files open, a large buffer.
import json
import struct
from collections import deque
from itertools import chain, islice
from pathlib import Path
from zlib import crc32

import numpy as np
import torch
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from course import device


def encode_record(fields):
    arrays = {name: np.asarray(array) for name, array in fields.items()}
    about = [[name, array.dtype.str, array.shape] for name, array in arrays.items()]
    head = json.dumps(about, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return b"".join([struct.pack("<Q", len(head)), head, *(array.tobytes() for array in arrays.values())])


def decode_record(data):
    (n,) = struct.unpack_from("<Q", data)
    fields, at = {}, 8 + n
    for name, kind, shape in json.loads(bytes(data[8:at]).decode("utf-8", "surrogatepass")):
        dtype = np.dtype(kind)
        size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        fields[name] = np.frombuffer(bytearray(data[at : at + size]), dtype=dtype).reshape(shape)
        at += size
    return fields


def _put(file, payload, crc):
    head = struct.pack("<Q", len(payload))
    crc = crc32(payload, crc)
    file.write(head + struct.pack("<I", crc32(head)) + payload + struct.pack("<I", crc))
    return crc


def _get(file, crc):
    head = file.read(12)
    if len(head) < 12 or crc32(head[:8]) != struct.unpack("<I", head[8:])[0]:
        raise ValueError("a record's head is damaged, or not there")
    (length,) = struct.unpack("<Q", head[:8])
    payload, check = file.read(length), file.read(4)
    crc = crc32(payload, crc)
    if len(payload) < length or check != struct.pack("<I", crc):
        raise ValueError("a record is damaged, or cut off")
    return payload, crc


def write_shards(X, y, folder, n_shards, seed=None):
    X, y = np.asarray(X, dtype=np.uint8), np.asarray(y, dtype=np.int64)
    order = np.arange(len(X)) if seed is None else np.random.default_rng(seed).permutation(len(X))
    paths = []
    for i, numbers in enumerate(np.array_split(order, n_shards)):
        path = Path(folder) / f"shard-{i:05d}-of-{n_shards:05d}.rec"
        with path.open("wb") as file:
            crc = _put(file, struct.pack("<Q", len(numbers)), 0)
            for number in numbers:
                crc = _put(file, encode_record({"picture": X[number], "label": y[number]}), crc)
        paths.append(str(path))
    return paths


def read_shard(path):
    with open(path, "rb") as file:
        head, crc = _get(file, 0)
        for _ in range(struct.unpack("<Q", head)[0]):
            payload, crc = _get(file, crc)
            record = decode_record(payload)
            yield record["picture"], record["label"].item()
        if file.read(1):
            raise ValueError("there is something after the last record")


def interleave(streams, n_open):
    waiting, end = map(iter, streams), object()
    turns = deque(islice(waiting, n_open))
    while turns:
        for stream in chain([turns.popleft()], waiting):
            if (item := next(stream, end)) is not end:
                yield item
                turns.append(stream)
                break


def shuffled(stream, buffer_size, rng):
    it = iter(stream)
    buffer = list(islice(it, buffer_size))
    while buffer:
        i = int(rng.integers(len(buffer)))
        yield buffer[i]
        buffer[i : i + 1] = islice(it, 1)


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
        worker, n_workers = (info.id, info.num_workers) if info else (0, 1)
        paths = self.paths
        if self.shuffle:
            paths = [paths[i] for i in np.random.default_rng([self.seed, self.epoch]).permutation(len(paths))]
        streams = [read_shard(path) for path in paths[worker::n_workers]]
        if self.shuffle:
            rng = np.random.default_rng([self.seed, self.epoch, 1 + worker])
            records = shuffled(interleave(streams, self.n_open), self.buffer_size, rng)
        else:
            records = chain.from_iterable(streams)
        return ((torch.from_numpy(picture), label) for picture, label in records)


class Standardise(nn.Module):
    def __init__(self, shape=(28, 28)):
        super().__init__()
        self.shape = tuple(shape)
        self.register_buffer("mean", torch.zeros(self.shape, dtype=torch.float64))
        self.register_buffer("std", torch.ones(self.shape, dtype=torch.float64))

    def adapt(self, batches):
        scaler = StandardScaler()
        for X in batches:
            if len(X):
                scaler.partial_fit(X.detach().cpu().double().reshape(len(X), -1).numpy())
        self.mean.copy_(torch.from_numpy(scaler.mean_).reshape(self.shape))
        self.std.copy_(torch.from_numpy(scaler.scale_).reshape(self.shape))

    def forward(self, X):
        return ((X.double() - self.mean) / self.std).float()


def fit_from_shards(paths, n_classes, n_epochs=5, batch_size=32, seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        standardise = Standardise()
        standardise.adapt(X for X, _ in DataLoader(ShardDataset(paths), batch_size=1_000))
        model = nn.Sequential(
            standardise,
            nn.Unflatten(1, (1, 28)),
            nn.Conv2d(1, 16, 5, stride=2, padding=2), nn.ReLU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.ReLU(),
            nn.Flatten(), nn.Linear(32 * 49, 128), nn.ReLU(), nn.Linear(128, n_classes),
        ).to(device())
        optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
        data = ShardDataset(paths, shuffle=True, n_open=len(paths), buffer_size=10_000, seed=seed)
        for epoch in range(n_epochs):
            data.set_epoch(epoch)
            for X, y in DataLoader(data, batch_size=batch_size):
                optimiser.zero_grad()
                nn.functional.cross_entropy(model(X.to(device())), y.to(device())).backward()
                optimiser.step()
    return model.cpu().eval()


# %% wrong: ShardDataset
# Misconception: each worker needs a chance of its own for everything, so it also puts the files into its own order
# before it takes its share of them.
class ShardDataset(ShardDataset):
    def __iter__(self):
        info = get_worker_info()
        worker, n_workers = (info.id, info.num_workers) if info else (0, 1)
        if not self.shuffle:
            records = chain.from_iterable(map(read_shard, self.paths[worker::n_workers]))
        else:
            rng = np.random.default_rng([self.seed, self.epoch, worker])
            paths = [self.paths[i] for i in rng.permutation(len(self.paths))]
            streams = [read_shard(path) for path in paths[worker::n_workers]]
            records = shuffled(interleave(streams, self.n_open), self.buffer_size, rng)
        return ((torch.from_numpy(picture), label) for picture, label in records)


# %% wrong: Standardise
# Misconception: the deviation of all inputs is the mean of the batches' deviations (and so is the mean of the means).
class Standardise(Standardise):
    def adapt(self, batches):
        means, stds = [], []
        for X in batches:
            X = X.double()
            means.append(X.mean(0))
            stds.append(X.std(0, unbiased=False))
        self.mean.copy_(torch.stack(means).mean(0))
        std = torch.stack(stds).mean(0)
        self.std.copy_(torch.where(std == 0, torch.ones_like(std), std))
