"""Made-up records and pictures for the checks of record files, and probes that write, spoil and read files."""

import numpy as np

from autograder.testing.made_up import pages, script


def pictures(rng, n, side=28):
    """Pictures that can be told apart by their bytes, and labels: (n, side, side) uint8, (n,)."""
    return rng.integers(0, 256, (n, side, side)).astype(np.uint8), rng.integers(0, 50, n)


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
    which are others each time, stand in no transcript."""

    def __init__(self, write_shards, X, y, n_shards, **how):
        import shutil
        import tempfile
        import weakref

        self.folder = tempfile.mkdtemp()
        weakref.finalize(self, shutil.rmtree, self.folder, True)
        self.paths = list(write_shards(X, y, self.folder, n_shards, **how))

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
    """Probe: the first `n` items, and what had been taken of each stream by then."""
    taken = []

    def stream(items):
        for item in items:
            taken.append(item)
            yield item

    found = []
    items = iter(interleave([stream(one) for one in streams], n_open))
    for _ in range(n):
        for item in items:
            found.append(item)
            break
    return found, taken


def buffered(shuffled, n, size, seed, stop):
    """Probe: what a buffer hands out of a stream of numbers, and how many it had taken at each."""
    import numpy as np

    taken = []

    def stream():
        for number in range(n):
            taken.append(number)
            yield number

    found, counts = [], []
    for number in shuffled(stream(), size, np.random.default_rng(seed)):
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


def n_parameters(model):
    """Probe: how many numbers an optimiser would change."""
    return sum(parameter.numel() for parameter in model.parameters())


def take_over(model, other):
    """Probe: load another model's state into one, all of it, counts without dimensions among it."""
    model.load_state_dict(other.state_dict())


def batched(X, size):
    """Probe: tensors in batches, as a stream that can be gone through once."""
    import torch

    return (torch.as_tensor(X[start : start + size]) for start in range(0, len(X), size))
