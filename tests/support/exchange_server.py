"""An exchange for tests: a real server on a free port of this machine, and callers whose tokens are their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tornado.web import RequestHandler

from course.exchange.client import ExchangeClient
from hub_config.exchange.app import make_app, make_server
from hub_config.exchange.blobs import Blobs
from hub_config.exchange.callers import Caller
from hub_config.exchange.records import Records
from hub_config.exchange.rules import Bounds, Exchange
from tests.support import tornado_thread

STUDENT, GRADER = frozenset({"nbgrader-ml"}), frozenset({"formgrade-ml"})
PEOPLE: Mapping[str, frozenset[str]] = {
    "ada": STUDENT,
    "ben": STUDENT,
    "grace": GRADER,
    "eve": frozenset({"nbgrader-art", "formgrade-art"}),
    "nobody": frozenset(),
}


class Names:
    """An identity whose tokens, and cookies called ``person``, are the names of `PEOPLE`, and of any ``student-…``."""

    hub = "/hub/"
    hours: tuple[float, float] | None = None

    async def caller(self, token: str) -> Caller | None:
        if token.startswith("student-"):
            return Caller(token, STUDENT)
        return Caller(token, PEOPLE[token]) if token in PEOPLE else None

    async def visitor(self, handler: RequestHandler) -> Caller | None:
        return await self.caller(handler.get_cookie("person") or "")

    def log_in_at(self, handler: RequestHandler) -> str:
        return f"{self.hub}login"

    def token(self, handler: RequestHandler) -> str:
        return "token"

    async def gpu_hours(self, name: str) -> tuple[float, float] | None:
        return self.hours

    def routes(self, home: str) -> list[Any]:
        return []


def make_exchange(folder: Path, bounds: Bounds | None = None, tries: int | None = None) -> Exchange:
    """Return an exchange that keeps everything in `folder`; with `tries`, the course ``ml`` has instant feedback."""
    folder.mkdir(exist_ok=True)
    records, blobs = Records(f"sqlite:///{folder / 'exchange.db'}"), Blobs(str(folder / "chunks"))
    return Exchange(records, blobs, bounds or Bounds(), tries={"ml": tries} if tries else {})


@contextmanager
def serving(exchange: Exchange, names: Names | None = None) -> Iterator[str]:
    """Serve `exchange` in a thread of its own; yield its address."""
    home, names = "/services/exchange", names or Names()
    with tornado_thread.serving(lambda: make_server(make_app(exchange, names, f"{home}/", names))) as address:
        yield address + home


def client(url: str, name: str) -> ExchangeClient:
    """Return the client of one of `PEOPLE`."""
    return ExchangeClient(url, name, pauses=())


def folder_of(path: Path, files: Mapping[str, str | bytes]) -> Path:
    """Make a folder with these files."""
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return path
