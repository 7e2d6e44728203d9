"""Made-up records and pictures for the checks of record files, and probes that write, spoil and read files."""

import numpy as np

from autograder.testing.made_up import pages, script


def pictures(rng, n, side=28):
    """Pictures that can be told apart by their bytes, and labels of five digits: (n, side, side) uint8, (n,)."""
    return rng.integers(0, 256, (n, side, side)).astype(np.uint8), rng.integers(10_000, 100_000, n)


def known_by(X, y):
    """What each picture is told by, with its number and its label."""
    pairs = zip(X, y, strict=True)
    return {picture.tobytes(): (number, int(label)) for number, (picture, label) in enumerate(pairs)}


def faint_letters(rng, *sizes):
    """Letters that nobody knows, seen through a haze: X, y, X, y, … of so many each, (n, 28, 28) uint8, ten kinds.

    The darkest and the brightest pixel are few steps apart, and far from 0: divided by 255, all pictures are nearly
    the same.
    """
    letters, level, contrast = script(rng, forms=3, spot=0.0), rng.uniform(90, 200), rng.uniform(0.1, 0.14)
    parts = pages(rng, letters, *sizes)
    for number, X in enumerate(parts[::2]):
        hazy = level + contrast * X + rng.uniform(-0.5, 0.5, X.shape)
        parts[2 * number] = np.round(hazy).astype(np.uint8).reshape(-1, 28, 28)
    return parts


# ---------------------------------------------------------------- probes: run in the student's process, hold no secret


class Written:
    """Probe: record files that the submission has written, in a folder that goes when this object goes. Their paths,
    which are others each time, stand in no transcript. Folder and paths are texts, or of `pathlib`."""

    def __init__(self, write_shards, X, y, n_shards, as_path=False, **how):
        import pathlib
        import shutil
        import tempfile
        import weakref

        self.folder = tempfile.mkdtemp()
        weakref.finalize(self, shutil.rmtree, self.folder, True)
        kind = pathlib.Path if as_path else str
        self.paths = [kind(path) for path in write_shards(X, y, kind(self.folder), n_shards, **how)]

    def count(self):
        """How many paths there are, and how many of them differ."""
        return len(self.paths), len(set(map(str, self.paths)))

    def sizes(self):
        """How many bytes each file has."""
        import os

        return [os.path.getsize(path) for path in self.paths]

    def read(self, read_shard, number=0, path=None):
        """The records of a file until its end or an error, and the name of the error."""
        found, error = [], ""
        try:
            for picture, label in read_shard(path or self.paths[number]):
                found.append([picture, label])
        except Exception as raised:
            error = type(raised).__name__ if not isinstance(raised, ValueError) else "ValueError"
        return found, error

    def read_spoiled(self, read_shard, place, change):
        """The same of a copy of the first file with the bits of one byte changed, cut off there (0), or with one byte
        more (-1)."""
        copy = str(self.paths[0]) + ".spoiled"
        with open(self.paths[0], "rb") as file:
            data = bytearray(file.read())
        if change > 0:
            data[place] ^= change
        elif change == 0:
            data = data[:place]
        else:
            data = data + bytes([7])
        with open(copy, "wb") as file:
            file.write(data)
        return self.read(read_shard, path=copy)

    def read_while_it_spoils(self, read_shard):
        """How many records of the first file come, and the name of the error, if its last byte changes as soon as the
        first record is there."""
        n, error = 0, ""
        try:
            for _ in read_shard(self.paths[0]):
                n += 1
                if n == 1:
                    with open(self.paths[0], "r+b") as file:
                        file.seek(-1, 2)
                        (last,) = file.read(1)
                        file.seek(-1, 2)
                        file.write(bytes([last ^ 1]))
        except Exception as raised:
            error = type(raised).__name__ if not isinstance(raised, ValueError) else "ValueError"
        return n, error

    def data(self, make, turned=False, **how):
        """A data set of the files, or of them from the last to the first."""
        return make(self.paths[::-1] if turned else self.paths, **how)

    def fit(self, fit, n_classes, **how):
        """A network that is fed from the files."""
        return fit(self.paths, n_classes, **how)


def described(decode_record, data):
    """Probe: names, types, shapes and values of a record, for an array without dimensions would come as a number."""
    import numpy as np

    fields = decode_record(data)
    kinds = [[name, str(np.asarray(array).dtype), list(np.shape(array))] for name, array in fields.items()]
    return kinds, [np.asarray(array).ravel() for array in fields.values()]


def interleaved(interleave, streams, n_open, n):
    """Probe: the first `n` items, and what had been taken of each stream by then. Every other stream is an iterator,
    the rest begin anew with each `iter`."""
    taken = []

    class Stream:
        def __init__(self, items):
            self.items = items

        def __iter__(self):
            for item in self.items:
                taken.append(item)
                yield item

    found, asked = [], [Stream(one) for one in streams]
    items = iter(interleave([iter(one) if k % 2 else one for k, one in enumerate(asked)], n_open))
    for _ in range(n):
        for item in items:
            found.append(item)
            break
    return found, taken


def buffered(shuffled, n, size, seed, stop, once=True):
    """Probe: what a buffer hands out of a stream of numbers, and how many it had taken at each. The stream can be gone
    through once, or begins anew with each `iter`."""
    import numpy as np

    taken = []

    class Stream:
        def __iter__(self):
            for number in range(n):
                taken.append(number)
                yield number

    found, counts = [], []
    for number in shuffled(iter(Stream()) if once else Stream(), size, np.random.default_rng(seed)):
        found.append(int(number))
        counts.append(len(taken))
        if len(found) == stop:
            break
    return found, counts


def worked(dataset, worker, n_workers):
    """Probe: all items of a data set as one of several workers of a loader sees it; 0 workers: as the main process."""
    import numpy as np
    import torch
    from torch.utils.data._utils import worker as workers

    before = workers._worker_info
    if n_workers:
        workers._worker_info = workers.WorkerInfo(id=worker, num_workers=n_workers, seed=worker, dataset=dataset)
    try:
        items = [[picture, label] for picture, label in dataset]
    finally:
        workers._worker_info = before
    kinds = sorted({str(getattr(picture, "dtype", "")) for picture, _ in items if isinstance(picture, torch.Tensor)})
    return [[np.asarray(picture), int(label)] for picture, label in items], kinds


def by_a_loader(dataset, batch_size):
    """Probe: the labels of all batches, and the shapes of the pictures in them, as PyTorch's loader gives them."""
    from torch.utils.data import DataLoader

    batches = list(DataLoader(dataset, batch_size=batch_size))
    return [label for _, y in batches for label in y.tolist()], [list(X.shape) for X, _ in batches]


def n_parameters(model):
    """Probe: how many numbers an optimiser would change."""
    return sum(parameter.numel() for parameter in model.parameters())


def take_over(model, other):
    """Probe: load another model's state into one, all of it, counts without dimensions among it."""
    model.load_state_dict(other.state_dict())


def most_alive(layer, X, size):
    """Probe: how many batches of a stream were still there at the same time while a layer learned from it."""
    import weakref

    import torch

    refs, counts = [], []

    def stream():
        for start in range(0, len(X), size):
            batch = torch.as_tensor(X[start : start + size]).clone()
            refs.append(weakref.ref(batch))
            counts.append(sum(ref() is not None for ref in refs))
            yield batch

    layer.adapt(stream())
    return max(counts)


def batched(X, size):
    """Probe: tensors in batches, as a stream that can be gone through once."""
    import torch

    return (torch.as_tensor(X[start : start + size]) for start in range(0, len(X), size))
