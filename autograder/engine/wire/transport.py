"""Carries frames over a connected stream socket; large ones go by shared memory where the system has it.

Self-contained, like the codec: its text is also run inside the student's process (see `server`).

A message is a head (kind, length) and its content. The content follows on the stream, or is a sealed memory file whose
descriptor comes with the head (Linux, Unix sockets). The receiver trusts neither: it reads no more than a message may
hold, copies a file before anything looks at its content, and keeps no descriptor.

A deadline is a value of `time.monotonic()` for the whole message, so that a trickle can't outlast it; None is no
deadline. After an error the stream may be in the middle of a message.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator, Sequence

from autograder.engine.wire.frame import MAX_BYTES, WireError

HEAD = struct.Struct("!4sQ")  # kind, bytes of content
INLINE = b"CWI\n"
MEMORY = b"CWM\n"
LARGE = 8 << 20  # bytes of content above which memory is shared
CHUNK = 1 << 20  # bytes asked of the stream at once


def send(connection: socket.socket, frame: bytes, until: float | None) -> None:
    """Send one frame.

    Raises
    ------
    TimeoutError : the other side has not taken it by `until`.
    ConnectionError : the other side has hung up.
    WireError : it is larger than a receiver accepts.
    """
    if len(frame) > MAX_BYTES:
        raise WireError(f"the message takes {len(frame) >> 20} MB, more than a message may hold")
    if len(frame) > LARGE and _shares_memory(connection):
        with contextlib.ExitStack() as stack:
            try:
                descriptor = stack.enter_context(_sealed(frame))
            except OSError:  # out of descriptors or memory, or forbidden: the stream does it too
                pass
            else:
                _wait_until(connection, until)
                _send_with_descriptor(connection, HEAD.pack(MEMORY, len(frame)), descriptor)
                return
    _wait_until(connection, until)
    if len(frame) < CHUNK:
        connection.sendall(HEAD.pack(INLINE, len(frame)) + frame)  # its time-out is for the whole
        return
    connection.sendall(HEAD.pack(INLINE, len(frame)))
    _wait_until(connection, until)
    connection.sendall(frame)


def receive(connection: socket.socket, until: float | None) -> bytes:
    """Receive one frame.

    Raises
    ------
    TimeoutError : it has not come in whole by `until`.
    ConnectionError : the other side has hung up.
    WireError : what comes is no message, or one out of bounds.
    """
    head, descriptors = _receive_head(connection, until)
    try:
        kind, length = HEAD.unpack(head)
        if kind not in (INLINE, MEMORY) or length > MAX_BYTES or len(descriptors) != (kind == MEMORY):
            raise WireError("not a message, or one out of bounds")
        if kind == MEMORY:
            copied = _copied(descriptors[0], length)
            os.close(descriptors.pop())  # known to be memory
            return copied
    finally:
        _discard(descriptors)
    content = bytearray()  # grows as content comes: a length alone takes no memory
    while len(content) < length:
        content += _part(connection, min(length - len(content), CHUNK), until)
    return bytes(content)


def _receive_head(connection: socket.socket, until: float | None) -> tuple[bytes, list[int]]:
    """Return a head and the descriptors that came with it; where it raises, it has closed them."""
    head, descriptors, whole = b"", list[int](), False
    try:
        while len(head) < HEAD.size:
            _wait_until(connection, until)
            part, more = _part_with_descriptors(connection, HEAD.size - len(head))
            descriptors += more
            if not part:
                raise ConnectionResetError("the other side hung up")
            head += part
        whole = True
    finally:
        if not whole:
            _discard(descriptors)
    return head, descriptors


if sys.platform == "linux":
    import array
    import fcntl

    # Without them a sender could change the file while it is read. They also prove that it is memory: a look at a file
    # of another kind could wait for whoever serves it.
    _SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE

    def _shares_memory(connection: socket.socket) -> bool:
        return connection.family == socket.AF_UNIX

    @contextlib.contextmanager
    def _sealed(frame: bytes) -> Iterator[int]:
        """Yield the descriptor of a memory file that holds `frame` and can't change any more."""
        descriptor = os.memfd_create("frame", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        try:
            rest = memoryview(frame)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _SEALS | fcntl.F_SEAL_SEAL)
            yield descriptor
        finally:
            os.close(descriptor)

    def _copied(descriptor: int, length: int) -> bytes:
        """Return the content of a sealed memory file; never mapped, so that nothing about it can fault."""
        try:
            if fcntl.fcntl(descriptor, fcntl.F_GET_SEALS) & _SEALS != _SEALS:
                raise WireError("a message in memory that could still change")
            if os.fstat(descriptor).st_size != length:
                raise WireError("a message in memory of another length than announced")
            content = os.pread(descriptor, length, 0)
        except OSError as error:
            raise WireError("a message that is not in memory") from error
        if len(content) != length:
            raise WireError("a message in memory that is cut short")
        return content

    def _part_with_descriptors(connection: socket.socket, size: int) -> tuple[bytes, list[int]]:
        if connection.family != socket.AF_UNIX:
            return connection.recv(size), []
        room = socket.CMSG_SPACE(array.array("i").itemsize)  # the system closes what does not fit
        part, ancillary, flags, _ = connection.recvmsg(size, room, socket.MSG_CMSG_CLOEXEC)
        descriptors = array.array("i")
        for level, kind, content in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                descriptors.frombytes(content[: len(content) - len(content) % descriptors.itemsize])
        if flags & socket.MSG_CTRUNC:
            _discard(descriptors)
            raise WireError("a message with more than one descriptor")
        return part, list(descriptors)

    def _send_with_descriptor(connection: socket.socket, head: bytes, descriptor: int) -> None:
        sent = socket.send_fds(connection, [head], [descriptor])
        connection.sendall(head[sent:])

else:

    def _shares_memory(connection: socket.socket) -> bool:
        return False

    @contextlib.contextmanager
    def _sealed(frame: bytes) -> Iterator[int]:
        raise OSError("no sealed memory files on this system")
        yield -1

    def _copied(descriptor: int, length: int) -> bytes:
        raise WireError("no memory is shared on this system")

    def _part_with_descriptors(connection: socket.socket, size: int) -> tuple[bytes, list[int]]:
        return connection.recv(size), []  # the system closes descriptors nobody asks for

    def _send_with_descriptor(connection: socket.socket, head: bytes, descriptor: int) -> None:
        raise OSError("no descriptors are sent on this system")


def _part(connection: socket.socket, size: int, until: float | None) -> bytes:
    _wait_until(connection, until)
    part = connection.recv(size)
    if not part:
        raise ConnectionResetError("the other side hung up")
    return part


def _wait_until(connection: socket.socket, until: float | None) -> None:
    """Let the next operation on the connection wait until then and no longer."""
    if until is None:
        connection.settimeout(None)
        return
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("the time for this message is over")
    connection.settimeout(left)


def _discard(descriptors: Sequence[int]) -> None:
    """Close descriptors a sender chose; what they stand for may make that wait, so not in this thread."""
    if not descriptors:
        return

    def close() -> None:
        for descriptor in descriptors:
            with contextlib.suppress(OSError):
                os.close(descriptor)

    threading.Thread(target=close, daemon=True).start()
