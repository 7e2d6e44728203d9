"""Serves pages to who sits at this machine, and has an open page load itself again when they have been made anew."""

from __future__ import annotations

import functools
import secrets
import signal
import threading
from collections.abc import Callable
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol

from course.errors import SetupError

_VERSION = "version"
_POLL = 0.5  # seconds between two looks at what the pages are made of
# Asks which version there is, and loads the page again when it is another; what was scrolled to stays in view.
_NOTHING = b'<!doctype html><html lang="en"><title>Nothing yet</title><p>There is nothing to show yet.</p></html>'
_RELOAD = b"""<script>
(async () => { let seen; for (;;) {
  try { const now = await (await fetch("version")).text(); if (seen && now !== seen) location.reload(); seen = now; }
  catch (error) { /* it is being started again */ }
  await new Promise(done => setTimeout(done, 700));
} })();
</script>"""


class LivePages(Protocol):
    """A folder of pages that are made anew when what they are made of has changed.

    Attributes
    ----------
    first : the page that is shown first.
    version : another one each time that they have been made.
    tell : is told what happens.
    """

    @property
    def folder(self) -> Path: ...
    @property
    def first(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def tell(self) -> Callable[[str], None]: ...

    def look(self) -> bool:
        """Make them anew if that is due; return whether it was tried."""


class _Handler(SimpleHTTPRequestHandler):
    """Gives out the folder's pages, each with what has it load itself again, to who knows the token."""

    def __init__(self, *rest: Any, pages: LivePages, token: str, **more: Any) -> None:
        self._pages, self._home = pages, f"/{token}/"
        super().__init__(*rest, directory=str(pages.folder), **more)

    def do_GET(self) -> None:
        if not secrets.compare_digest(self.path[: len(self._home)].encode(), self._home.encode()):
            self.send_error(404)
            return
        name = self.path[len(self._home) :] or self._pages.first
        page = self._pages.folder / name
        if name == _VERSION:
            self._reply(str(self._pages.version).encode(), "text/plain")
        elif page.parent == self._pages.folder and page.suffix == ".html" and page.is_file():
            self._reply(page.read_bytes() + _RELOAD, "text/html; charset=utf-8")
        elif name == self._pages.first:
            self._reply(_NOTHING + _RELOAD, "text/html; charset=utf-8")
        else:
            self.send_error(404)

    def _reply(self, content: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")  # the address holds the token
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def serve(pages: LivePages, port: int, stop: threading.Event) -> None:
    """Serve the pages on 127.0.0.1 until `stop` is set; `port` 0 takes a free one.

    Others on the machine may ask, too, so the address has a token in it.

    Raises
    ------
    OSError : the port is taken.
    """
    token = secrets.token_urlsafe(16)
    server = ThreadingHTTPServer(("127.0.0.1", port), functools.partial(_Handler, pages=pages, token=token))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
    thread.start()
    try:
        pages.tell(f"http://127.0.0.1:{server.server_port}/{token}/   (Ctrl-C ends it)")
        while not stop.is_set():
            pages.look()
            stop.wait(_POLL)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def serve_until_interrupted(pages: LivePages, port: int) -> None:
    """Serve the pages until Ctrl-C, for a command.

    Raises
    ------
    SetupError : the port is taken.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        serve(pages, port, stop)
    except OSError as error:
        raise SetupError(f"Port {port} is taken: choose another with --port, or 0 for a free one.") from error
