"""Data pipelines, record files for Fashion-MNIST (tf2.13.9), writing and reading: the answers."""

import json
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

import numpy as np
from numpy.typing import ArrayLike, NDArray


def encode_record(fields: Mapping[str, NDArray[np.generic]]) -> bytes:
    """Return a record as bytes, from which `decode_record` makes it again.

    Parameters
    ----------
    fields : arrays by name, perhaps none. A name is any text that UTF-8 can write, of
        any length, perhaps an empty one. An array is of uint8, int64, float32, float64
        or bool, and has any shape, () and (0,) among them.

    Returns
    -------
    In a format of your own: names, types and shapes are in the bytes. These are not
    many more than the arrays' own (`nbytes`) and those of the names in UTF-8: 100 more
    for each field at most, and 100 in all. (Names that are not plain ASCII letters may
    take more, as JSON writes them.)

    Examples
    --------
    >>> record = {"size": np.array(38), "pixels": np.zeros((2, 3), dtype=np.uint8)}
    >>> again = decode_record(encode_record(record))
    >>> again["size"].item(), again["pixels"].shape, again["pixels"].dtype
    (38, (2, 3), dtype('uint8'))
    """
    arrays = {name: np.asarray(array) for name, array in fields.items()}
    table = json.dumps([[name, array.dtype.str, array.shape] for name, array in arrays.items()]).encode()
    return struct.pack("<I", len(table)) + table + b"".join(array.tobytes() for array in arrays.values())


def decode_record(data: bytes) -> dict[str, NDArray[np.generic]]:
    """Return a record's fields as they were: names in order, types, shapes, values.

    Parameters
    ----------
    data : from `encode_record`.

    Examples
    --------
    >>> decode_record(encode_record({"label": np.array([7, 2])}))["label"].tolist()
    [7, 2]
    """
    (size,) = struct.unpack_from("<I", data)
    fields: dict[str, NDArray[np.generic]] = {}
    at = 4 + size
    for name, kind, shape in json.loads(data[4:at]):
        n_values = int(np.prod(shape, dtype=int))
        array = np.frombuffer(data, dtype=kind, count=n_values, offset=at)
        fields[name] = array.reshape(shape).copy()  # a view of bytes could not be written to
        at += array.nbytes
    return fields


def write_shards(X: ArrayLike, y: ArrayLike, folder: str | Path, n_shards: int, seed: int | None = None) -> list[str]:
    """Write pictures and labels into several files.

    Parameters
    ----------
    X : (n, 28, 28) uint8.
    y : (n,) whole numbers from 0 on, large ones too: a label for each picture.
    folder : where the files go; it is there. Files that an earlier call has written
        into it may be replaced.
    n_shards : number of files, from 1 to n.
    seed : None: the first file has the first pictures, and so on. Else they are put
        into an order of chance before, which the seed decides.

    Returns
    -------
    Paths of the files, in order. Each picture with its label is in one of them, as a
    record, and the files' numbers of records differ by one at most.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> X = np.zeros((5, 28, 28), dtype=np.uint8)
    >>> paths = write_shards(X, [3, 1, 4, 1, 5], mkdtemp(), n_shards=2)
    >>> [[label for _, label in read_shard(path)] for path in paths]
    [[3, 1, 4], [1, 5]]
    """
    pictures, labels = np.asarray(X), np.asarray(y, dtype=np.int64)
    order = np.arange(len(labels)) if seed is None else np.random.default_rng(seed).permutation(len(labels))
    paths = []
    for number, rows in enumerate(np.array_split(order, n_shards)):
        paths.append(str(Path(folder) / f"part-{number:05}-of-{n_shards:05}.records"))
        with open(paths[-1], "wb") as file:
            _write_checked(file, _MAGIC + struct.pack("<Q", len(rows)))  # so that a missing end is seen
            for row in rows:
                _write_checked(file, encode_record({"picture": pictures[row], "label": labels[row]}))
    return paths


def read_shard(path: str | Path) -> Iterator[tuple[NDArray[np.uint8], int]]:
    """Return an iterator over the pictures of a file, (28, 28) uint8, and their labels.

    They are read one by one, when they are asked for: a file may be larger than memory.

    Raises
    ------
    ValueError : something in the file is not as `write_shards` has written it: any byte
        has changed, bytes have been added at the end, or the file ends too early, be it
        in the middle of a record or between two. It is raised where the damage is met:
        records before it are handed out. What is met before the first record may be
        raised by the call or when the first record is asked for.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> X = np.arange(2 * 784).reshape(2, 28, 28).astype(np.uint8)
    >>> (path,) = write_shards(X, [0, 9], mkdtemp(), n_shards=1)
    >>> [(int(picture[0, 1]), label) for picture, label in read_shard(path)]
    [(1, 0), (17, 9)]
    """
    with open(path, "rb") as file:
        head = _read_checked(file)
        if len(head) != 12 or head[:4] != _MAGIC:
            raise ValueError(f"{path} is no file of records")
        for _ in range(struct.unpack("<Q", head[4:])[0]):
            fields = decode_record(_read_checked(file))
            yield fields["picture"].astype(np.uint8, copy=False), int(fields["label"])
        if file.read(1):
            raise ValueError(f"{path} goes on behind its end")


_MAGIC = b"RECS"


def _write_checked(file: BinaryIO, payload: bytes) -> None:
    """Write length and payload, each with its checksum behind it."""
    for part in (struct.pack("<Q", len(payload)), payload):
        file.write(part + struct.pack("<I", crc32(part)))


def _read_checked(file: BinaryIO) -> bytes:
    """Read what `_write_checked` has written."""
    (size,) = struct.unpack("<Q", _read_part(file, 8))
    return _read_part(file, size)


def _read_part(file: BinaryIO, size: int) -> bytes:
    part, check = file.read(size), file.read(4)
    if len(part) != size or check != struct.pack("<I", crc32(part)):
        raise ValueError("a record is damaged or cut short")
    return part
