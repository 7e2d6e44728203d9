"""Serving models, what is served and by what (tf2.19.1 to tf2.19.4): the answers."""

import heapq
import json
import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

TF2_19_1 = """
There are two kinds. A file of weights holds tensors by their names and nothing else: that is a `state_dict`, best as
safetensors, which is a header with names, types, shapes and places, and then the numbers. Who loads it needs the class
the model was made from. A saved program holds the computation as well: `torch.export` writes an archive with the graph,
the weights, what shapes the inputs may have and what the outputs are called (TensorFlow's SavedModel: graph, variables,
signatures, assets). It runs without the class, from other languages too.

One looks into an archive by listing it (it is a zip) and by printing the loaded program, and into safetensors by its
header, or with `safe_open`, without reading a single weight. A pickle can't be looked into safely: loading it runs what
its maker wanted.
"""
TF2_19_1_RUBRIC = """
- 1 point: weights by name, without the computation (state_dict, safetensors); the class is needed to load them
- 1 point: a saved program has graph, weights and signature (names, types and shapes of inputs and outputs), assets
- 1 point: how one looks into it (list the archive, read the header, print the program), without unpickling
"""


def tensor_entries(data: bytes) -> dict[str, tuple[str, tuple[int, ...], int]]:
    r"""Return what a file in the safetensors format says it holds.

    Parameters
    ----------
    data : the content of the file: the length of the header (8 bytes, unsigned,
        little-endian); the header, JSON in UTF-8; the numbers. The header is an object.
        For each tensor's name it has an object with "dtype" (a text such as "F32"),
        "shape" (a list of whole numbers) and "data_offsets" (two whole numbers: first
        byte and end, counted from where the numbers begin). It may have an
        entry "__metadata__", which is no tensor, and blanks at its end.

    Returns
    -------
    For each name: dtype, shape (a tuple) and the number of bytes.

    Raises
    ------
    ValueError : the file is shorter than it says: than 8 bytes, than its header's
        length, or than a tensor's end.

    Examples
    --------
    >>> header = b'{"w": {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]}}'
    >>> tensor_entries(len(header).to_bytes(8, "little") + header + bytes(8))
    {'w': ('F32', (2, 1), 8)}
    >>> tensor_entries(len(header).to_bytes(8, "little") + header + bytes(7))
    Traceback (most recent call last):
        ...
    ValueError: the file ends within 'w'
    """
    if len(data) < 8:
        raise ValueError("the file ends within the header's length")
    begin = 8 + struct.unpack("<Q", data[:8])[0]
    if len(data) < begin:
        raise ValueError("the file ends within the header")
    entries = {}
    for name, entry in json.loads(data[8:begin]).items():
        if name == "__metadata__":
            continue
        first, end = entry["data_offsets"]
        if begin + end > len(data):
            raise ValueError(f"the file ends within {name!r}")
        entries[name] = (entry["dtype"], tuple(entry["shape"]), end - first)
    return entries


TF2_19_2 = """
If a model is used in one program, one calls it there. A server pays as soon as several programs or people share it:
the model is in memory once, on the machine with the GPU; requests of many are gathered into batches; it is updated,
rolled back or tried with a part of the requests (a canary) without a new release of the programs; several versions and
models stand side by side; use, latency and errors are measured in one place. Programs in any language reach it by REST
or gRPC.

Ready-made ones are NVIDIA Triton, TensorFlow Serving, Ray Serve, BentoML and LitServe (TorchServe is archived). A small
one of one's own is written with FastAPI and run by uvicorn. Containers and Kubernetes start more of them if the load
grows.
"""
TF2_19_2_RUBRIC = """
- 1 point: several programs or many clients share one model
- 1 point: versions: update, roll back or canary without touching the programs
- 1 point: batching, monitoring, scaling, or REST and gRPC ready-made (two of them)
- 1 point: names a server (Triton, TensorFlow Serving, Ray Serve, BentoML, LitServe, FastAPI with uvicorn, …)
"""


def batch_requests(arrivals: Sequence[float], max_batch: int, max_wait: float) -> list[list[int]]:
    """Return which requests a server answers together.

    A batch begins with the first request that is in no batch yet. Others join it as
    they arrive, until there are `max_batch`, or until `max_wait` seconds have gone by
    since its first request arrived: who arrives exactly then still joins.

    Parameters
    ----------
    arrivals : when each request arrives, in seconds, in ascending order; perhaps none.
    max_batch : at least 1.
    max_wait : at least 0.

    Returns
    -------
    The numbers of the requests in each batch, from 0 on.

    Examples
    --------
    >>> batch_requests([0.0, 1.0, 2.0, 7.0], max_batch=8, max_wait=2.0)
    [[0, 1, 2], [3]]
    >>> batch_requests([0.0, 0.0, 0.0], max_batch=2, max_wait=2.0)
    [[0, 1], [2]]
    """
    batches: list[list[int]] = []
    for number, arrival in enumerate(arrivals):
        if not batches or len(batches[-1]) == max_batch or arrival > arrivals[batches[-1][0]] + max_wait:
            batches.append([])
        batches[-1].append(number)
    return batches


# All that speak for a model server, in any order.
TF2_19_2_CHOICE: list[str] = ["many clients", "weekly versions", "one GPU", "canary"]

TF2_19_3 = """
All servers get the same version from the same place: a folder that they share or a registry (a bucket, MLflow, a
container image), which they watch or are told to look into. A load balancer stands in front of them, knows which of
them are healthy and spreads the requests; clients know its address alone. Kubernetes does both, and starts more servers
if they are busy.

An update goes round: one server after the other is taken out, loads the new version, answers a trial request and comes
back, so that somebody is always there. For a while two versions answer, hence each answer names its version.
"""
TF2_19_3_RUBRIC = """
- 1 point: all load the same model from one place (shared folder, bucket, registry, image)
- 1 point: a load balancer in front that spreads requests over the healthy ones
- 1 point: how an update reaches all of them without a gap (one after the other, watching, rolling)
"""


def finish_times(arrivals: Sequence[float], seconds: Sequence[float],
                 n_servers: int) -> list[float]:  # fmt: skip
    """Return when each request is answered, each by the server that is free first.

    A server answers one request at a time, in the order in which it gets them. A
    request is given to a server as it arrives: to the one that will be done soonest
    with all it has been given before.

    Parameters
    ----------
    arrivals : when each request arrives, in ascending order; perhaps none.
    seconds : how long the answer to each takes, on any of the servers.
    n_servers : at least 1, all free at the beginning.

    Returns
    -------
    The time at which each request is answered, in the order of the requests.

    Examples
    --------
    >>> finish_times([0.0, 0.0, 1.0], [5.0, 2.0, 3.0], n_servers=2)
    [5.0, 2.0, 5.0]
    >>> finish_times([0.0, 0.0, 1.0], [5.0, 2.0, 3.0], n_servers=1)
    [5.0, 7.0, 10.0]
    """
    free = [0.0] * n_servers
    finished = []
    for arrival, duration in zip(arrivals, seconds, strict=True):
        end = max(arrival, heapq.heappop(free)) + duration
        heapq.heappush(free, end)
        finished.append(end)
    return finished


def message_sizes(values: ArrayLike) -> tuple[int, int]:
    """Return how many bytes a list of numbers takes as JSON and as protocol buffers.

    Parameters
    ----------
    values : (n,) finite numbers, n >= 1.

    Returns
    -------
    json : of the list of these numbers as float64, as `json.dumps` writes it without
        blanks, ``separators=(",", ":")``, in UTF-8.
    packed : of a field with number 1, ``repeated float``: one byte for its number and
        kind, the length of the numbers in bytes as a varint, and 4 bytes for each
        number. A varint has 7 bits of the length in each byte: one byte up to 127, two
        up to 16,383, and so on.

    Examples
    --------
    >>> message_sizes([0.5, -1.25, 3.0])
    (15, 14)
    >>> message_sizes(np.zeros(100))[1]
    403
    """
    numbers = np.asarray(values, dtype=np.float64)
    written = json.dumps(numbers.tolist(), separators=(",", ":"))
    length = 4 * len(numbers)
    varint = max(1, -(-length.bit_length() // 7))
    return len(written), 1 + varint + length


# For each case "REST" or "gRPC".
TF2_19_4_CHOICE: dict[str, str] = {
    "browser": "REST",
    "pictures": "gRPC",
    "partners": "REST",
    "stream": "gRPC",
}
