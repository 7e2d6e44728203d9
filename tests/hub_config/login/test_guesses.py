"""How many wrong passwords are looked at, from one address and for one name; see also `test_invites`."""

from __future__ import annotations

import pytest

from hub_config.login.guesses import PER_HOUR, Guesses, address_of
from tests.hub_config.login.test_invites import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def guesses(clock: Clock) -> Guesses:
    return Guesses(clock)


def test_one_name_from_ever_new_addresses(guesses: Guesses, clock: Clock) -> None:
    guesses.right("ada", "home")
    for number in range(PER_HOUR):
        assert not guesses.too_many("ada", f"10.0.0.{number}")
        guesses.wrong("ada", f"10.0.0.{number}")
    assert guesses.too_many("ada", "10.0.1.1")
    assert not guesses.too_many("ada", "home")  # where she has been right
    assert not guesses.too_many("ben", "10.0.1.1")
    clock.now += 3601
    assert not guesses.too_many("ada", "10.0.1.1")


def test_ever_new_names_from_one_address(guesses: Guesses, clock: Clock) -> None:
    for number in range(PER_HOUR):
        assert not guesses.too_many(f"student-{number}", "10.0.0.66")
        guesses.wrong(f"student-{number}", "10.0.0.66")
    assert guesses.too_many("ada", "10.0.0.66")
    assert not guesses.too_many("ada", "10.0.0.1")
    clock.now += 3601
    assert not guesses.too_many("ada", "10.0.0.66")


def test_who_is_known_at_an_address_waits_for_their_own_wrong_ones_only(guesses: Guesses) -> None:
    guesses.right("ada", "school")
    for number in range(PER_HOUR):
        guesses.wrong(f"student-{number}", "school")
    assert not guesses.too_many("ada", "school")
    for _ in range(5):
        guesses.wrong("ada", "school")
    assert guesses.too_many("ada", "school")


def test_what_is_remembered_is_bounded(guesses: Guesses, clock: Clock) -> None:
    for number in range(20_000):
        guesses.wrong(f"name-{number}", f"address-{number}")
        clock.now += 60.0
    assert len(guesses._pairs) + len(guesses._hours) < 12_000


def test_only_our_own_proxies_are_believed() -> None:
    said = {"X-Forwarded-For": "1.2.3.4, 10.0.0.66,127.0.0.1", "X-Real-Ip": "1.2.3.4"}
    assert address_of(said) == "127.0.0.1"
    assert address_of(said, 2) == "10.0.0.66"
    assert address_of({"X-Forwarded-For": "10.0.0.66"}, 2) == "10.0.0.66"
    assert address_of({"X-Real-Ip": "1.2.3.4"}) == ""
