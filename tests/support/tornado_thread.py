"""A tornado server for tests, on a free port of this machine."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port


@contextmanager
def serving(make: Callable[[], HTTPServer]) -> Iterator[str]:
    """Serve what `make` returns in a thread of its own; yield its address."""
    ready = threading.Event()
    place: list[str] = []
    loops: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def main() -> None:
        listener, port = bind_unused_port("127.0.0.1")
        server = make()
        server.add_socket(listener)
        stop = asyncio.Event()
        loops.append((asyncio.get_running_loop(), stop))
        place.append(f"http://127.0.0.1:{port}")
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
