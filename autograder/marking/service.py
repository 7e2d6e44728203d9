"""The pages for graders over HTTP: from this machine alone (`serve`), or within a course's server (`jupyter_server`).

Who asks is found out by each of them; what is answered is the same. Requests that change something need tornado's
token against forged ones.
"""

from __future__ import annotations

import asyncio
import functools
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from tornado import web
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from autograder.marking import pages
from autograder.marking.desk import Conflict, Desk, Unfit, Unknown
from autograder.marking.ledger import Verdict
from autograder.marking.office import Office
from autograder.marking.office_routes import HOME, Reply, Routes
from course.errors import CourseError
from course.project import Project
from course.time_zone import course_zone

T = TypeVar("T")
NAMES = "course-mark-names"  # cookie: students' names are shown
TOKEN = "course-mark"  # cookie: who has the address that was printed
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
_LARGEST = 1_000_000  # bytes of a request


@dataclass(frozen=True)
class Service:
    """What all requests share.

    Attributes
    ----------
    base : address of the first page, with a ``/`` at its end.
    """

    project: Project
    base: str = "/"

    @functools.cached_property
    def desk(self) -> Desk:
        """Where the answers are; made at the first request, in a thread."""
        return Desk(self.project)

    @functools.cached_property
    def routes(self) -> Routes:
        """Who answers for the pages of the course; asked for by the server's own thread, so that there is one."""
        return Routes(Office(self.project))

    def address(self, *parts: str) -> str:
        """Return the address of a page."""
        return self.base + "/".join(quote(part, safe="") for part in parts)


if TYPE_CHECKING:
    _Handler = web.RequestHandler
else:
    _Handler = object  # beside one of tornado's, or one of Jupyter's


class Marking(_Handler):
    """Answers requests; what it stands beside says who asks.

    Attributes
    ----------
    service : set by `initialize`.
    grader : who asks, before any method is called.
    """

    service: Service
    grader: str

    async def answer_get(self, path: str) -> None:
        """Give out a page or one of its files."""
        self._keep_to_itself()
        if path in pages.FILES:
            self.set_header("Content-Type", f"{pages.FILES[path]}; charset=utf-8")
            self.finish(pages.file(path))
            return
        setting, parts = self._setting(), [part for part in path.split("/") if part]
        try:
            if parts[:1] == [HOME]:
                routes, said = self.service.routes, self.get_query_argument("said", "")
                self._send(await _aside(lambda: routes.get(setting, parts[1:], said)))
                return
            text, elsewhere = await _aside(lambda: self._page(setting, parts))
        except Unknown as error:
            self.set_status(404)
            text, elsewhere = pages.trouble_page(setting, str(error)), ""
        except CourseError as error:
            self.set_status(503)
            text, elsewhere = pages.trouble_page(setting, str(error)), ""
        if elsewhere:
            self.redirect(elsewhere)
        else:
            self.set_header("Content-Type", "text/html; charset=utf-8")
            self.finish(text)

    async def answer_post(self, path: str) -> None:
        """Write a verdict, and say so in JSON; or do what a form of the course's page asks for."""
        setting, parts = self._setting(), [part for part in path.split("/") if part]
        if parts[:1] == [HOME]:
            await self._answer_form(setting, parts[1:])
            return
        try:
            reply = await _aside(lambda: self._give(path))
        except Unknown as error:
            status, reply = 404, {"error": str(error)}
        except Unfit as error:
            status, reply = 400, {"error": str(error)}
        except Conflict as error:
            status, reply = 409, {"conflicts": pages.conflict(setting, error)}
        except CourseError as error:
            status, reply = 503, {"error": f"Nothing was saved. {error}"}
        else:
            status = 200
        self.set_status(status)
        self.finish(reply)

    async def _answer_form(self, setting: pages.Setting, parts: list[str]) -> None:
        routes, fields = self.service.routes, {one: self.get_body_argument(one) for one in self.request.body_arguments}
        self._keep_to_itself()
        try:
            self._send(await _aside(lambda: routes.post(setting, parts, fields)))
        except Unknown as error:
            self.set_status(404)
            self.finish(pages.trouble_page(setting, str(error)))
        except CourseError as error:
            self.set_status(503)
            self.finish(pages.trouble_page(setting, str(error)))

    def _keep_to_itself(self, policy: str = POLICY, referrer: str = "no-referrer") -> None:
        self.set_header("Content-Security-Policy", policy)
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", referrer)

    def _send(self, reply: Reply) -> None:
        # A browser tells where a form was sent from only under this policy, and Jupyter takes no form without.
        self._keep_to_itself(reply.policy, "same-origin")
        if reply.elsewhere:
            self.redirect(self.service.base + reply.elsewhere, status=303)
            return
        self.set_status(reply.status)
        self.set_header("Content-Type", f"{reply.kind}; charset=utf-8")
        if reply.file:
            self.set_header("Content-Disposition", f'attachment; filename="{reply.file}"')
        self.finish(reply.body)

    def _setting(self) -> pages.Setting:
        names, token = self.get_cookie(NAMES) == "1", self.xsrf_token.decode("ascii")
        return pages.Setting(self.service.base, self.grader, names, token, course_zone(self.service.project))

    def _page(self, setting: pages.Setting, parts: list[str]) -> tuple[str, str]:
        """Return a page, or where to go instead."""
        desk = self.service.desk
        if not parts:
            return pages.course_page(setting, desk.chapters()), ""
        pile = desk.pile(parts[0])
        if len(parts) == 1:
            return pages.chapter_page(setting, pile.chapter, desk.tallies(pile)), ""
        if len(parts) == 2:
            key = desk.next(pile, parts[1], self.grader) or desk.first(pile, parts[1])
            return "", self.service.address(pile.chapter.name, *([parts[1], key] if key else []))
        if len(parts) > 3:
            raise Unknown("There is no such page.")
        return pages.answer_page(setting, pile.chapter, desk.open(pile, parts[1], parts[2], self.grader)), ""

    def _give(self, path: str) -> dict[str, Any]:
        chapter, _, exercise = path.partition("/")
        desk, asked = self.service.desk, _read(self.request.body)
        pile, versions = desk.pile(chapter), asked["answers"]
        verdict = Verdict(asked["score"], asked["comment"].strip(), tuple(asked["earned"]), self.grader)
        desk.give(pile, exercise, versions, verdict)
        key = desk.next(pile, exercise, self.grader, after=next(iter(versions)))
        goal = [pile.chapter.name, exercise, key] if key else [pile.chapter.name]
        return {"saved": len(versions), "next": self.service.address(*goal)}


def _read(body: bytes) -> dict[str, Any]:
    """Return what a request says.

    Raises
    ------
    Unfit : it has another form.
    """
    try:
        asked = json.loads(body)
        answers, score, comment, earned = (asked[name] for name in ("answers", "score", "comment", "earned"))
        right = isinstance(answers, dict) and isinstance(comment, str) and isinstance(earned, list)
        right = right and all(isinstance(one, str) for one in [*answers.values(), *earned])
        if not right or isinstance(score, bool) or not isinstance(score, int | float | None):
            raise TypeError
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unfit("That is no verdict: load the page again.") from error
    return {"answers": answers, "score": score, "comment": comment, "earned": earned}


async def _aside(work: Callable[[], T]) -> T:
    """Have something done in a thread: it reads files and may wait for the gradebook."""
    return await asyncio.get_running_loop().run_in_executor(None, work)


class LocalHandler(Marking, web.RequestHandler):
    """Answers who has the address that `course mark` has printed."""

    def initialize(self, service: Service, grader: str, token: str) -> None:
        """Called by tornado before each request."""
        self.service, self.grader, self._token = service, grader, token

    def prepare(self) -> None:
        """Called before each method: refuse who has no token, and pages that have given their name our address."""
        if self.request.host_name not in ("127.0.0.1", "localhost"):
            raise web.HTTPError(403)
        given = self.get_query_argument("token", "")
        if given and self._is_right(given) and self.request.method == "GET":
            self.set_cookie(TOKEN, given, httponly=True, samesite="Strict")
            self.redirect(self.request.path)
        elif not self._is_right(self.get_cookie(TOKEN, "") or ""):
            raise web.HTTPError(403)

    def _is_right(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(), self._token.encode())

    async def get(self, path: str) -> None:
        """Called by tornado."""
        await self.answer_get(path)

    async def post(self, path: str) -> None:
        """Called by tornado."""
        await self.answer_post(path)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Called by tornado for each exception: a sentence, and nothing of our insides."""
        text = "Open the address that `course mark` has printed when it was started."
        text = text if status_code == 403 else "Load the page again, or start `course mark` anew."
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{text}\n")


def application(project: Project, grader: str, token: str) -> web.Application:
    """Return the pages as this machine's own user sees them."""
    given = {"service": Service(project), "grader": grader, "token": token}
    return web.Application(
        [(r"/(.*)", LocalHandler, given)],
        xsrf_cookies=True,
        xsrf_cookie_name="course-mark-xsrf",
        xsrf_cookie_kwargs={"samesite": "Strict"},
    )


async def serve(
    project: Project, grader: str, port: int, path: str, until: Awaitable[object], tell: Callable[[str], None]
) -> None:
    """Serve the pages on 127.0.0.1 until `until` is done; `port` 0 takes a free one.

    Parameters
    ----------
    path : of the page that `tell` is told the address of.

    Raises
    ------
    OSError : the port is taken.
    """
    token = secrets.token_urlsafe(24)
    (socket,) = bind_sockets(port, "127.0.0.1")
    server = HTTPServer(application(project, grader, token), max_body_size=_LARGEST)
    server.add_socket(socket)
    tell(f"http://127.0.0.1:{socket.getsockname()[1]}/{path}?token={token}   (Ctrl-C ends it)")
    try:
        await until
    finally:
        server.stop()
        await server.close_all_connections()
