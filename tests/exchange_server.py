"""An exchange for tests: a real server on a free port of this machine, and callers whose tokens are their names."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tornado.testing import bind_unused_port

from course.exchange import ExchangeClient
from hub_config.exchange.app import make_app, make_server
from hub_config.exchange.blobs import Blobs
from hub_config.exchange.records import Records
from hub_config.exchange.rules import Bounds, Caller, Exchange

STUDENT, GRADER = frozenset({"nbgrader-ml"}), frozenset({"formgrade-ml"})
PEOPLE: Mapping[str, frozenset[str]] = {
    "ada": STUDENT,
    "ben": STUDENT,
    "grace": GRADER,
    "eve": frozenset({"nbgrader-art", "formgrade-art"}),
    "nobody": frozenset(),
}


class Names:
    """An identity whose tokens are the names of `PEOPLE`, and of any ``student-…``."""

    async def caller(self, token: str) -> Caller | None:
        if token.startswith("student-"):
            return Caller(token, STUDENT)
        return Caller(token, PEOPLE[token]) if token in PEOPLE else None


def make_exchange(folder: Path, bounds: Bounds | None = None) -> Exchange:
    """Return an exchange that keeps everything in `folder`."""
    folder.mkdir(exist_ok=True)
    return Exchange(Records(f"sqlite:///{folder / 'exchange.db'}"), Blobs(str(folder / "chunks")), bounds or Bounds())


@contextmanager
def serving(exchange: Exchange) -> Iterator[str]:
    """Serve `exchange` in a thread of its own; yield its address."""
    ready = threading.Event()
    place: list[str] = []
    loops: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def main() -> None:
        listener, port = bind_unused_port("127.0.0.1")
        server = make_server(make_app(exchange, Names(), "/services/exchange/"))
        server.add_socket(listener)
        stop = asyncio.Event()
        loops.append((asyncio.get_running_loop(), stop))
        place.append(f"http://127.0.0.1:{port}/services/exchange")
        ready.set()
        await stop.wait()
        server.stop()
        await server.close_all_connections()

    thread = threading.Thread(target=asyncio.run, args=(main(),), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield place[0]
    finally:
        loop, stop = loops[0]
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)


def client(url: str, name: str) -> ExchangeClient:
    """Return the client of one of `PEOPLE`."""
    return ExchangeClient(url, name, pauses=())


def folder_of(path: Path, files: Mapping[str, str | bytes]) -> Path:
    """Make a folder with these files."""
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return path
