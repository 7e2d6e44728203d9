"""Carrying frames: both ways, in pieces and in memory; a sender that lies, stalls or attaches odd things is refused."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from autograder.engine.wire import frame as bounds
from autograder.engine.wire import transport
from autograder.engine.wire.frame import WireError
from tests.support.deadlines import SOON, soon

needs_memory_files = pytest.mark.skipif(sys.platform != "linux", reason="memory files are Linux's")


@pytest.fixture(params=["unix", "inet"])
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[socket.socket, socket.socket]]:
    if request.param == "unix":
        if not hasattr(socket, "AF_UNIX"):
            pytest.skip("no Unix sockets")
        left, right = socket.socketpair()
    else:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            left = socket.create_connection(listener.getsockname())
            right, _ = listener.accept()
    with left, right:
        yield left, right


def later(target: Any, *args: Any) -> threading.Thread:
    thread = threading.Thread(target=target, args=args, daemon=True)
    thread.start()
    return thread


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def settles_at(count: int) -> bool:
    """Whether this process comes back to so many open descriptors; some are closed in another thread."""
    until = soon()
    while descriptors() > count and time.monotonic() < until:
        time.sleep(0.01)
    return descriptors() <= count


@pytest.mark.parametrize("size", [0, 1, 11, 4096, transport.CHUNK + 1, transport.LARGE, transport.LARGE + 1, 31 << 20])
def test_what_is_sent_is_received(pair: tuple[socket.socket, socket.socket], size: int) -> None:
    frame = np.random.default_rng(size).bytes(size)
    thread = later(transport.send, pair[0], frame, soon())
    assert transport.receive(pair[1], soon()) == frame
    thread.join(SOON)
    assert not thread.is_alive()


def test_messages_follow_one_another_in_both_directions(pair: tuple[socket.socket, socket.socket]) -> None:
    frames = [b"one", b"", bytes(transport.LARGE + 5), b"two"]
    for sender, receiver in (pair, pair[::-1]):
        thread = later(lambda sender=sender: [transport.send(sender, frame, None) for frame in frames])
        assert [transport.receive(receiver, None) for _ in frames] == frames
        thread.join(SOON)


@needs_memory_files
def test_a_large_frame_does_not_travel_on_the_stream(unix: tuple[socket.socket, socket.socket]) -> None:
    before = descriptors()
    transport.send(unix[0], bytes(transport.LARGE + 1), soon())  # nobody reads: the stream could not hold it
    assert len(transport.receive(unix[1], soon())) == transport.LARGE + 1
    assert settles_at(before)


@needs_memory_files
def test_without_memory_files_a_large_frame_travels_on_the_stream(
    unix: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object) -> int:
        raise PermissionError("seccomp")

    monkeypatch.setattr(os, "memfd_create", forbidden)
    frame = bytes(transport.LARGE + 1)
    later(transport.send, unix[0], frame, soon())
    assert transport.receive(unix[1], soon()) == frame


def test_nothing_larger_than_a_message_is_sent(unix: tuple[socket.socket, socket.socket]) -> None:
    class Huge(bytes):
        def __len__(self) -> int:
            return bounds.MAX_BYTES + 1

    with pytest.raises(WireError):
        transport.send(unix[0], Huge(), None)


# -- a sender that lies --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [transport.INLINE, transport.MEMORY, b"CW1\n", b"\0\0\0\0"])
@pytest.mark.parametrize("length", [bounds.MAX_BYTES + 1, 2**64 - 1])
def test_a_length_out_of_bounds_is_refused_before_the_content(
    pair: tuple[socket.socket, socket.socket], kind: bytes, length: int
) -> None:
    pair[0].sendall(transport.HEAD.pack(kind, length))
    with pytest.raises(WireError):
        transport.receive(pair[1], soon())


@pytest.mark.parametrize("head", [transport.HEAD.pack(transport.MEMORY, 5), transport.HEAD.pack(b"CW1\n", 5)])
def test_memory_without_a_descriptor_and_unknown_kinds_are_refused(
    pair: tuple[socket.socket, socket.socket], head: bytes
) -> None:
    pair[0].sendall(head + b"12345")
    with pytest.raises(WireError):
        transport.receive(pair[1], soon())


def sealed(content: bytes) -> int:
    with transport._sealed(content) as descriptor:
        return os.dup(descriptor)


def unsealed(content: bytes) -> int:
    descriptor = os.memfd_create("frame", os.MFD_ALLOW_SEALING)
    os.write(descriptor, content)
    return descriptor


def partly_sealed(content: bytes) -> int:
    import fcntl

    descriptor = unsealed(content)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW)
    return descriptor


def file_of(content: bytes) -> int:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        return os.dup(file.fileno())


def pipe_end(content: bytes) -> int:
    reading, writing = os.pipe()
    os.write(writing, content)
    os.close(writing)
    return reading


def socket_end(content: bytes) -> int:
    left, right = socket.socketpair()
    left.sendall(content)
    left.close()
    return right.detach()


ODD = {
    "no seals": unsealed,
    "may be written": partly_sealed,
    "longer": lambda content: sealed(content + b"x"),
    "shorter": lambda content: sealed(content[:-1]),
    "empty": lambda content: sealed(b""),
    "a file": file_of,
    "a pipe": pipe_end,
    "a socket": socket_end,
    "a folder": lambda content: os.open("/", os.O_RDONLY),
    "zeros": lambda content: os.open("/dev/zero", os.O_RDONLY),
    "a path": lambda content: os.open("/", os.O_PATH),
    "write-only": lambda content: os.open("/dev/null", os.O_WRONLY),
}


@needs_memory_files
@pytest.mark.parametrize("odd", ODD)
def test_a_descriptor_that_is_no_sealed_memory_is_refused_and_closed(
    unix: tuple[socket.socket, socket.socket], odd: str
) -> None:
    before = descriptors()
    content = b"frame" * 100
    descriptor = ODD[odd](content)
    socket.send_fds(unix[0], [transport.HEAD.pack(transport.MEMORY, len(content))], [descriptor])
    os.close(descriptor)
    with pytest.raises(WireError):
        transport.receive(unix[1], soon())
    assert settles_at(before)


@needs_memory_files
@pytest.mark.parametrize("kind", [transport.INLINE, transport.MEMORY])
@pytest.mark.parametrize("count", [2, 5, 200])
def test_more_descriptors_than_one_are_refused_and_closed(
    unix: tuple[socket.socket, socket.socket], kind: bytes, count: int
) -> None:
    before = descriptors()
    descriptor = sealed(b"12345")
    socket.send_fds(unix[0], [transport.HEAD.pack(kind, 5) + b"12345"], [descriptor] * count)
    os.close(descriptor)
    with pytest.raises(WireError):
        transport.receive(unix[1], soon())
    assert settles_at(before)


@needs_memory_files
def test_a_descriptor_with_an_ordinary_message_is_refused_and_with_content_ignored(
    unix: tuple[socket.socket, socket.socket],
) -> None:
    before = descriptors()
    unix[0].sendall(transport.HEAD.pack(transport.INLINE, 10) + b"01234")
    socket.send_fds(unix[0], [b"56789"], [0, 0, 0])
    assert transport.receive(unix[1], soon()) == b"0123456789"
    socket.send_fds(unix[0], [transport.HEAD.pack(transport.INLINE, 5) + b"12345"], [0])
    with pytest.raises(WireError):
        transport.receive(unix[1], soon())
    assert settles_at(before)


@needs_memory_files
def test_descriptors_that_come_in_pieces_of_a_head_are_closed(unix: tuple[socket.socket, socket.socket]) -> None:
    before = descriptors()
    descriptor, head = sealed(b"12345"), transport.HEAD.pack(transport.MEMORY, 5)
    for byte in head:
        socket.send_fds(unix[0], [bytes([byte])], [descriptor])
    os.close(descriptor)
    with pytest.raises(WireError):
        transport.receive(unix[1], soon())
    socket.send_fds(unix[0], [head[:5]], [0])
    unix[0].close()
    with pytest.raises(ConnectionError):
        transport.receive(unix[1], soon())
    unix[1].close()
    assert settles_at(before - 2)


@needs_memory_files
def test_a_file_that_claims_to_be_huge_costs_only_what_it_claims(unix: tuple[socket.socket, socket.socket]) -> None:
    import fcntl

    descriptor = os.memfd_create("frame", os.MFD_ALLOW_SEALING)
    os.ftruncate(descriptor, 1 << 50)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, transport._SEALS)
    socket.send_fds(unix[0], [transport.HEAD.pack(transport.MEMORY, 100)], [descriptor])
    os.close(descriptor)
    with pytest.raises(WireError):
        transport.receive(unix[1], soon())


# -- deadlines -----------------------------------------------------------------------------------------------------


def test_silence_ends_at_the_deadline(pair: tuple[socket.socket, socket.socket]) -> None:
    with pytest.raises(TimeoutError):
        transport.receive(pair[1], time.monotonic() + 0.05)
    with pytest.raises(TimeoutError):
        transport.receive(pair[1], time.monotonic() - 1)


@pytest.mark.parametrize("start", [b"", transport.HEAD.pack(transport.INLINE, 1000)], ids=["head", "content"])
def test_a_trickle_does_not_outlast_the_deadline(pair: tuple[socket.socket, socket.socket], start: bytes) -> None:
    over = threading.Event()

    def trickle() -> None:
        with contextlib.suppress(OSError):
            for byte in start + (b"" if start else transport.HEAD.pack(transport.INLINE, 1000)[:6]) + bytes(900):
                pair[0].sendall(bytes([byte]))
                if over.wait(0.02):
                    return

    thread = later(trickle)
    with pytest.raises(TimeoutError):
        transport.receive(pair[1], time.monotonic() + 0.2)
    over.set()
    thread.join(SOON)


def send_many(connection: socket.socket, frame: bytes, seconds: float) -> None:
    for _ in range(100):
        transport.send(connection, frame, time.monotonic() + seconds)


def test_a_receiver_that_does_not_read_does_not_hold_the_sender(pair: tuple[socket.socket, socket.socket]) -> None:
    with pytest.raises(TimeoutError):
        send_many(pair[0], bytes(transport.LARGE), 0.2)
    with pytest.raises(TimeoutError):
        transport.send(pair[0], b"", time.monotonic() - 1)


@pytest.mark.parametrize("before", [b"", b"CWI", transport.HEAD.pack(transport.INLINE, 9) + b"1234"])
def test_a_hang_up_is_told_from_a_message(pair: tuple[socket.socket, socket.socket], before: bytes) -> None:
    pair[0].sendall(before)
    pair[0].close()
    with pytest.raises(ConnectionError):
        transport.receive(pair[1], soon())


def test_sending_to_one_who_has_hung_up_is_an_error(pair: tuple[socket.socket, socket.socket]) -> None:
    pair[1].close()
    with pytest.raises(ConnectionError):
        send_many(pair[0], bytes(100_000), SOON)
