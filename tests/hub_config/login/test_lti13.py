"""Logging in from a learning platform's page (LTI 1.3): a real hub, and a platform beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support.accounts_elsewhere import CLIENT, ISSUER, Platform, hub, serving, who

_CUSTOM = "https://purl.imsglobal.org/spec/lti/claim/custom"


@pytest.fixture(scope="module")
def platform() -> Platform:
    return Platform()


@pytest.fixture(scope="module")
def lti(tmp_path_factory: pytest.TempPathFactory, platform: Platform) -> Iterator[str]:
    with (
        serving(platform.rules) as there,
        hub(
            tmp_path_factory.mktemp("lti"),
            29_000,
            f'kind = "lti13"\nclient_ids = ["{CLIENT}"]\nissuer = "{ISSUER}"\nauthorize_url = "{there}/authorize"\n'
            f'jwks_url = "{there}/jwks"\nusername_claim = "custom_account"\nadmit = "everyone"\ncourses = ["ml"]\n',
        ) as url,
    ):
        yield url


def asked(session: requests.Session, url: str) -> dict[str, str]:
    """Begin as the platform's link does; return what the hub wants to have signed."""
    hint = {"iss": ISSUER, "login_hint": "1", "target_link_uri": f"{url}/hub/home", "client_id": CLIENT}
    reply = session.get(f"{url}/hub/lti13/oauth_login", params=hint, timeout=60)
    return dict(reply.json())


def answered(session: requests.Session, question: dict[str, str], token: str) -> requests.Response:
    return session.post(question["redirect_uri"], data={"state": question["state"], "id_token": token}, timeout=60)


def launched(url: str, platform: Platform, account: str) -> tuple[requests.Session, requests.Response]:
    me = requests.Session()
    question = asked(me, url)
    return me, answered(me, question, platform.token(question["nonce"], **{_CUSTOM: {"account": account}}))


def test_the_platforms_link_logs_in_under_the_name_here(lti: str, platform: Platform) -> None:
    me, reply = launched(lti, platform, "ada.lovelace")
    assert reply.url == f"{lti}/hub/home"
    assert who(me, lti)["name"] == "ada.lovelace"
    ben, _ = launched(lti, platform, "Ben Bitdiddle")
    found = who(ben, lti)
    assert found["name"].startswith("ben-bitdiddle-")
    assert found["groups"] == ["nbgrader-ml"]  # everybody who has an account is a student
    assert who(launched(lti, platform, "Ben Bitdiddle")[0], lti)["name"] == found["name"]


@pytest.mark.parametrize("account", ["root", "nobody", "course-ml"])
def test_an_account_of_the_hub_itself_is_nobodys(lti: str, platform: Platform, account: str) -> None:
    me, reply = launched(lti, platform, account)
    assert reply.status_code == 403
    assert "of the hub itself" in reply.text
    assert who(me, lti) == {}


def test_the_tool_describes_itself_to_the_platform(lti: str) -> None:
    said = requests.get(f"{lti}/hub/lti13/config", timeout=60).json()
    assert said["oidc_initiation_url"] == f"{lti}/hub/lti13/oauth_login"


def test_only_the_platforms_own_key_is_believed(lti: str, platform: Platform) -> None:
    me = requests.Session()
    question = asked(me, lti)
    forged = platform.token(
        question["nonce"], rsa.generate_private_key(65537, 2048), **{_CUSTOM: {"account": "ada.lovelace"}}
    )
    assert answered(me, question, forged).status_code == 400
    assert who(me, lti) == {}


@pytest.mark.parametrize(
    "claims", [{"aud": "another-tool"}, {"iss": "https://elsewhere.example.org"}, {"exp": 1_000_000_000}]
)
def test_a_token_for_another_tool_platform_or_time_is_refused(
    lti: str, platform: Platform, claims: dict[str, Any]
) -> None:
    me = requests.Session()
    question = asked(me, lti)
    token = platform.token(question["nonce"], **{_CUSTOM: {"account": "ada.lovelace"}}, **claims)
    assert answered(me, question, token).status_code in (400, 401)
    assert who(me, lti) == {}


_CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"


@pytest.mark.parametrize(
    "claims",
    [
        *({f"{_CLAIM}{name}": value} for name in ("resource_link", "context") for value in ("1", ["1"], 1, True)),
        {f"{_CLAIM}resource_link": None},
        {f"{_CLAIM}message_type": ["LtiResourceLinkRequest"]},
        {f"{_CLAIM}version": {"1.3.0": 1}},
        {"iat": "yesterday"},
        {"exp": float("inf")},
        {"aud": {"tool": CLIENT}},
        {"aud": [CLIENT, 1]},
    ],
    ids=str,
)
def test_a_claim_of_a_wrong_shape_is_the_platforms_mistake(
    lti: str, platform: Platform, claims: dict[str, Any]
) -> None:
    me = requests.Session()
    question = asked(me, lti)
    token = platform.token(question["nonce"], **{_CUSTOM: {"account": "ada.lovelace"}, **claims})
    assert answered(me, question, token).status_code in (400, 401)
    assert who(me, lti) == {}


@pytest.mark.parametrize("custom", ["ada", ["ada"], 1, None, {"account": ["ada"]}, {"account": {"name": "ada"}}])
def test_custom_claims_of_a_wrong_shape_let_nobody_in(lti: str, platform: Platform, custom: object) -> None:
    me = requests.Session()
    question = asked(me, lti)
    assert answered(me, question, platform.token(question["nonce"], **{_CUSTOM: custom})).status_code == 403
    assert who(me, lti) == {}


@pytest.mark.parametrize("target", ["http://[", "https://hub.example.org/hub/home?next=http://[", "\xff", "//", "%00"])
def test_a_link_that_is_none_is_no_trouble_of_the_hub(lti: str, target: str) -> None:
    hint = {"iss": ISSUER, "login_hint": "1", "target_link_uri": target.encode("latin-1"), "client_id": CLIENT}
    reply = requests.get(f"{lti}/hub/lti13/oauth_login", params=hint, timeout=60)
    assert reply.status_code in (200, 400)


def test_where_the_platform_does_not_say_who_it_is_nobody_is_let_in(lti: str, platform: Platform) -> None:
    me = requests.Session()
    question = asked(me, lti)
    assert answered(me, question, platform.token(question["nonce"], sub="ada.lovelace")).status_code == 403
    assert who(me, lti) == {}


def test_a_token_is_good_for_one_browser_and_one_time(lti: str, platform: Platform) -> None:
    me, other = requests.Session(), requests.Session()
    mine, others = asked(me, lti), asked(other, lti)
    token = platform.token(mine["nonce"], **{_CUSTOM: {"account": "ada.lovelace"}})
    assert answered(other, others, token).status_code == 400  # another's nonce
    assert answered(other, {**others, "state": mine["state"]}, token).status_code == 400  # another's state
    kept = me.cookies.copy()
    assert answered(me, mine, token).status_code == 200
    assert answered(me, mine, token).status_code == 400
    thief = requests.Session()
    thief.cookies = kept
    reply = answered(thief, mine, token)
    assert (reply.status_code, "has been used" in reply.text) == (403, True)
    assert who(other, lti) == who(thief, lti) == {}
