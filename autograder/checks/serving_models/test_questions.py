"""Hidden checks of serving models: what is served, and by what (tf2.19.1 to tf2.19.4)."""

import json

import numpy as np
from safetensors.numpy import save

from autograder.checks.serving_models.inputs import all_chosen
from autograder.testing import check
from autograder.testing.closed import agrees, choice, chosen

KINDS = {"F32": np.float32, "F64": np.float64, "I8": np.int8, "I64": np.int64, "U8": np.uint8, "BOOL": np.bool_}
# A choice is asked for after one call of the function beside it.
ASKED = {"batch_requests": ([0.0, 1.0], 1, 1.0), "message_sizes": ([0.5],)}


def _tensors(rng):
    """Some arrays by name, of several types and numbers of dimensions, and the types' names."""
    arrays, kinds = {}, {}
    for number in range(int(rng.integers(3, 7))):
        name = f"{('layer', '_orig_mod.', 'größe')[number % 3]}{rng.integers(100)}.{number}.weight"
        kinds[name] = str(rng.choice(list(KINDS)))
        shape = tuple(int(size) for size in rng.integers(1, 6, int(rng.integers(0, 4))))
        arrays[name] = np.zeros(shape, dtype=KINDS[kinds[name]])
    return arrays, kinds


@check("tf2.19.1", core=True, hint='`struct.unpack("<Q", data[:8])` gives the header\'s length, `json.loads` reads it.')
def test_reads_the_header(student, rng):
    """Names, types, shapes and sizes are those of the tensors that were saved, with metadata or without, in whatever
    letters and with whatever first one a name is written."""
    for number in range(8):
        arrays, kinds = _tensors(rng)
        data = save(arrays, metadata={"format": "np", "data_offsets": "none"} if number % 2 else None)
        found = student.tensor_entries(data)
        assert isinstance(found, dict) and found.keys() == arrays.keys()
        for name, array in arrays.items():
            dtype, shape, size = found[name]
            assert dtype == kinds[name] and list(shape) == list(array.shape) and size == array.nbytes


def _file(sizes, gap=0):
    """A file with a tensor of bytes for each size, in the reverse order of their places."""
    header, place = {}, 0
    for number, size in enumerate(sizes):
        header[f"part {number} – ünï"] = {"dtype": "U8", "shape": [size], "data_offsets": [place, place + size]}
        place += size
    text = json.dumps(dict(reversed(header.items())), ensure_ascii=False).encode() + b" " * gap
    return len(text).to_bytes(8, "little") + text + bytes(place)


def _is_value_error(tensor_entries, data):
    """Probe: whether a file is refused so; other errors come out."""
    try:
        tensor_entries(data)
    except ValueError:
        return True
    return False


@check("tf2.19.1", hint="Offsets count from where the numbers begin: what is the place of the last byte in the file?")
def test_a_file_that_breaks_off_is_noticed(student, rng):
    """A file that is whole is read, also one that holds nothing; one that breaks off in its length, its header or its
    numbers is a `ValueError`."""
    data = _file([int(size) for size in rng.integers(3, 30, 4)], gap=int(rng.integers(1, 9)))
    begin = 8 + int.from_bytes(data[:8], "little")
    assert len(student.tensor_entries(data)) == 4
    assert len(student.tensor_entries(_file([]))) == 0
    # In its middle the header is no JSON, whose error is a ValueError as well; cut in the blanks it is.
    for length in (len(data) - 1, begin + int(rng.integers(0, len(data) - begin)), begin - 1, 20, 7, 0):
        assert student.probe_(_is_value_error)(student.tensor_entries, data[:length])
    assert student.probe_(_is_value_error)(student.tensor_entries, b"{}   ")  # JSON, but no header


def _batches(arrivals, max_batch, max_wait):
    """By the clock: who has arrived when the first one's time is up, and no more than there is room for."""
    left, batches = list(enumerate(arrivals)), []
    while left:
        end = left[0][1] + max_wait
        n = min(max_batch, sum(arrival <= end for _, arrival in left))
        batches.append([number for number, _ in left[:n]])
        left = left[n:]
    return batches


@check("tf2.19.2", core=True, hint="A batch's time runs from its first request, not from its last one.")
def test_gathers_requests(student, rng):
    """Each request is in the batch that it arrives in time for, as long as there is room."""
    cases = []
    for number in range(14):
        arrivals = np.sort(rng.integers(0, 12, int(rng.integers(1, 14)))) / 4  # exact, with some at the same time
        cases.append((arrivals.tolist(), int(rng.integers(1, 6)), float(rng.integers(0, 7)) / 4 if number % 4 else 0.0))
    steadily = (float(rng.integers(0, 9)) + np.arange(9) / 4).tolist()  # each before the last one's time is up
    cases += [(steadily, max_batch, wait) for max_batch, wait in ((9, 0.5), (9, 1.0), (4, 0.75), (2, 0.5))]
    agrees(student.batch_requests, _batches, [*cases, ([], 3, 1.0)])


@check("tf2.19.2", hint="What does a server do for those who share it? What does it do for the model itself?")
def test_reasons_for_a_server(student, rng):
    """All that speaks for a server is chosen, and nothing else."""
    right = ["many clients", "weekly versions", "one GPU", "canary"]
    found = choice(student, "TF2_19_2_CHOICE", "batch_requests", *ASKED["batch_requests"])
    chosen(found, [*right, "one script", "no network", "accuracy"], right=right)


def _finished(arrivals, seconds, n_servers):
    """With a queue for each server."""
    queues = [[] for _ in range(n_servers)]
    finished = []
    for arrival, duration in zip(arrivals, seconds, strict=True):
        queue = min(queues, key=lambda ends: ends[-1] if ends else 0.0)
        queue.append(max([arrival, *queue[-1:]]) + duration)
        finished.append(queue[-1])
    return finished


@check("tf2.19.3", core=True, hint="Note for each server when it is free; a request begins when it has arrived and the "
       "server is free.")  # fmt: skip
def test_waits_for_the_first_free_server(student, rng):
    """Each request is answered by the server that is done first, one at a time, and not before it has arrived."""
    cases = []
    for n_servers in (1, 2, 2, 3, 3, 4, 5, 2, 3, 1):
        n = int(rng.integers(6, 16))
        arrivals = np.sort(rng.integers(0, 4 * n // n_servers, n)) / 2.0
        cases.append((arrivals.tolist(), (rng.integers(1, 16, n) / 2.0).tolist(), n_servers))
    agrees(student.finish_times, _finished, [*cases, ([], [], 2)])


def _sizes(values):
    """By writing both messages."""
    body = np.asarray(values, dtype="<f4").tobytes()
    length, varint = len(body), b""
    while True:
        length, low = length >> 7, length & 127
        varint += bytes([low | (128 if length else 0)])
        if not length:
            break
    text = "[" + ",".join(repr(float(value)) for value in values) + "]"
    return len(text), len(b"\x0a" + varint + body)


@check("tf2.19.4", core=True, hint="How many bytes does the varint take from 128 bytes, from 16,384 bytes on?")
def test_sizes_of_messages(student, rng):
    """Both sizes are right, for few numbers and for many, whole ones and such with many digits."""
    sizes = (1, 2, 31, 32, 33, 500, 4095, 4096, 5000, int(rng.integers(100, 400)))
    cases = [(rng.normal(0, 10.0 ** rng.integers(-6, 7), n),) for n in sizes]
    cases += [(rng.integers(-99, 99, 40),), (np.float32(rng.normal(size=20)),)]
    found = [student.message_sizes(*case) for case in cases]
    for (values,), pair in zip(cases, found, strict=True):
        assert tuple(int(size) for size in pair) == _sizes(values)


@check("tf2.19.4", hint="Who can speak it already? Who sends tensors, and how many of them?")
def test_protocol_for_each_case(student, rng):
    """The protocol is right for each case."""
    right = {"browser": "REST", "pictures": "gRPC", "partners": "REST", "stream": "gRPC"}
    found = choice(student, "TF2_19_4_CHOICE", "message_sizes", *ASKED["message_sizes"])
    all_chosen(found, right, {"REST", "gRPC"})
