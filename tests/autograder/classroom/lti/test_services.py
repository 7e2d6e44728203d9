"""The services of a learning platform: whom it believes, what it tells, and what is said where something is wrong."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.classroom.lti.members import read_members
from autograder.classroom.lti.services import Services
from autograder.classroom.lti.settings import load_platform
from autograder.classroom.lti.tool_key import ToolKey, tool_key
from autograder.classroom.roster import Person
from course.account_names import person
from course.errors import OperatorError, SetupError
from course.project import Project
from tests.support.lti_platform import FakePlatform, member

CLASS = [
    member("u-1", "Ada Lovelace"),
    member("u-2", "Ben Example", given_name=None, family_name=None),
    member("u-3", "Grace Hopper", "Instructor"),
    member("u-4", "Gone Away", status="Inactive"),
    member("u-5", "Try Out", roles=["Learner", "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"]),
    member("u-6", "Carol Kay", roles=["http://purl.imsglobal.org/vocab/lis/v2/membership/Learner#NonCreditLearner"]),
]


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> ToolKey:
    return tool_key(Project(tmp_path_factory.mktemp("key")), make=True)


@pytest.fixture
def platform(key: ToolKey) -> Iterator[FakePlatform]:
    fake = FakePlatform(key.jwk, list(CLASS))
    with fake.serving():
        yield fake


@pytest.fixture
def services(platform: FakePlatform, key: ToolKey) -> Services:
    return Services(platform.settings(domain="example.org"), key, pause=0)


def test_students_come_from_all_pages(platform: FakePlatform, services: Services) -> None:
    found = read_members(services.members(), services.platform, {})
    assert found.students == (
        Person("ada", "Ada", "Lovelace", "ada@example.org", "u-1"),
        Person("ben", "Ben", "Example", "ben@example.org", "u-2"),
        Person("carol", "Carol", "Kay", "carol@example.org", "u-6"),
    )
    assert found.troubles == () and platform.asked == ["token", "members", "members"]


def test_a_token_is_asked_for_once_and_again_when_it_is_no_longer_good(
    platform: FakePlatform, services: Services
) -> None:
    list(services.members())
    assert services.columns() == 0
    assert platform.asked.count("token") == 1
    platform.tokens.clear()
    assert len(list(services.members())) == len(CLASS)
    assert platform.asked.count("token") == 2


def test_another_key_or_name_gets_no_token(platform: FakePlatform, services: Services, tmp_path: Path) -> None:
    other = replace(services, key=tool_key(Project(tmp_path), make=True))
    with pytest.raises(SetupError, match=r"invalid_client.*Compare client_id and token_url"):
        other.check()
    stranger = replace(services, platform=services.platform.model_copy(update={"client_id": "somebody"}))
    with pytest.raises(SetupError, match="gives no token"):
        stranger.check()
    assert platform.tokens == set()


@pytest.mark.parametrize("kind", ["token", "members"])
def test_what_fails_for_a_while_is_asked_again(platform: FakePlatform, services: Services, kind: str) -> None:
    platform.failures = {kind: [502, 429]}
    assert len(list(services.members())) == len(CLASS)


def test_whoever_must_act_is_named(platform: FakePlatform, services: Services) -> None:
    platform.failures = {"members": [403], "columns": [404], "new": [403]}
    with pytest.raises(SetupError, match=r"administrator has to let this tool see names\s+and roles"):
        list(services.members())
    with pytest.raises(SetupError, match=r"line_items|this course's"):
        services.columns()
    with pytest.raises(SetupError, match="administrator has to let this tool manage columns"):
        services.column("ch99_mini", "Mini", 3.0)
    wrong = services.platform.model_copy(update={"memberships_url": f"{platform.url}/columns?type_id=3"})
    platform.columns[1] = {}
    with pytest.raises(OperatorError, match=r"not as LTI 1\.3 has it"):
        list(replace(services, platform=wrong).members())


def test_where_nobody_answers_it_says_so(services: Services) -> None:
    nowhere = services.platform.model_copy(update={"token_url": "http://127.0.0.1:9/token"})
    with pytest.raises(OperatorError, match=r"does not answer at http://127\.0\.0\.1:9/token"):
        replace(services, platform=nowhere).check()


def test_a_netrc_takes_no_tokens_place(services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("default login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setattr("course.exchange.session._is_local", lambda url: False)
    assert len(list(replace(services).members())) == len(CLASS)


def test_who_is_who_here() -> None:
    there = FakePlatform({}, url="https://x.org").settings()
    known = {
        "ada": Person("ada", account="u-1"),
        "bennie": Person("bennie", email="Ben@Example.org"),
        "one": Person("one", email="twin@example.org"),
        "two": Person("two", email="twin@example.org"),
    }
    found = read_members(
        [
            member("u-1", "Ada King", email="countess@example.org"),  # married, but the same account
            member("u-2", "Ben Example"),  # by the e-mail address in the gradebook
            member("u-3", "Twin Example"),  # which two have: neither is meant
            member("u-4", "Secret Person", email=None),
        ],
        there,
        known,
    )
    assert [one.student for one in found.students] == ["ada", "bennie", person("twin@example.org")]
    assert found.troubles[0].startswith("Secret Person: the platform does not tell their email.")


def test_two_who_would_be_one_are_not_taken_for_each_other() -> None:
    platform = FakePlatform({}, url="https://x.org").settings(domain="example.org", ignore_case=True)
    twins = [member("u-1", "Ada Lovelace"), member("u-2", "ADA Byron", email="ADA@example.org")]
    found = read_members(twins, platform, {})
    assert found.students == () and "all would be ada here" in found.troubles[0]


def test_the_key_is_its_owners_alone_and_made_once(tmp_path: Path) -> None:
    project = Project(tmp_path)
    with pytest.raises(SetupError, match="`course lti` makes one"):
        tool_key(project)
    made = tool_key(project, make=True)
    assert tool_key(project, make=True).jwk == made.jwk == tool_key(project).jwk
    path = project.build / "lti.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert set(made.jwk) == {"alg", "e", "kid", "kty", "n", "use"}, "and nothing private"
    assert made.pem.startswith("-----BEGIN PUBLIC KEY-----")
    path.chmod(0o640)
    with pytest.raises(SetupError, match="chmod 600"):
        tool_key(project)
    path.chmod(0o600)
    path.write_text("no key")
    with pytest.raises(SetupError, match="holds no key"):
        tool_key(project)


def test_settings_say_what_is_wrong_in_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("source", "autograder", "hub_config"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("COURSE_ROOT", str(tmp_path))
    with pytest.raises(SetupError, match=r"no learning platform yet: there is no .*lti\.toml.*docs/platform\.md"):
        load_platform()
    (tmp_path / "hub_config" / "lti.toml").write_text('token_url = "https://learn.example.org/t"\n')
    with pytest.raises(SetupError, match=r"client_id in .*lti\.toml \(or COURSE_LTI_CLIENT_ID\): Field required"):
        load_platform()
    lines = 'client_id = "1"\ntoken_url = "{0}/t"\nmemberships_url = "{0}/m"\nline_items_url = "{0}/l"\n'
    (tmp_path / "hub_config" / "lti.toml").write_text(lines.format("http://learn.example.org"))
    with pytest.raises(SetupError, match=r"token_url in .*http://learn.* is no address such as https"):
        load_platform()
    (tmp_path / "hub_config" / "lti.toml").write_text(lines.format("https://learn.example.org"))
    monkeypatch.setenv("COURSE_LTI_CLIENT_ID", "2")
    assert load_platform().client_id == "2"
