"""The student's side over a real socket: started cold or warm, served by another process, interrupted."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
import pytest

from autograder.engine.wire import codec, transport
from autograder.engine.wire.proxy import Student
from autograder.engine.wire.server import start_code, warm_start_code
from tests.support.checkout import ROOT
from tests.support.deadlines import SOON, soon

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no descriptors are handed on")


class OverSocket:
    """A session over one end of a socket pair; the other end is served by another process."""

    alive = True

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection

    def request(self, frame: bytes) -> bytes:
        transport.send(self.connection, frame, soon())
        return transport.receive(self.connection, soon())


NAMESPACE = """
import numpy as np

def double(values):
    return values * 2

def count(images):
    return len(images)

def slow():
    import time
    time.sleep(60)
"""


@contextlib.contextmanager
def served(code: str, connection: socket.socket, warm: bool) -> Iterator[subprocess.Popen[str]]:
    """A process that stands for a kernel: it has run a notebook, and is told to start serving."""
    preload = "import autograder.engine.wire.server" if warm else "import sys; sys.path = [p for p in sys.path if p]"
    script = f"{preload}\nclass Shell:\n    user_ns = {{}}\ndef get_ipython():\n    return Shell\n"
    script += f"exec({NAMESPACE!r}, Shell.user_ns)\nexec({code!r}, {{'get_ipython': get_ipython}})\nprint('over')"
    root = ROOT
    process = subprocess.Popen(
        [sys.executable, "-c", script], pass_fds=[connection.fileno()], stdout=subprocess.PIPE, text=True, cwd=root
    )
    connection.close()
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("warm", [True, False])
def test_a_kernel_serves_the_descriptor_it_was_born_with(unix: tuple[socket.socket, socket.socket], warm: bool) -> None:
    number = unix[1].fileno()
    code = warm_start_code(number) if warm else start_code(fd=number)
    assert not warm or len(code) < 150
    with served(code, unix[1], warm) as process:
        student = Student(OverSocket(unix[0]))
        assert student.double(np.arange(3)).tolist() == [0, 2, 4]
        images = np.random.default_rng(0).random((5000, 28, 28))  # 31 MB
        np.testing.assert_array_equal(student.double(images), images * 2)
        assert student.count(images) == 5000
        unix[0].close()
        assert process.communicate(timeout=SOON)[0] == "over\n"


def test_an_interrupt_ends_an_answer_and_not_the_serving(unix: tuple[socket.socket, socket.socket]) -> None:
    with served(start_code(fd=unix[1].fileno()), unix[1], warm=False) as process:
        student = Student(OverSocket(unix[0]))
        assert student.count([1]) == 1
        for _ in range(50):
            process.send_signal(signal.SIGINT)  # nothing is being answered
        assert student.count([1]) == 1
        request = codec.encode({"do": "get", "on": student.slow, "name": "__name__"}, student._link.number_of)
        transport.send(unix[0], request, soon())
        assert codec.decode(transport.receive(unix[0], soon()), lambda *_: None) == {"value": "slow"}
        call = codec.encode({"do": "call", "on": student.slow, "args": (), "kwargs": {}}, student._link.number_of)
        transport.send(unix[0], call, soon())
        with pytest.raises(TimeoutError):
            transport.receive(unix[0], time.monotonic() + 0.5)
        process.send_signal(signal.SIGINT)
        reply = codec.decode(transport.receive(unix[0], soon()), lambda *_: None)
        assert reply["error"]["type"] == "KeyboardInterrupt"
        assert student.count([1, 2]) == 2


def test_a_start_needs_an_address_or_a_descriptor() -> None:
    for arguments in ({}, {"address": "/x", "fd": 3}):
        with pytest.raises(TypeError):
            start_code(**arguments)
