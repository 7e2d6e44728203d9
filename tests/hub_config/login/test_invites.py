"""Invitations: each person's own, kept as hashes, and not to be guessed."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from hub_config.login import invites
from hub_config.login.invites import SHORTEST, Invitations, InviteAuthenticator


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def invitations(tmp_path: Path, clock: Clock) -> Invitations:
    return Invitations(tmp_path / "invitations.db", clock)


def test_everybody_has_a_code_of_their_own(invitations: Invitations) -> None:
    codes = invitations.invite(["ada", "ben"])
    assert invitations.matches("ada", codes["ada"])
    assert not invitations.matches("ada", codes["ben"])
    assert not invitations.matches("eve", codes["ada"])
    assert len(set(codes.values())) == 2
    assert all(len(code) == 23 for code in codes.values())


def test_a_code_is_made_once_and_again_when_asked_for(invitations: Invitations) -> None:
    (first,) = invitations.invite(["ada"]).values()
    assert invitations.invite(["ada"]) == {}
    (second,) = invitations.invite(["ada"], again=True).values()
    assert not invitations.matches("ada", first)
    assert invitations.matches("ada", second)


def test_no_code_is_in_the_file(invitations: Invitations, tmp_path: Path) -> None:
    (code,) = invitations.invite(["ada"]).values()
    path = tmp_path / "invitations.db"
    assert code.encode() not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0


def test_guessing_costs_time_where_it_is_done(invitations: Invitations, clock: Clock) -> None:
    (code,) = invitations.invite(["ada"]).values()
    for _ in range(5):
        assert not invitations.matches("ada", "guess", "10.0.0.66")
    assert not invitations.matches("ada", code, "10.0.0.66")  # the right one does not help now
    assert invitations.matches("ada", code, "10.0.0.1")  # and nobody else is kept out
    clock.now += 2
    assert invitations.matches("ada", code, "10.0.0.66")
    assert not invitations.matches("ada", "typo", "10.0.0.66")
    assert invitations.matches("ada", code, "10.0.0.66")  # forgiven


def test_the_wait_doubles(invitations: Invitations, clock: Clock) -> None:
    (code,) = invitations.invite(["ada"]).values()
    for _ in range(20):
        invitations.matches("ada", "guess")
        clock.now += 1000
    invitations.matches("ada", "guess")
    clock.now += 899
    assert not invitations.matches("ada", code)
    clock.now += 2
    assert invitations.matches("ada", code)


def test_a_password_replaces_the_code(invitations: Invitations) -> None:
    (code,) = invitations.invite(["ada"]).values()
    assert "needs" in invitations.change("ada", code, "x" * (SHORTEST - 1))
    assert "not right" in invitations.change("ada", "wrong", "correct horse battery")
    assert invitations.matches("ada", code)
    assert invitations.change("ada", code, "correct horse battery") == ""
    assert invitations.matches("ada", "correct horse battery")
    assert not invitations.matches("ada", code)


def test_the_hub_goes_on_while_a_password_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ready = threading.Event()  # set by the event loop, which a hash on it would keep from that
    monkeypatch.setattr(Invitations, "matches", lambda *_: ready.wait(20))

    async def log_in() -> str | None:
        asyncio.get_running_loop().call_soon(ready.set)
        return await authenticator(tmp_path).authenticate(REQUEST, {"username": "ada", "password": "secret"})

    assert asyncio.run(log_in()) == "ada"


def test_guesses_at_the_same_time_are_counted_like_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    monkeypatch.setattr(invites, "_hash", lambda secret, salt: hashed.append(secret) or secret.encode())
    mine = authenticator(tmp_path)

    async def guess() -> list[str | None]:
        forms = [{"username": "ada", "password": f"guess {n}"} for n in range(20)]
        return await asyncio.gather(*(mine.authenticate(REQUEST, form) for form in forms))

    mine.invitations.invite(["ada"])
    hashed.clear()
    assert asyncio.run(guess()) == [None] * 20
    assert hashed == [f"guess {n}" for n in range(5)]


REQUEST = SimpleNamespace(request=SimpleNamespace(headers={"X-Forwarded-For": "10.0.0.66"}))


def authenticator(folder: Path) -> InviteAuthenticator:
    return InviteAuthenticator(path=str(folder / "invitations.db"))
