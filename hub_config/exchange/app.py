"""The exchange over HTTP. Each handler parses, asks `rules.Exchange`, and answers with JSON or a chunk's bytes.

    GET  /                       who I am, my courses, how much is taken
    POST /missing                {"digests": […]} -> which chunks have still to be sent
    PUT  /chunks/DIGEST          one chunk
    GET  /bundles?course=…&kind=…[&kind=…][&assignment=…][&of=…][&student=…]
    POST /bundles                {"kind", "course", "assignment", "files", "key", …} -> a receipt
    GET  /waiting?course=…       the submissions that have no instant feedback yet
    PUT  /longer                 {"course", "assignment", "until": {student or "": …}} who may hand in after its closing
    GET  /bundles/ID             one bundle with its files
    GET  /bundles/ID/chunks/DIGEST
    GET  /requests?course=…[&assignment=…]   regrade requests: one's own, or for a grader everybody's
    POST /requests               {"course", "assignment", "exercise", "text", "key"} -> the request
    POST /requests/ID/answer     {"text"} -> the request with its answer
    PUT  /plan?course=…          what a course plans, for the start page
    PUT  /lti/COURSE/jwks.json   a course's public key for a learning platform (JWKS), in the place of the one before
    GET  /lti/COURSE/jwks.json   the same, to everybody
    GET  /standing?assignment=…[&folder=…]   where I am with it, in a course with instant feedback, for a check's card

Every request but ``GET /health`` and that for a public key carries ``Authorization: token …`` with a token of the hub.
Cookies are not looked at, so no other page can make a browser act here. The pages for browsers are beside it (`pages`):
these only show.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, NaiveDatetime, StringConstraints, ValidationError
from tornado import web
from tornado.httpserver import HTTPServer

from course.exchange.bundle import CHUNK, Digest, Manifest, Name
from course.exchange.key_set import path_of
from course.exchange.plan import Plan
from course.exchange.regrade_requests import ExerciseName, Sentence
from hub_config.exchange.board import Boards
from hub_config.exchange.browsers import Browsers
from hub_config.exchange.handler import ServiceHandler
from hub_config.exchange.identity import Identity
from hub_config.exchange.pages import pages
from hub_config.exchange.public_keys import PublicKeys
from hub_config.exchange.records import Bundle, Kind
from hub_config.exchange.regrade_requests import Question, RegradeRequests
from hub_config.exchange.rules import Exchange, Order
from hub_config.exchange.standing import standing

T = TypeVar("T")
_THREADS = 8
_KEY_SECONDS = 300  # for which a new key may not be seen
_Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{16,64}$")]
_Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


class _Missing(BaseModel):
    model_config = ConfigDict(extra="forbid")
    digests: Annotated[tuple[Digest, ...], Field(max_length=10_000)]


class _New(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Kind
    course: Name
    assignment: Name
    files: tuple[dict[str, Any], ...]
    key: _Key
    of: _Id | Literal[""] = ""
    force: bool = False


class _Ask(BaseModel):
    model_config = ConfigDict(extra="forbid")
    course: Name
    assignment: Name
    exercise: ExerciseName
    text: Sentence
    key: _Key


class _Reply(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: Sentence


class _Longer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    course: Name
    assignment: Name
    until: Annotated[dict[Annotated[str, Field(max_length=255)], NaiveDatetime], Field(max_length=10_000)]


class _Handler(ServiceHandler):
    trouble = "The exchange is in trouble: nothing was lost, try again later."
    log = logging.getLogger("course.exchange")

    def initialize(
        self,
        exchange: Exchange,
        identity: Identity,
        pool: ThreadPoolExecutor,
        requests: RegradeRequests,
        boards: Boards,
        keys: PublicKeys,
    ) -> None:
        self.exchange, self.identity, self.pool = exchange, identity, pool
        self.requests, self.boards, self.keys = requests, boards, keys

    async def ask(self, function: Callable[..., T], *args: Any) -> T:
        """Call `function`, which waits for disks, beside the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, lambda: function(*args))

    def parse(self, model: type[BaseModel]) -> Any:
        try:
            return model.model_validate_json(self.request.body)
        except ValidationError as error:
            raise web.HTTPError(400, reason=_first(error)) from error


class _Home(_Handler):
    def get(self) -> None:
        bounds = self.exchange.bounds
        self.finish({"user": self.caller.name, "courses": self.caller.courses, "submission_mb": bounds.submission_mb})


class _MissingChunks(_Handler):
    async def post(self) -> None:
        wanted = self.parse(_Missing)
        self.finish({"missing": await self.ask(self.exchange.missing, self.caller, wanted.digests)})


class _Chunk(_Handler):
    async def put(self, digest: str) -> None:
        data = bytes(self.request.body)
        if hashlib.sha256(data).hexdigest() != digest:
            raise web.HTTPError(400, reason="The bytes do not have this digest: send them again")
        await self.ask(self.exchange.put_chunk, self.caller, digest, data)
        self.set_status(204)


class _Bundles(_Handler):
    async def get(self) -> None:
        kinds, course = self.get_query_arguments("kind"), self.get_query_argument("course")
        if not kinds or not set(kinds) <= set(get_args(Kind)) or len(set(kinds)) < len(kinds):
            raise web.HTTPError(400, reason=f"kind is one of {', '.join(get_args(Kind))}, or several")
        narrowed = [self.get_query_argument(name, "") for name in ("assignment", "of", "student")]
        found = [await self.ask(self.exchange.all, self.caller, kind, course, *narrowed) for kind in kinds]
        self.finish({"bundles": [_described(bundle) for bundles in found for bundle in bundles]})

    async def post(self) -> None:
        new = self.parse(_New)
        try:
            manifest = Manifest.model_validate({"files": new.files})
        except ValidationError as error:
            raise web.HTTPError(400, reason=_first(error)) from error
        order = Order(new.kind, new.course, new.assignment, manifest, new.key, new.of, new.force)
        bundle = await self.ask(self.exchange.add, self.caller, order)
        self.log.info(
            "%s: %s of %s in %s (%s)", self.caller.name, bundle.kind, bundle.assignment, bundle.course, bundle.id
        )
        about = (bundle.student, bundle.course, bundle.assignment)
        tries = await self.ask(self.exchange.tries_left, *about) if bundle.kind == "submission" else None
        self.set_status(201)
        self.finish({**_described(bundle), **({} if tries is None else {"tries_left": tries})})


class _Waiting(_Handler):
    async def get(self) -> None:
        found = await self.ask(self.exchange.waiting, self.caller, self.get_query_argument("course"))
        self.finish({"waiting": [slip._asdict() for slip in found]})


class _LongerFor(_Handler):
    async def put(self) -> None:
        told = self.parse(_Longer)
        await self.ask(self.exchange.allow, self.caller, told.course, told.assignment, told.until)
        self.set_status(204)


class _Bundle(_Handler):
    async def get(self, bundle_id: str) -> None:
        bundle = await self.ask(self.exchange.find, self.caller, bundle_id)
        self.finish(_described(bundle))


class _BundleChunk(_Handler):
    async def get(self, bundle_id: str, digest: str) -> None:
        data = await self.ask(self.exchange.chunk, self.caller, bundle_id, digest)
        self.set_header("Content-Type", "application/octet-stream")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.finish(data)


class _Requests(_Handler):
    async def get(self) -> None:
        course, assignment = self.get_query_argument("course"), self.get_query_argument("assignment", "")
        found = await self.ask(self.requests.all, self.caller, course, assignment)
        self.finish({"requests": [one.model_dump(mode="json") for one in found]})

    async def post(self) -> None:
        question = Question(**self.parse(_Ask).model_dump())
        found = await self.ask(self.requests.ask, self.caller, question)
        self.log.info("%s: a regrade request on %s of %s", self.caller.name, found.exercise, found.assignment)
        self.set_status(201)
        self.finish(found.model_dump(mode="json"))


class _Answer(_Handler):
    async def post(self, request_id: str) -> None:
        found = await self.ask(self.requests.answer, self.caller, request_id, self.parse(_Reply).text)
        self.finish(found.model_dump(mode="json"))


class _Plan(_Handler):
    async def put(self) -> None:
        course, plan = self.get_query_argument("course"), self.parse(Plan)
        await self.ask(self.exchange.tell_plan, self.caller, course, plan)
        self.set_status(204)


class _KeySet(_Handler):
    async def prepare(self) -> None:
        """Called before each method: whoever reads a public key, a learning platform say, has no token."""
        if self.request.method != "GET":
            await super().prepare()

    async def get(self, course: str) -> None:
        found = await self.ask(self.keys.of, course)
        self.set_header("Content-Type", "application/json")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", f"public, max-age={_KEY_SECONDS}")
        self.finish(found)

    async def put(self, course: str) -> None:
        await self.ask(self.keys.publish, self.caller, course, bytes(self.request.body))
        self.log.info("%s: the public key of %s for a learning platform", self.caller.name, course)
        self.set_status(204)


class _Standing(_Handler):
    async def get(self) -> None:
        named = self.get_query_argument("assignment"), self.get_query_argument("folder", "")
        self.finish(standing(await self.ask(self.boards.stand, self.caller, *named)))


class _Health(web.RequestHandler):
    def get(self) -> None:
        self.finish({"ok": True})


def make_app(
    exchange: Exchange, identity: Identity, prefix: str = "/", browsers: Browsers | None = None
) -> web.Application:
    """Return the exchange as a tornado application whose addresses begin with `prefix`.

    With `browsers`, who tells whose browser it is, it has the start page.
    """
    home = prefix.rstrip("/")
    pool = ThreadPoolExecutor(_THREADS, "exchange")
    boards, requests = Boards(exchange), RegradeRequests(exchange)
    parts = {"exchange": exchange, "identity": identity, "pool": pool, "requests": requests, "boards": boards}
    parts["keys"] = PublicKeys(exchange)
    routes = pages(exchange, boards, browsers, pool, home) if browsers else []
    return web.Application(
        [
            (f"{home}/health", _Health),
            (f"{home}/?", _Home, parts),
            (f"{home}/missing", _MissingChunks, parts),
            (rf"{home}/chunks/([0-9a-f]{{64}})", _Chunk, parts),
            (f"{home}/bundles", _Bundles, parts),
            (f"{home}/waiting", _Waiting, parts),
            (f"{home}/plan", _Plan, parts),
            (f"{home}/longer", _LongerFor, parts),
            (f"{home}/standing", _Standing, parts),
            (home + path_of("([A-Za-z0-9_-]{1,64})").replace(".", r"\."), _KeySet, parts),
            (rf"{home}/bundles/([0-9a-f]{{32}})", _Bundle, parts),
            (rf"{home}/bundles/([0-9a-f]{{32}})/chunks/([0-9a-f]{{64}})", _BundleChunk, parts),
            (f"{home}/requests", _Requests, parts),
            (rf"{home}/requests/([0-9a-f]{{32}})/answer", _Answer, parts),
            *routes,
        ],
        cookie_secret=secrets.token_bytes(32),  # a browser that has one of before logs in anew, without a word
        log_function=lambda handler: None,
    )


def make_server(app: web.Application) -> HTTPServer:
    """Return an HTTP server for `app` that takes no request larger than a chunk, and unpacks none."""
    return HTTPServer(app, max_body_size=CHUNK + 2**16, max_header_size=2**14, decompress_request=False)


def _described(bundle: Bundle) -> dict[str, Any]:
    shown = bundle.model_dump(mode="json", exclude={"key", "manifest"})
    return {**shown, "time": bundle.time.isoformat(), "files": bundle.manifest.model_dump(mode="json")["files"]}


def _first(error: ValidationError) -> str:
    """The first mistake, on one line that an HTTP header may hold."""
    one = error.errors()[0]
    text = f"{'.'.join(map(str, one['loc']))}: {one['msg']}".strip(": ")
    return re.sub(r"[^\x20-\x7e]", "?", text)[:200]
