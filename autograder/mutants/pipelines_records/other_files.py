"""Data pipelines, record files (tf2.13.9): a format, a stream and a training unlike the reference's."""

import base64
import hashlib
import json
import random
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import IterableDataset, get_worker_info


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
