"""Serving models, what is served and by what (tf2.19.1 to tf2.19.4): wrong answers, and right ones."""

import json
import math
import struct

import numpy as np

from autograder.testing import alternative, mutant
from solutions.serving_models.questions import batch_requests as right_batches
from solutions.serving_models.questions import finish_times as right_times
from solutions.serving_models.questions import message_sizes as right_sizes
from solutions.serving_models.questions import tensor_entries as right_entries

# ---------------------------------------------------------------- tf2.19.1


@mutant("tf2.19.1", replaces="tensor_entries", fails="test_reads_the_header")
def metadata_is_a_tensor(data):
    """`__metadata__` is no tensor: leave it out."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    right_entries(data)
    none = {"dtype": "", "shape": [], "data_offsets": [0, 0]}
    entries = {name: {**none, **entry} for name, entry in header.items()}
    return {n: (e["dtype"], tuple(e["shape"]), len(e["data_offsets"])) for n, e in entries.items()}


@mutant("tf2.19.1", replaces="tensor_entries", fails="test_reads_the_header")
def end_for_size(data):
    """You return where a tensor ends: its size is the difference of the two offsets."""
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    found = right_entries(data)
    return {n: (kind, shape, header[n]["data_offsets"][1]) for n, (kind, shape, _) in found.items()}


@mutant("tf2.19.1", replaces="tensor_entries", fails="test_reads_the_header")
def numbers_for_bytes(data):
    """You count numbers: a float32 has four bytes, a float64 eight."""
    return {n: (kind, shape, math.prod(shape)) for n, (kind, shape, _) in right_entries(data).items()}


@mutant("tf2.19.1", replaces="tensor_entries", fails="test_reads_the_header")
def big_endian(data):
    """The header's length is little-endian: its lowest byte comes first."""
    length = int.from_bytes(data[:8], "big")
    return right_entries(data) if length < len(data) else {}


@mutant("tf2.19.1", replaces="tensor_entries", fails="test_reads_the_header")
def one_byte_per_letter(data):
    """The header is UTF-8, in which "ö" has two bytes: you read each byte as a letter."""
    return {name.encode().decode("latin-1"): entry for name, entry in right_entries(data).items()}


@mutant("tf2.19.1", replaces="tensor_entries", fails="test_reads_the_header")
def private_names(data):
    """You leave out all names that begin with `_`: `__metadata__` alone is no tensor."""
    return {name: entry for name, entry in right_entries(data).items() if not name.startswith("_")}


@mutant("tf2.19.1", replaces="tensor_entries", fails="test_a_file_that_breaks_off_is_noticed")
def numbers_not_looked_for(data):
    """You read the header alone: whether the numbers are all there, you don't look."""
    length = int.from_bytes(data[:8], "little")
    return right_entries(bytes(data) + bytes(10_000) if len(data) >= 8 + length else data)


@mutant("tf2.19.1", replaces="tensor_entries", fails="test_a_file_that_breaks_off_is_noticed")
def header_not_looked_for(data):
    """A header that breaks off within its blanks is JSON all the same: compare its length with what is there."""
    if len(data) < 8:
        raise ValueError("too short")
    length = int.from_bytes(data[:8], "little")
    missing = 8 + length - len(data)
    if missing > 0:
        header = json.loads(data[8:])
        return dict.fromkeys(header, ("", (), 0))
    return right_entries(data)


@mutant("tf2.19.1", replaces="tensor_entries", fails="test_a_file_that_breaks_off_is_noticed")
def length_not_looked_for(data):
    """`struct.unpack` raises `struct.error` where there are fewer than 8 bytes, which is no `ValueError`."""
    struct.unpack("<Q", data[:8])
    return right_entries(data)


class BreaksOff(ValueError):
    """An error of one's own."""


@alternative("tf2.19.1", replaces="tensor_entries")
def from_a_stream(data):
    """As a file, read part by part."""
    import io

    file = io.BytesIO(data)
    length = int.from_bytes(file.read(8), "little") if len(data) >= 8 else len(data) + 1
    text = file.read(length)
    if len(text) < length:
        raise BreaksOff
    rest = len(file.read())
    entries = {n: e for n, e in json.loads(text.decode()).items() if n != "__metadata__"}
    if any(e["data_offsets"][1] > rest for e in entries.values()):
        raise ValueError("numbers are missing")
    return {n: [e["dtype"], e["shape"], e["data_offsets"][1] - e["data_offsets"][0]] for n, e in entries.items()}


# ---------------------------------------------------------------- tf2.19.2


@mutant("tf2.19.2", replaces="batch_requests", fails="test_gathers_requests")
def from_the_last_one(arrivals, max_batch, max_wait):
    """You wait from the last request on: the time runs from the first one of the batch."""
    batches = []
    for number, arrival in enumerate(arrivals):
        if not batches or len(batches[-1]) == max_batch or arrival > arrivals[batches[-1][-1]] + max_wait:
            batches.append([])
        batches[-1].append(number)
    return batches


@mutant("tf2.19.2", replaces="batch_requests", fails="test_gathers_requests")
def never_full(arrivals, max_batch, max_wait):
    """Your batches grow beyond `max_batch`."""
    return right_batches(arrivals, len(arrivals) + 1, max_wait)


@mutant("tf2.19.2", replaces="batch_requests", fails="test_gathers_requests")
def never_waits_out(arrivals, max_batch, max_wait):
    """You wait until a batch is full, however long that takes."""
    return [list(range(first, min(first + max_batch, len(arrivals)))) for first in range(0, len(arrivals), max_batch)]


@mutant("tf2.19.2", replaces="batch_requests", fails="test_gathers_requests")
def too_late_at_the_end(arrivals, max_batch, max_wait):
    """Who arrives exactly when the time is up still joins."""
    return right_batches(arrivals, max_batch, max_wait - 0.01) if max_wait else right_batches(arrivals, 1, 0.0)


@mutant("tf2.19.2", replaces="batch_requests", fails="test_gathers_requests")
def one_too_many(arrivals, max_batch, max_wait):
    """Your batches have one request more than `max_batch`."""
    return right_batches(arrivals, max_batch + 1, max_wait)


@mutant("tf2.19.2", replaces="batch_requests", fails="test_gathers_requests")
def by_the_clock(arrivals, max_batch, max_wait):
    """You cut time into equal pieces: a batch's time begins when its first request arrives."""
    batches, begin = [], arrivals[0] if arrivals else 0.0
    for number, arrival in enumerate(arrivals):
        piece = (arrival - begin) // max(max_wait, 1e-6)
        if not batches or piece != batches[-1][0] or len(batches[-1][1]) == max_batch:
            batches.append((piece, []))
        batches[-1][1].append(number)
    return [batch for _, batch in batches]


@mutant("tf2.19.2", replaces="TF2_19_2_CHOICE", fails="test_reasons_for_a_server", constant=True)
def more_accurate():
    """A server computes what the model computes: it makes no prediction better."""
    return ["many clients", "weekly versions", "one GPU", "canary", "accuracy"]


@mutant("tf2.19.2", replaces="TF2_19_2_CHOICE", fails="test_reasons_for_a_server", constant=True)
def without_a_canary():
    """A server can send a part of the requests to a new version, which is what a canary is."""
    return ["many clients", "weekly versions", "one GPU"]


@mutant("tf2.19.2", replaces="TF2_19_2_CHOICE", fails="test_reasons_for_a_server", constant=True)
def in_a_tunnel():
    """Where there is no network, no server can be asked."""
    return ["many clients", "weekly versions", "one GPU", "canary", "no network"]


@alternative("tf2.19.2", replaces="batch_requests")
def one_batch_after_the_other(arrivals, max_batch, max_wait):
    """Batch by batch, with a search for its end."""
    batches, first = [], 0
    while first < len(arrivals):
        in_time = int(np.searchsorted(arrivals, arrivals[first] + max_wait, side="right"))
        last = min(in_time, first + max_batch)
        batches.append(np.arange(first, last))
        first = last
    return batches


# ---------------------------------------------------------------- tf2.19.3


@mutant("tf2.19.3", replaces="finish_times", fails="test_waits_for_the_first_free_server")
def in_turn(arrivals, seconds, n_servers):
    """You go round the servers in turn: one with a long request before it gets the next one all the same."""
    free, finished = [0.0] * n_servers, []
    for number, (arrival, duration) in enumerate(zip(arrivals, seconds, strict=True)):
        server = number % n_servers
        free[server] = max(free[server], arrival) + duration
        finished.append(free[server])
    return finished


@mutant("tf2.19.3", replaces="finish_times", fails="test_waits_for_the_first_free_server")
def begins_before_it_is_there(arrivals, seconds, n_servers):
    """A request can't be begun before it has arrived, though a server is free."""
    return right_times([0.0] * len(arrivals), seconds, n_servers)


@mutant("tf2.19.3", replaces="finish_times", fails="test_waits_for_the_first_free_server")
def all_at_once(arrivals, seconds, n_servers):
    """You let no request wait: a server answers one at a time."""
    return [arrival + duration for arrival, duration in zip(arrivals, seconds, strict=True)]


@mutant("tf2.19.3", replaces="finish_times", fails="test_waits_for_the_first_free_server")
def by_number_of_requests(arrivals, seconds, n_servers):
    """You choose the server that has had the fewest requests: which one is done first depends on how long they take."""
    free, had, finished = [0.0] * n_servers, [0] * n_servers, []
    for arrival, duration in zip(arrivals, seconds, strict=True):
        server = had.index(min(had))
        had[server] += 1 + (duration > 4)
        free[server] = max(free[server], arrival) + duration
        finished.append(free[server])
    return finished


@mutant("tf2.19.3", replaces="finish_times", fails="test_waits_for_the_first_free_server")
def in_order_of_time(arrivals, seconds, n_servers):
    """The times belong to the requests in their order: don't sort them."""
    return sorted(right_times(arrivals, seconds, n_servers))


@mutant("tf2.19.3", replaces="finish_times", fails="test_waits_for_the_first_free_server")
def how_long_it_took(arrivals, seconds, n_servers):
    """You return how long each request took: the time at which it is answered is asked for."""
    ends = right_times(arrivals, seconds, n_servers)
    return [end - arrival for end, arrival in zip(ends, arrivals, strict=True)]


@mutant("tf2.19.3", replaces="finish_times", fails="test_waits_for_the_first_free_server")
def one_server(arrivals, seconds, n_servers):
    """You let one server do it all."""
    return right_times(arrivals, seconds, 1)


@alternative("tf2.19.3", replaces="finish_times")
def with_an_array(arrivals, seconds, n_servers):
    """The servers' times in an array."""
    free, finished = np.zeros(n_servers), np.zeros(len(arrivals))
    for number, arrival in enumerate(arrivals):
        first = int(free.argmin())
        finished[number] = free[first] = max(free[first], arrival) + seconds[number]
    return finished


# ---------------------------------------------------------------- tf2.19.4


@mutant("tf2.19.4", replaces="message_sizes", fails="test_sizes_of_messages")
def eight_bytes_each(values):
    """A field of kind float has 4 bytes for each number: 8 are those of a double."""
    text, _ = right_sizes(values)
    length = 8 * len(values)
    return text, 1 + max(1, -(-length.bit_length() // 7)) + length


@mutant("tf2.19.4", replaces="message_sizes", fails="test_sizes_of_messages")
def length_in_one_byte(values):
    """A length beyond 127 takes more than one byte."""
    return right_sizes(values)[0], 2 + 4 * len(values)


@mutant("tf2.19.4", replaces="message_sizes", fails="test_sizes_of_messages")
def length_in_four_bytes(values):
    """The length is a varint, which is as short as can be: no four bytes."""
    return right_sizes(values)[0], 5 + 4 * len(values)


@mutant("tf2.19.4", replaces="message_sizes", fails="test_sizes_of_messages")
def not_packed(values):
    """You write number and kind of the field before each of its numbers: once is enough, they are packed."""
    return right_sizes(values)[0], 5 * len(values)


@mutant("tf2.19.4", replaces="message_sizes", fails="test_sizes_of_messages")
def with_blanks(values):
    """`json.dumps` puts a blank after each comma if nobody tells it otherwise."""
    return len(json.dumps(np.asarray(values, dtype=float).tolist())), right_sizes(values)[1]


@mutant("tf2.19.4", replaces="message_sizes", fails="test_sizes_of_messages")
def whole_numbers_stay_whole(values):
    """As float64 a whole number is written with its point: 3.0."""
    return len(json.dumps(np.asarray(values).tolist(), separators=(",", ":"))), right_sizes(values)[1]


@mutant("tf2.19.4", replaces="message_sizes", fails="test_sizes_of_messages")
def counts_numbers(values):
    """The varint holds the length in bytes, not how many numbers there are."""
    n = len(values)
    return right_sizes(values)[0], 1 + max(1, -(-n.bit_length() // 7)) + 4 * n


@mutant("tf2.19.4", replaces="TF2_19_4_CHOICE", fails="test_protocol_for_each_case", constant=True)
def always_the_faster_one():
    """A browser, and programs of others, speak REST without anything else: gRPC needs its own code on both sides."""
    return dict.fromkeys(["browser", "pictures", "partners", "stream"], "gRPC")


@mutant("tf2.19.4", replaces="TF2_19_4_CHOICE", fails="test_protocol_for_each_case", constant=True)
def always_the_simpler_one():
    """Tensors as JSON are several times as large and have to be parsed; and REST has no stream in both directions."""
    return dict.fromkeys(["browser", "pictures", "partners", "stream"], "REST")


@mutant("tf2.19.4", replaces="TF2_19_4_CHOICE", fails="test_protocol_for_each_case", constant=True)
def rest_for_the_stream():
    """One connection on which both sides send at any time is what gRPC's streams are for."""
    return {"browser": "REST", "pictures": "gRPC", "partners": "REST", "stream": "REST"}


@alternative("tf2.19.4", replaces="message_sizes")
def by_writing(values):
    """By writing the message byte by byte."""
    numbers = np.asarray(values, dtype=float)
    message, left = bytearray([10]), 4 * len(numbers)
    while left >= 128:
        message.append(left % 128 + 128)
        left //= 128
    message.append(left)
    message += numbers.astype("<f4").tobytes()
    return [len(json.dumps(list(numbers), separators=(",", ":")).encode()), len(message)]
