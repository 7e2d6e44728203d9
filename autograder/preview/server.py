"""Serves a folder of pages to this machine, and has an open page load itself again when they have been made anew."""

from __future__ import annotations

import functools
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from course.project import Project

VERSION = "/version"
_POLL = 0.5  # seconds between two looks at the chapter's files
# Asks which version there is, and loads the page again when it is another; what was scrolled to stays in view.
_RELOAD = b"""<script>
(async () => { let seen; for (;;) {
  try { const now = await (await fetch("/version")).text(); if (seen && now !== seen) location.reload(); seen = now; }
  catch (error) { /* it is being started again */ }
  await new Promise(done => setTimeout(done, 700));
} })();
</script>"""


@dataclass
class Preview:
    """The pages of a chapter, made anew whenever one of its files is saved.

    Parameters
    ----------
    folder : where the pages are.
    exercises : see `pages.write_pages`.
    tell : is told what happens.

    Attributes
    ----------
    version : how often they have been made.
    """

    project: Project
    chapter: str
    folder: Path
    exercises: Sequence[str]
    tell: Callable[[str], None]
    version: int = 0
    _seen: float = -1.0

    def files(self) -> list[Path]:
        """Return the files that the pages are made of."""
        one, project = self.chapter, self.project
        folders = [project.root / "solutions" / one, project.checks / one, project.mutants / one]
        found = [path for folder in folders for path in folder.glob("*") if path.suffix in (".py", ".toml")]
        return [*found, project.source / f"{one}.py", project.syllabus]

    def look(self) -> bool:
        """Make the pages if a file has been saved since the last time; return whether it was tried."""
        newest = max(path.stat().st_mtime for path in self.files() if path.is_file())
        if newest == self._seen:
            return False
        self._seen = newest
        command = [sys.executable, "-W", "ignore", "-m", "autograder.preview.pages", self.chapter, str(self.folder)]
        begun = time.monotonic()
        done = subprocess.run(
            [*command, *self.exercises], cwd=self.project.root, capture_output=True, text=True, check=False
        )
        if done.returncode:
            self.tell(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "It could not be made.")
            return True
        self.version += 1
        self.tell(f"Made in {time.monotonic() - begun:.0f} s.")
        return True


class _Handler(SimpleHTTPRequestHandler):
    """Gives out the folder's pages, each with what has it load itself again."""

    def __init__(self, *rest: Any, preview: Preview, **more: Any) -> None:
        self._preview = preview
        super().__init__(*rest, directory=str(preview.folder), **more)

    def do_GET(self) -> None:
        name = "index.html" if self.path == "/" else self.path.lstrip("/")
        page = self._preview.folder / name
        if self.path == VERSION:
            self._reply(str(self._preview.version).encode(), "text/plain")
        elif page.parent == self._preview.folder and page.suffix == ".html" and page.is_file():
            self._reply(page.read_bytes() + _RELOAD, "text/html; charset=utf-8")
        else:
            self.send_error(404)

    def _reply(self, content: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def serve(preview: Preview, port: int, stop: threading.Event) -> None:
    """Serve the pages on 127.0.0.1 until `stop` is set; `port` 0 takes a free one.

    Raises
    ------
    OSError : the port is taken.
    """
    server = ThreadingHTTPServer(("127.0.0.1", port), functools.partial(_Handler, preview=preview))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
    thread.start()
    try:
        preview.tell(f"http://127.0.0.1:{server.server_port}/   (Ctrl-C ends it)")
        while not stop.is_set():
            preview.look()
            stop.wait(_POLL)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
