"""A course's public key for a learning platform, over HTTP: who puts it there, what is refused, who may look."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from autograder.classroom.lti.tool_key import ToolKey
from course.errors import ExchangeRefusal
from course.exchange.key_set import LARGEST, KeySet
from hub_config.exchange.rules import Exchange
from tests.support.exchange_server import client, make_exchange, serving

KEY, OTHER = (ToolKey(rsa.generate_private_key(65537, 2048)) for _ in range(2))
JWK = KEY.jwk
PATH = "/lti/ml/jwks.json"


def key_set(*keys: ToolKey) -> KeySet:
    return KeySet.model_validate({"keys": [one.jwk for one in keys]})


def put(url: str, content: Any, name: str | None = "grace", path: str = PATH) -> tuple[int, str]:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    headers = {"Authorization": f"token {name}"} if name else {}
    reply = requests.put(url + path, data=body, headers=headers, timeout=30)
    return reply.status_code, reply.json()["error"]


def test_a_grader_puts_it_there_and_a_platform_checks_what_the_course_signs(url: str) -> None:
    where = client(url, "grace").publish_keys("ml", key_set(KEY))
    assert where == "/services/exchange/lti/ml/jwks.json"
    reply = requests.get(url + PATH, timeout=30)
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.headers["Cache-Control"] == "public, max-age=300"
    assert reply.json() == {"keys": [JWK]}
    token = KEY.signed({"iss": "a tool"})
    found = jwt.PyJWKClient(url + PATH).get_signing_key_from_jwt(token)
    assert jwt.decode(token, found, algorithms=["RS256"]) == {"iss": "a tool"}


def test_a_new_key_takes_the_place_of_the_one_before(url: str) -> None:
    grace = client(url, "grace")
    for keys in ([KEY], [KEY], [OTHER, KEY], [OTHER]):
        grace.publish_keys("ml", key_set(*keys))
        assert requests.get(url + PATH, timeout=30).json() == {"keys": [one.jwk for one in keys]}


def test_a_course_without_one_and_no_course_are_not_told_apart(url: str) -> None:
    client(url, "eve").publish_keys("art", key_set(OTHER))
    none, nowhere = (requests.get(f"{url}/lti/{course}/jwks.json", timeout=30) for course in ("ml", "nowhere"))
    assert none.status_code == nowhere.status_code == 404
    assert none.json() == nowhere.json()
    assert "`course lti`, in a course's server, sends it." in none.json()["error"]
    assert requests.get(f"{url}/lti/art/jwks.json", timeout=30).json() == {"keys": [OTHER.jwk]}
    assert requests.get(f"{url}/lti/art/jwksXjson", timeout=30).status_code == 404


@pytest.mark.parametrize(
    ("name", "status", "why"),
    [
        (None, 401, "A token of the hub"),
        ("stranger", 401, "A token of the hub"),
        ("ada", 403, "Only graders of ml"),
        ("eve", 404, "You are not in a course 'ml'"),  # who grades another course
        ("nobody", 404, "You are not in a course 'ml'"),
    ],
)
def test_only_graders_of_the_course_put_one_there(url: str, name: str | None, status: int, why: str) -> None:
    client(url, "grace").publish_keys("ml", key_set(KEY))
    refused, said = put(url, {"keys": [OTHER.jwk]}, name)
    assert (refused, said.startswith(why)) == (status, True)
    assert requests.get(url + PATH, timeout=30).json() == {"keys": [JWK]}


def private() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(OTHER.private))
    return found | {name: OTHER.jwk[name] for name in ("kid", "alg", "use")}


def elliptic() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        jwt.algorithms.ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key())
    )
    return found | {"kid": "x", "alg": "ES256", "use": "sig"}


def short() -> dict[str, Any]:
    return ToolKey(rsa.generate_private_key(65537, 1024)).jwk


@pytest.mark.parametrize("shape", [lambda key: {"keys": [key]}, lambda key: {"keys": [JWK, key]}, lambda key: key])
@pytest.mark.parametrize("key", [private, lambda: JWK | {"d": ""}, lambda: {"kty": "oct", "k": "c2VjcmV0", "kid": "x"}])
def test_a_private_half_is_refused_and_nothing_of_it_is_kept(
    url: str, exchange: Exchange, key: Callable[[], dict[str, Any]], shape: Callable[[Any], Any]
) -> None:
    client(url, "grace").publish_keys("ml", key_set(KEY))
    status, why = put(url, shape(key()))
    assert status == 400
    assert why.startswith("The private half of a key is in what was sent, and none of it was kept.")
    assert "remove build/lti.key; then `course lti`" in why and private()["d"] not in why
    assert requests.get(url + PATH, timeout=30).json() == {"keys": [JWK]}
    with sqlite3.connect(str(exchange.records.engine.url.database)) as db:
        assert private()["d"] not in "\n".join(db.iterdump())


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff", "no JSON"),
        (b"[" * 8000, "no JSON"),
        (b"", "no JSON"),
        ([], "no set of public RSA keys"),
        ({"keys": []}, "no set of public RSA keys (JWKS; keys:"),
        ({"keys": [JWK] * 5}, "no set of public RSA keys (JWKS; keys:"),
        (JWK, "no set of public RSA keys (JWKS; keys:"),
        ({"keys": ["x"]}, "no set of public RSA keys (JWKS; keys.0:"),
        ({"keys": [JWK], "more": 1}, "no set of public RSA keys (JWKS; more:"),
        ({"keys": [JWK | {"x5u": "https://example.org"}]}, "no set of public RSA keys (JWKS; keys.0.x5u:"),
        ({"keys": [JWK | {"n": "A" * 300}]}, "no set of public RSA keys (JWKS; keys.0.n:"),
        ({"keys": [JWK | {"n": "<script>" + "A" * 400}]}, "no set of public RSA keys (JWKS; keys.0.n:"),
        ({"keys": [JWK | {"alg": "none"}]}, "no set of public RSA keys (JWKS; keys.0.alg:"),
        ({"keys": [elliptic()]}, "no set of public RSA keys (JWKS; keys.0.kty:"),
        ({"keys": [short()]}, "no set of public RSA keys (JWKS; keys.0.n:"),
    ],
)
def test_what_is_no_key_set_is_refused(url: str, content: Any, why: str) -> None:
    status, said = put(url, content)
    assert status == 400
    assert why in said and said.endswith("`course lti`, in the course's server, sends the right one.")
    assert len(said) < 300 and "<script>" not in said


def test_too_large_a_key_set_is_refused(url: str) -> None:
    told = put(url, {"keys": [JWK | {"kid": "x" * LARGEST}]})
    assert told[0] == 413
    assert told[1].endswith(f"bytes are too much for a key set (JWKS): {LARGEST} are taken.")


def test_an_exchange_from_before_it_gets_its_table(tmp_path: Path) -> None:
    exchange = make_exchange(tmp_path / "exchange")
    with serving(exchange) as url:
        client(url, "grace").publish_keys("ml", key_set(KEY))
    with exchange.records.engine.begin() as db:
        db.exec_driver_sql("DROP TABLE public_keys")
    with serving(make_exchange(tmp_path / "exchange")) as url:
        with pytest.raises(ExchangeRefusal, match="Only graders"):
            client(url, "ada").publish_keys("ml", key_set(KEY))
        client(url, "grace").publish_keys("ml", key_set(KEY))
        assert requests.get(url + PATH, timeout=30).json() == {"keys": [JWK]}
