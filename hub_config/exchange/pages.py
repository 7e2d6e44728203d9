"""The exchange's pages for browsers: the start page, and feedback. They only show: nothing can be changed by them.

    GET  /start                  each assignment of one's courses, and what can be done with it now
    GET  /feedback/ID            what there is to read on a hand-in
    GET  /feedback/ID/NAME       the same of one of several notebooks

What changes something (fetching, handing in) is done by a person's own server (`course.nbgrader_plugins.from_start`).
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jupyterhub.services.auth import HubOAuthenticated
from tornado import web

from hub_config.exchange.board import Boards
from hub_config.exchange.browsers import Browsers
from hub_config.exchange.callers import Caller, Unknown
from hub_config.exchange.handler import refusal
from hub_config.exchange.records import Bundle
from hub_config.exchange.rules import Exchange

T = TypeVar("T")
_SOON, _LATER = 4, 60  # seconds between two looks of the page: while something is being judged, and else
# A tab that a link opens is no part of it: there, a form of the person's own server has to work.
_SANDBOX = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; font-src data:"
)
_TROUBLE = "The course's page is in trouble: nothing was lost, try again later."
log = logging.getLogger("course.exchange")


class _Page(HubOAuthenticated, web.RequestHandler):  # type: ignore[misc]  # JupyterHub has no types
    def initialize(self, exchange: Exchange, boards: Boards, browsers: Browsers, pool: Executor, looks: Any) -> None:
        self.exchange, self.boards, self.browsers, self.pool, self.looks = exchange, boards, browsers, pool, looks
        self.nonce = secrets.token_urlsafe(16)
        self.caller: Caller

    async def prepare(self) -> None:
        """Called before each method: find out who looks, or have them log in."""
        found = await self.browsers.visitor(self)
        if found is not None:
            self.caller = found
        elif self.request.headers.get("X-Requested-With"):  # a page's script: a login would be lost on it
            raise web.HTTPError(401, reason="You are logged out")
        else:
            self.redirect(self.browsers.log_in_at(self))

    async def ask(self, function: Callable[..., T], *args: Any) -> T:
        """Call `function`, which waits for disks, beside the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, lambda: function(*args))

    def show(self, template: str, **values: Any) -> None:
        """Finish with a page that loads nothing from anywhere, and can't be framed."""
        policy = (
            f"default-src 'none'; script-src 'nonce-{self.nonce}'; style-src 'nonce-{self.nonce}'; connect-src 'self'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        self._harden(policy)
        self.finish(self.looks.get_template(template).render(nonce=self.nonce, hub=self.browsers.hub, **values))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Called by tornado for each exception: say what to do, and nothing of our insides."""
        status, text = refusal(kwargs.get("exc_info", (None, None, None))[1], status_code, self._reason, _TROUBLE)
        self.set_status(status)
        self.show("trouble.html.j2", text=text)

    def log_exception(self, *exc_info: Any) -> None:
        """A refusal is no trouble; what is, goes to the log with its trace."""
        if refusal(exc_info[1], 500, "", "")[0] >= 500:
            log.error("%s %s", self.request.method, self.request.path, exc_info=exc_info)

    def _harden(self, policy: str) -> None:
        for name, value in (
            ("Content-Security-Policy", policy),
            ("Content-Type", "text/html; charset=utf-8"),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "same-origin"),
            ("Cache-Control", "no-store"),
        ):
            self.set_header(name, value)


class _Start(_Page):
    async def get(self) -> None:
        found = [await self.ask(self.boards.of, self.caller, course) for course in self.caller.courses]
        self.show(
            "start.html.j2",
            me=self.caller.name,
            boards=found,
            hours=await self.browsers.gpu_hours(self.caller.name),
            token=self.browsers.token(self),
            look=_SOON if any(board.soon for board in found) else _LATER,
        )


class _Feedback(_Page):
    async def get(self, hand_in: str, name: str = "") -> None:
        page = await self.ask(self.boards.page_of, self.caller, hand_in)
        paths = [one.path for one in page.manifest.files if one.path.endswith(".html")]
        if not name and len(paths) > 1:
            names = [PurePosixPath(path).stem for path in paths]
            self.show("several.html.j2", assignment=page.assignment, names=names, here=hand_in)
            return
        chosen = next((path for path in paths if not name or PurePosixPath(path).stem == name), None)
        if chosen is None:
            raise Unknown("There is no feedback of that name.")
        await self._send(page, chosen)

    async def _send(self, page: Bundle, path: str) -> None:
        """A page that a grader's machine has made of a student's work: shown shut in, as a stranger's would be."""
        self._harden(_SANDBOX)
        (entry,) = (one for one in page.manifest.files if one.path == path)
        for digest in entry.chunks:
            self.write(await self.ask(self.exchange.chunk, self.caller, page.id, digest))
            await self.flush()
        self.finish()


def pages(exchange: Exchange, boards: Boards, browsers: Browsers, pool: Executor, home: str) -> list[Any]:
    """Return the routes of the pages below `home`."""
    looks = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")), autoescape=True, trim_blocks=True,
        lstrip_blocks=True, undefined=StrictUndefined,
    )  # fmt: skip
    looks.globals["home"] = home
    parts = {"exchange": exchange, "boards": boards, "browsers": browsers, "pool": pool, "looks": looks}
    return [
        (f"{home}/start", _Start, parts),
        (rf"{home}/feedback/([0-9a-f]{{32}})", _Feedback, parts),
        (rf"{home}/feedback/([0-9a-f]{{32}})/([^/]{{1,240}})", _Feedback, parts),
        *browsers.routes(home),
    ]
