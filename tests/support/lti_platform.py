"""A learning platform with the services of LTI 1.3 Advantage, for tests: tokens, names and roles, columns, scores.

It believes nobody but the tool whose public key it has, or fetches, keeps all it is sent, and fails when it is told to.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import jwt
from tornado import web
from tornado.httpserver import HTTPServer

from autograder.classroom.lti.services import SCOPES
from autograder.classroom.lti.settings import Platform
from tests.support import tornado_thread

CLIENT = "10000000000042"
_ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
_NEXT = "Bookmark-With-Capitals"  # of a second page; platforms' bookmarks are in base64
DROP, HANG = "drop", "hang"  # how a request may fail after it has done its work: no answer, or none in time


def member(account: str, name: str, role: str = "Learner", **more: Any) -> dict[str, Any]:
    """Return a member as platforms describe one; the e-mail address is made from the first name."""
    first, _, last = name.partition(" ")
    known = {"given_name": first, "family_name": last, "name": name, "email": f"{first.lower()}@example.org"}
    return {"user_id": account, "roles": [_ROLE + role], "status": "Active", **known, **more}


@dataclass
class FakePlatform:
    """What the platform knows.

    Attributes
    ----------
    jwk : the tool's public key; None: it is fetched from `jwks_url`.
    members : of the course, in two pages.
    columns : by number.
    requests : scores as they came, with those that failed: (column, score).
    results : the score that stands there, by (column, user).
    strict : refuse a score that is as old as what stands there, as Moodle does; older ones are always refused.
    failures : what to do with the next requests of a kind (``token``, ``members``, ``columns``, ``new``, ``score``):
        an HTTP status, or `DROP` or `HANG`, which do the work first; None for nothing.
    asked : the kinds of all requests.
    """

    jwk: dict[str, Any] | None = None
    members: list[dict[str, Any]] = field(default_factory=list)
    columns: dict[int, dict[str, Any]] = field(default_factory=dict)
    requests: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    results: dict[tuple[int, str], dict[str, Any]] = field(default_factory=dict)
    strict: bool = False
    failures: dict[str, list[int | str | None]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    signed: set[str] = field(default_factory=set)
    jwks_url: str = ""
    url: str = ""

    def key(self, assertion: str) -> jwt.PyJWK:
        """Return the key that a token says it is signed with; raises `jwt.PyJWTError` for none of the tool's."""
        if self.jwk is None:
            return jwt.PyJWKClient(self.jwks_url).get_signing_key_from_jwt(assertion)
        assert jwt.get_unverified_header(assertion)["kid"] == self.jwk["kid"]
        return jwt.PyJWK(self.jwk)

    def settings(self, **more: Any) -> Platform:
        """Return what a teacher writes down of it."""
        return Platform(
            client_id=CLIENT, token_url=f"{self.url}/token", memberships_url=f"{self.url}/members?course=7",
            line_items_url=f"{self.url}/columns?type_id=3", **more,
        )  # fmt: skip

    def connect(self, root: Path, **more: Any) -> None:
        """Write that into a checkout."""
        known = self.settings(**more).model_dump(exclude_defaults=True)
        lines = (f'{name} = "{value}"\n' for name, value in known.items())
        (root / "hub_config").mkdir(exist_ok=True)
        (root / "hub_config" / "lti.toml").write_text("".join(lines), encoding="utf-8")

    @contextmanager
    def serving(self) -> Iterator[FakePlatform]:
        """Serve, and know the own address."""
        mine = {"platform": self}
        rules = [
            ("/token", _Token, mine), ("/members", _Members, mine), ("/columns", _Columns, mine),
            (r"/columns/(\d+)/lineitem/scores", _Scores, mine),
        ]  # fmt: skip
        with tornado_thread.serving(lambda: HTTPServer(web.Application(rules))) as self.url:
            yield self


class _Service(web.RequestHandler):
    kind = ""
    after: int | str | None = None

    def initialize(self, platform: FakePlatform) -> None:
        self.platform = platform

    def prepare(self) -> None:
        kind = "new" if self.kind == "columns" and self.request.method == "POST" else self.kind
        self.platform.asked.append(kind)
        waiting = self.platform.failures.get(kind)
        self.after = waiting.pop(0) if waiting else None
        if isinstance(self.after, int):
            self.set_header("Retry-After", "0")
            self.set_status(self.after)
            self.finish("told to fail")
        elif self.kind != "token" and self._token() not in self.platform.tokens:
            self.set_status(401)
            self.finish("no token of ours")

    async def answer(self, content: Any) -> None:
        if self.after == DROP:
            assert self.request.connection is not None
            self.request.connection.stream.close()  # type: ignore[attr-defined]
            return
        if self.after == HANG:
            await asyncio.sleep(1.0)
        self.finish(json.dumps(content))

    def _token(self) -> str:
        return self.request.headers.get("Authorization", "").removeprefix("Bearer ")


class _Token(_Service):
    kind = "token"

    async def post(self) -> None:
        form = {name: values[0] for name, values in parse_qs(self.request.body.decode()).items()}
        try:
            assertion = form["client_assertion"]
            key = self.platform.key(assertion)
            assert form["grant_type"] == "client_credentials" and "Authorization" not in self.request.headers
            assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            claims = jwt.decode(
                assertion, key, algorithms=["RS256"], audience=f"{self.platform.url}/token", issuer=CLIENT,
                options={"require": ["exp", "iat", "jti", "sub"]},
            )  # fmt: skip
            assert claims["sub"] == CLIENT and claims["jti"] not in self.platform.signed
            assert set(form["scope"].split()) == set(SCOPES)
        except (AssertionError, KeyError, jwt.PyJWTError):
            self.set_status(400)
            self.finish({"error": "invalid_client"})
            return
        self.platform.signed.add(claims["jti"])
        token = f"token-{len(self.platform.signed)}"
        self.platform.tokens.add(token)
        await self.answer({"access_token": token, "token_type": "Bearer", "expires_in": 3600})


class _Members(_Service):
    kind = "members"

    async def get(self) -> None:
        assert self.get_argument("course") == "7"
        half = (len(self.platform.members) + 1) // 2
        second = self.get_argument("page", "") == _NEXT
        if not second:
            self.set_header("Link", f'<{self.platform.url}/members?course=7&page={_NEXT}>; rel="next"')
        rows = self.platform.members[half:] if second else self.platform.members[:half]
        await self.answer({"id": "x", "context": {"id": "7"}, "members": rows})


class _Columns(_Service):
    kind = "columns"

    async def get(self) -> None:
        """A page for each column, whatever is asked for: a platform may know no filter."""
        assert self.get_argument("type_id") == "3"
        at, rows = int(self.get_argument("page", "0")), list(self.platform.columns.values())
        if at + 1 < len(rows):
            self.set_header("Link", f'</columns?type_id=3&page={at + 1}>; rel="next"')
        await self.answer(rows[at : at + 1])

    async def post(self) -> None:
        number = len(self.platform.columns) + 1
        row = {**json.loads(self.request.body), "id": f"{self.platform.url}/columns/{number}/lineitem?type_id=3"}
        self.platform.columns[number] = row
        self.set_status(201)
        await self.answer(row)


class _Scores(_Service):
    kind = "score"

    async def post(self, number: str) -> None:
        score, at = json.loads(self.request.body), int(number)
        assert self.get_argument("type_id") == "3"
        assert self.request.headers["Content-Type"] == "application/vnd.ims.lis.v1.score+json"
        user, moment = score["userId"], datetime.fromisoformat(score["timestamp"])
        assert moment.tzinfo is not None
        self.platform.requests.append((at, score))
        before = self.platform.results.get((at, user))
        there = datetime.fromisoformat(before["timestamp"]) if before else None
        if user not in {one["user_id"] for one in self.platform.members}:
            self.set_status(404)
            self.finish({"message": "no such user"})
        elif there and (moment < there or (self.platform.strict and moment == there)):
            self.set_status(409)
            self.finish({"message": "refusing score with an earlier timestamp"})
        else:
            self.platform.results[at, user] = score
            await self.answer({"resultUrl": "x"})
