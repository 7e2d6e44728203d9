"""Logging in with an account of an OpenID Connect provider: a real hub, and a provider beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.support.accounts_elsewhere import CLIENT, SECRET, Provider, hub, serving, who


@pytest.fixture(scope="module")
def provider() -> Provider:
    return Provider()


@pytest.fixture(scope="module")
def oauth(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("oauth")
    (folder / "hub").mkdir()
    (folder / "hub" / "secret").write_text(SECRET + "\n")
    with (
        serving(provider.rules) as there,
        hub(
            folder,
            27_000,
            f'kind = "oauth"\nclient_id = "{CLIENT}"\nsecret_file = "secret"\nauthorize_url = "{there}/authorize"\n'
            f'token_url = "{there}/token"\nuserdata_url = "{there}/userdata"\nusername_claim = "email"\n'
            'domain = "uni.edu"\nignore_case = true\n',
        ) as url,
    ):
        yield url


def test_an_account_of_the_provider_is_a_person_of_the_course(oauth: str, provider: Provider) -> None:
    provider.claims = {"email": "Ada.Lovelace@Uni.edu", "email_verified": True}
    me = requests.Session()
    assert me.get(f"{oauth}/hub/oauth_login", timeout=60).status_code == 200
    found = who(me, oauth)
    assert (found["name"], found["groups"], found["admin"]) == ("ada.lovelace", ["nbgrader-ml"], False)


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"email": "eve@uni.edu"}, "You would be &#39;eve&#39; on this hub"),
        ({"email": "ada.lovelace@other.edu"}, "only accounts of uni.edu"),
        ({"email": "ada.lovelace@uni.edu", "email_verified": False}, "not confirmed"),
        ({"sub": "ada.lovelace@uni.edu"}, "is missing"),
    ],
)
def test_others_are_told_why_they_are_not_let_in(
    oauth: str, provider: Provider, claims: dict[str, Any], why: str
) -> None:
    provider.claims = claims
    me = requests.Session()
    reply = me.get(f"{oauth}/hub/oauth_login", timeout=60)
    assert reply.status_code == 403
    assert why in reply.text.replace("&#x27;", "&#39;")
    assert who(me, oauth) == {}


def test_a_providers_answer_is_good_for_one_browser_and_one_time(oauth: str, provider: Provider) -> None:
    provider.claims = {"email": "ada.lovelace@uni.edu"}
    me, other = requests.Session(), requests.Session()
    there = me.get(f"{oauth}/hub/oauth_login", allow_redirects=False, timeout=60).headers["Location"]
    back = me.get(there, allow_redirects=False, timeout=60).headers["Location"]
    other.get(f"{oauth}/hub/oauth_login", allow_redirects=False, timeout=60)
    assert other.get(back, timeout=60).status_code == 400  # it answers what I have asked
    assert me.get(back, timeout=60).status_code == 200
    assert me.get(back, timeout=60).status_code == 400
    assert who(other, oauth) == {}
