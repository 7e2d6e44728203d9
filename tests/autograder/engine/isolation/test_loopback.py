"""A server of the submission's own: who can reach it, whom it reaches, and that it is gone with the submission."""

from __future__ import annotations

import http.server
import secrets
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.engine.isolation.tiers import Tier
from autograder.engine.session.kernel import NotebookSession
from autograder.engine.settings import Settings
from autograder.engine.wire.proxy import Student
from course.errors import EngineError
from tests.support.deadlines import wait_until
from tests.support.inside import LIMITS
from tests.support.processes import running

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux")

CELL = """
import http.client, http.server, os, socket, subprocess, sys, threading

class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"from inside")

    def log_message(self, *_):
        pass

    def address_string(self):  # a Unix socket has none
        return "inside"

class Unix(http.server.ThreadingHTTPServer):
    address_family = socket.AF_UNIX

    def server_bind(self):
        self.socket.bind(self.server_address)

class OverUnix(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.host)

def serve_by_tcp():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]

def serve_by_unix():
    path = os.path.abspath("inside.socket")
    server = Unix(path, Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return path

def asks_tcp(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().read().decode()
    except OSError as error:
        return type(error).__name__

def asks_unix(path):
    connection = OverUnix(path, timeout=5)
    connection.request("GET", "/")
    return connection.getresponse().read().decode()

def leave_servers(mark):
    code = ("import http.server, sys; "
            "http.server.ThreadingHTTPServer(('127.0.0.1', 0), http.server.SimpleHTTPRequestHandler).serve_forever()")
    asleep = "import time; time.sleep(600)"
    for body in (code, asleep):
        subprocess.Popen([sys.executable, "-S", "-c", body, mark], start_new_session=True)
    return True
"""


@pytest.fixture(scope="module", params=[Tier.T1, Tier.T2, Tier.T3])
def inside(request: pytest.FixtureRequest) -> Iterator[tuple[Tier, NotebookSession]]:
    try:
        session = _opened(request.param)
    except EngineError as error:
        pytest.skip(f"{request.param} is not to be had here: {error}")
    with session:
        yield request.param, session


def _opened(tier: Tier) -> NotebookSession:
    notebook = new_notebook(cells=[new_code_cell(CELL)])
    session = NotebookSession(notebook, LIMITS, 60, Settings(tier=tier, minimum_tier=tier), "")
    session.start()
    return session


@pytest.fixture
def student(inside: tuple[Tier, NotebookSession]) -> Student:
    inside[1].begin_check()
    return Student(inside[1])


@pytest.fixture
def outside() -> Iterator[int]:
    """The port of a service of the machine that the grader runs on."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def test_a_server_over_a_unix_socket_answers_at_every_tier(student: Student) -> None:
    assert student.asks_unix(student.serve_by_unix()) == "from inside"


def test_a_server_on_loopback_answers_where_the_submission_has_a_network_of_its_own(
    inside: tuple[Tier, NotebookSession], student: Student
) -> None:
    if inside[0] is Tier.T3:
        pytest.skip("no internet sockets there")
    assert student.asks_tcp(student.serve_by_tcp()) == "from inside"


def test_the_machines_own_services_are_not_reached(student: Student, outside: int) -> None:
    with socket.create_connection(("127.0.0.1", outside), timeout=5):
        pass  # it listens
    assert student.asks_tcp(outside) in ("ConnectionRefusedError", "PermissionError")


def test_the_machine_does_not_reach_a_server_inside(inside: tuple[Tier, NotebookSession], student: Student) -> None:
    if inside[0] is Tier.T3:
        pytest.skip("no internet sockets there")
    port = student.serve_by_tcp()
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")  # somebody else's, whose port has the same number
        connection.settimeout(2)
        assert b"from inside" not in connection.recv(4096)


@pytest.mark.parametrize("tier", [Tier.T1, Tier.T2, Tier.T3])
def test_servers_are_gone_with_the_submission(tier: Tier) -> None:
    mark = f"left-{secrets.token_hex(8)}"
    try:
        session = _opened(tier)
    except EngineError as error:
        pytest.skip(f"{tier} is not to be had here: {error}")
    with session:
        session.begin_check()
        assert Student(session).leave_servers(mark)
        wait_until(lambda: running(mark))
    wait_until(lambda: not running(mark))
