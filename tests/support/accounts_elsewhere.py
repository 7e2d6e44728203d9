"""Where people have accounts, for tests: an OpenID Connect provider, a learning platform, and a hub for them."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from tornado import web
from tornado.httpserver import HTTPServer

from course.project import Project
from hub_config.local import start
from tests.support import tornado_thread
from tests.support.checkout import ROOT

COURSES = '[[course]]\nid = "ml"\ntitle = "ML"\ngraders = ["grace"]\nstudents = ["ada.lovelace"]\n'
CLIENT, SECRET, ISSUER = "the-hub", "a secret of hub and provider", "https://learn.example.org"
_LTI = "https://purl.imsglobal.org/spec/lti/claim/"
_Rules = Sequence[tuple[str, type[web.RequestHandler], dict[str, Any]]]


@dataclass
class Provider:
    """An OpenID Connect provider at which one person at a time is logged in."""

    claims: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def rules(self) -> _Rules:
        mine = {"provider": self}
        return [("/authorize", _Authorize, mine), ("/token", _Token, mine), ("/userdata", _Userdata, mine)]


class _OfProvider(web.RequestHandler):
    def initialize(self, provider: Provider) -> None:
        self.provider = provider


class _Authorize(_OfProvider):
    def get(self) -> None:
        code = secrets.token_hex(8)
        assert self.get_argument("client_id") == CLIENT
        self.provider.codes[code] = (self.get_argument("code_challenge"), self.provider.claims)
        query = urlencode({"code": code, "state": self.get_argument("state")})
        self.redirect(f"{self.get_argument('redirect_uri')}?{query}")


class _Token(_OfProvider):
    def post(self) -> None:
        challenge, claims = self.provider.codes.pop(self.get_argument("code"), ("", {}))
        digest = hashlib.sha256(self.get_argument("code_verifier").encode()).digest()
        if self.get_argument("client_secret") != SECRET or challenge.rstrip("=") != _base64(digest):
            raise web.HTTPError(400)
        token = secrets.token_hex(8)
        self.provider.tokens[token] = claims
        self.write({"access_token": token, "token_type": "Bearer"})


class _Userdata(_OfProvider):
    def get(self) -> None:
        self.write(self.provider.tokens[self.request.headers["Authorization"].removeprefix("Bearer ")])


class Platform:
    """A learning platform: its public keys, and what it says of people."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(65537, 2048)

    @property
    def rules(self) -> _Rules:
        return [("/jwks", _Jwks, {"platform": self}), ("/authorize", _Asked, {})]

    def token(self, nonce: str, key: rsa.RSAPrivateKey | None = None, **claims: Any) -> str:
        """Return what the platform says of a person, signed, unless with another `key`."""
        now = int(time.time())
        said = {
            "iss": ISSUER, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": nonce, "sub": "4711",
            f"{_LTI}version": "1.3.0", f"{_LTI}deployment_id": "1", f"{_LTI}roles": [],
            f"{_LTI}target_link_uri": "https://hub.example.org/hub/home", f"{_LTI}resource_link": {"id": "1"},
            f"{_LTI}message_type": "LtiResourceLinkRequest", **claims,
        }  # fmt: skip
        return jwt.encode(said, key or self.key, algorithm="RS256", headers={"kid": "only"})


class _Jwks(web.RequestHandler):
    def initialize(self, platform: Platform) -> None:
        self.platform = platform

    def get(self) -> None:
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.platform.key.public_key()))
        self.write({"keys": [{**key, "kid": "only", "use": "sig", "alg": "RS256"}]})


class _Asked(web.RequestHandler):
    """Where the hub sends a browser; says what it was sent with, for the test to go on."""

    def get(self) -> None:
        self.write({name: self.get_argument(name) for name in ("redirect_uri", "state", "nonce", "client_id")})


def serving(rules: _Rules) -> AbstractContextManager[str]:
    """Serve in a thread of its own; yield the address."""
    return tornado_thread.serving(lambda: HTTPServer(web.Application(list(rules))))


@contextmanager
def hub(folder: Path, port: int, login: str) -> Iterator[str]:
    """Run a hub with this section ``[login]``, on the first free ports from `port` on; yield its address."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    place = start.demo_place(Project(ROOT, folder), start.free_ports(8, port + 200 * worker))
    (place.folder / "courses.toml").write_text(COURSES)
    text = (place.folder / "hub.toml").read_text()
    address = f"http://127.0.0.1:{place.load()[0].port}"
    (place.folder / "hub.toml").write_text(f'{text}public_url = "{address}"\n[login]\n{login}')
    with start.running(place, log=place.state / "hub.log") as running:
        assert running.invitations == {}
        assert running.url == address
        yield address


def who(session: requests.Session, url: str) -> dict[str, Any]:
    """Whom the hub takes the owner of this session for."""
    reply = session.get(f"{url}/hub/api/user", timeout=60)
    return reply.json() if reply.ok else {}


def _base64(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
