"""`[login]`: what is refused, what becomes of it for JupyterHub, and which name an account has here."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jupyterhub.authenticators.shared import SharedPasswordAuthenticator
from pydantic import TypeAdapter
from traitlets.config import Config

from course.account_names import claimed, person
from course.errors import SetupError
from hub_config.local import start
from hub_config.local.assembly import HERE, Place, configure
from hub_config.login.lti13 import CourseLti13Authenticator
from hub_config.login.oauth import CourseOAuthenticator
from hub_config.settings.hub import Person, load_hub

OAUTH = """public_url = "https://hub.example.org"
accounts = "demo"
[login]
kind = "oauth"
client_id = "the-hub"
secret_env = "HUB_TEST_SECRET"
authorize_url = "https://login.example.org/authorize"
token_url = "https://login.example.org/token"
userdata_url = "https://login.example.org/userinfo"
username_claim = "preferred_username"
"""
LTI = """public_url = "https://hub.example.org"
accounts = "demo"
[login]
kind = "lti13"
client_ids = ["10000000000001"]
issuer = "https://learn.example.org"
authorize_url = "https://learn.example.org/auth"
jwks_url = "https://learn.example.org/jwks"
username_claim = "email"
domain = "Uni.edu"
"""
ACCOUNTS = st.text(max_size=40) | st.from_regex(r"[a-zA-Z0-9._-]{1,40}", fullmatch=True)
IS_PERSON = TypeAdapter(Person)


def placed(tmp_path: Path, hub: str) -> Place:
    (tmp_path / "hub.toml").write_text(hub, encoding="utf-8")
    for name in ("courses.toml", "profiles.yaml"):
        (tmp_path / name).write_bytes((HERE / name).read_bytes())
    return Place(tmp_path, tmp_path, HERE.parent)


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_TEST_SECRET", "a secret\n")


@settings(deadline=None)
@given(ACCOUNTS.filter(bool), st.booleans())
@example("Ada.Lovelace@uni.edu", False)
@example("ı", True)
@example("\ud800", False)
def test_every_account_has_a_name(account: str, ignore_case: bool) -> None:
    name = person(account, ignore_case=ignore_case)
    assert IS_PERSON.validate_python(name) == name == name.lower()
    assert person(account, ignore_case=ignore_case) == name


@settings(deadline=None)
@given(ACCOUNTS.filter(bool), ACCOUNTS.filter(bool))
@example("Ada.Lovelace@uni.edu", "ada.lovelace@other.edu")
@example("Ada", "ada")
@example("ada@uni.edu", "ada-uni.edu")
@example("straße", "strasse")
@example("é", "e\u0301")
@example("x" * 33, "x" * 34)
@example("\ud800", "\udc00")
@example("123", "0123")
def test_two_accounts_are_two_people(one: str, other: str) -> None:
    if one != other:
        assert person(one) != person(other)


@settings(deadline=None)
@given(ACCOUNTS.filter(bool))
def test_nobody_becomes_another_by_choosing_the_name_that_they_have_here(account: str) -> None:
    name = person(account)
    assert name == account or person(name) != name


@settings(deadline=None)
@given(ACCOUNTS.filter(bool), ACCOUNTS.filter(bool))
@example("Straße", "STRASSE")
@example("\u212a", "k")  # the sign of Kelvin, whose small letter is k
@example("İ", "i")
def test_ignoring_case_makes_one_of_letters_a_to_z_only(one: str, other: str) -> None:
    same = one.encode("utf-8", "surrogatepass").lower() == other.encode("utf-8", "surrogatepass").lower()
    assert (person(one, ignore_case=True) == person(other, ignore_case=True)) == same


@pytest.mark.parametrize(
    ("account", "domain", "name"),
    [
        ("ada.lovelace", "", "ada.lovelace"),
        ("ada@uni.edu", "uni.edu", "ada"),
        ("ada@UNI.edu", "uni.edu", "ada"),
        ("Ada@uni.edu", "", "ada-uni.edu-4achxgf644ljf3e3"),
        ("李明", "", "person-virhcauefoaonih2"),
    ],
)
def test_names_stay_what_they_are(account: str, domain: str, name: str) -> None:
    assert person(account, domain) == name  # else people lose their files with an update


@pytest.mark.parametrize("account", ["ada@other.edu", "ada@uni.edu.evil.org", "ada", "@uni.edu", "ada@evil.uni.edu"])
def test_accounts_of_another_domain_are_nobody(account: str) -> None:
    with pytest.raises(ValueError, match=r"only accounts of uni\.edu|has no name"):
        person(account, "uni.edu")


def test_what_a_claim_says() -> None:
    assert claimed({"id": 17}, "id") == "17"
    assert claimed({"email": "a@b.c", "email_verified": "true"}, "email") == "a@b.c"
    for said in ({}, {"email": None}, {"email": ["a"]}, {"email": True}, {"email": "a@b.c", "email_verified": "false"}):
        with pytest.raises(ValueError, match=r"is missing|not confirmed"):
            claimed(said, "email")


def test_oauth_for_jupyterhub(tmp_path: Path) -> None:
    c = configure(Config(), placed(tmp_path, OAUTH))
    assert c.JupyterHub.authenticator_class is CourseOAuthenticator
    made = CourseOAuthenticator(config=c)
    assert (made.client_id, made.client_secret) == ("the-hub", "a secret")
    assert made.oauth_callback_url == "https://hub.example.org/hub/oauth_callback"
    assert made.allowed_users == {"ada", "ben", "grace"}
    assert not (made.allow_all or made.allow_existing_users or made.admin_users)
    assert made.enable_pkce
    assert made.validate_server_cert


def test_lti_for_jupyterhub(tmp_path: Path) -> None:
    c = configure(Config(), placed(tmp_path, LTI))
    made = CourseLti13Authenticator(config=c)
    assert c.JupyterHub.authenticator_class is CourseLti13Authenticator
    assert (made.client_id, made.issuer) == ({"10000000000001"}, "https://learn.example.org")
    assert (made.authorize_url, made.jwks_endpoint) == (
        "https://learn.example.org/auth",
        "https://learn.example.org/jwks",
    )
    assert (made.uri_scheme, made.domain, made.account_claim) == ("https", "uni.edu", "email")
    assert not (made.allow_all or made.allow_existing_users or made.open_courses)


def test_a_demo_may_have_one_password_for_all(tmp_path: Path) -> None:
    text = 'accounts = "demo"\n[login]\nkind = "shared"\nsecret_env = "HUB_TEST_SECRET"\n'
    c = configure(Config(), placed(tmp_path, text))
    made = SharedPasswordAuthenticator(config=c)
    assert (made.user_password, made.allowed_users, made.allow_all) == ("a secret", {"ada", "ben", "grace"}, False)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[login]\nkind = "ldap"', 'login: kind is one of "invite"'),
        ('[login]\npassword = "x"', "login.invite.password: there is no such key"),
        ('[login]\nkind = "shared"\nsecret_env = "X"', "a shared password is for accounts = "),
        (OAUTH.replace('public_url = "https://hub.example.org"', ""), "name public_url"),
        (OAUTH.replace("https://hub.example.org", "http://hub.example.org"), "'http://hub.example.org' is no"),
        (OAUTH.replace("https://hub.example.org", "https://hub.example.org/x"), "is more than the hub's own address"),
        (OAUTH.replace('client_id = "the-hub"\n', ""), "login.oauth.client_id: Field required"),
        (OAUTH.replace("https://login.example.org/token", "http://login.example.org/token"), "login.oauth.token_url"),
        (OAUTH + 'client_secret = "hush"', "login.oauth.client_secret: there is no such key"),
        (OAUTH + 'secret_file = "too"', "name one place of the secret"),
        (OAUTH + 'domain = "@uni.edu"', "login.oauth.domain"),
        (OAUTH + 'admit = "everyone"', "belong together"),
        (OAUTH + 'courses = ["ml"]', "belong together"),
        (LTI.replace('["10000000000001"]', "[]"), "login.lti13.client_ids"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(SetupError) as error:
        load_hub(placed(tmp_path, text).folder / "hub.toml")
    assert why in str(error.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (OAUTH.replace("HUB_TEST_SECRET", "HUB_TEST_NOTHING"), "the environment variable HUB_TEST_NOTHING: nothing"),
        (OAUTH.replace('secret_env = "HUB_TEST_SECRET"', 'secret_file = "none"'), "login.secret_file: .*can't be read"),
        (OAUTH.replace('secret_env = "HUB_TEST_SECRET"', 'secret_file = "empty"'), "empty: nothing is there"),
        (OAUTH + 'admit = "everyone"\ncourses = ["art"]', r"login.courses: courses.toml has no course art"),
        ('accounts = "demo"\n[login]\nkind = "shared"\nsecret_file = "short"', "needs 8 characters"),
    ],
)
def test_what_can_only_be_seen_on_the_machine_is_named_too(tmp_path: Path, text: str, why: str) -> None:
    place = placed(tmp_path, text)
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "short").write_text("seven77\n")
    with pytest.raises(SetupError, match=why):
        configure(Config(), place)


@pytest.mark.parametrize(("text", "package"), [(OAUTH, "oauthenticator"), (LTI, "ltiauthenticator")])
def test_a_package_that_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, package: str
) -> None:
    for name in [
        name for name in sys.modules if name.startswith((package, "hub_config.login.oauth", "hub_config.login.lti"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(SetupError, match=rf"{package}[.\w]* has to be installed.*\[login\]"):
        configure(Config(), placed(tmp_path, text))


def test_an_operator_is_told_the_name_for_courses_toml(tmp_path: Path) -> None:
    place = placed(tmp_path, LTI)
    assert start.name_of(place, "ada@uni.edu") == "ada"
    with pytest.raises(SetupError, match=r"'ada@other.edu' is not let in: only accounts of uni\.edu"):
        start.name_of(place, "ada@other.edu")
    with pytest.raises(SetupError, match="nobody logs in elsewhere"):
        start.name_of(placed(tmp_path, 'accounts = "demo"'), "ada")


def test_a_mistake_is_told_before_anything_starts(tmp_path: Path) -> None:
    place, log = placed(tmp_path, OAUTH.replace("HUB_TEST_SECRET", "HUB_TEST_NOTHING")), tmp_path / "hub.log"
    with pytest.raises(SetupError, match="nothing is there"), start.running(place, log=log):
        pass
    assert not log.exists()


def test_there_are_no_invitations_where_people_log_in_elsewhere(tmp_path: Path) -> None:
    place = placed(tmp_path, LTI)
    assert start.invite(place, ["ada"]) == {}
    with pytest.raises(SetupError, match="people log in otherwise"):
        start.invite(place, ["ada"], again=True)
    assert not (place.state / "invitations.db").exists()


def test_a_platform_may_put_a_claim_among_its_custom_ones() -> None:
    made = CourseLti13Authenticator(account_claim="custom_uname")
    custom: dict[str, Any] = {"https://purl.imsglobal.org/spec/lti/claim/custom": {"uname": "ada"}}
    assert made.get_username({**custom, "uname": "eve", "sub": "eve"}) == "ada"
