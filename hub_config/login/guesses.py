"""Makes guessing passwords slow, and keeping another person out by wrong guesses hard."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

FREE_TRIES = 5
LONGEST_WAIT = 900.0  # seconds
PER_HOUR = 100
_HOUR, _DAY = 3600.0, 86_400.0
_MANY = 10_000


class Guesses:
    """Counts wrong passwords, each by the name it was for and the address it came from.

    After `FREE_TRIES` for one name from one address, each further one costs a wait: one second, then twice as long each
    time, up to `LONGEST_WAIT`. `PER_HOUR` are looked at for one name from all addresses together, and as many from one
    address for all names; a person who has been right at an address is not held up there by what others do.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pairs: dict[tuple[str, str], tuple[int, float]] = {}  # wrong ones, and the end of the wait
        self._hours: dict[tuple[str, str], tuple[int, float]] = {}  # wrong ones, and the end of the hour
        self._known: set[tuple[str, str]] = set()

    def too_many(self, name: str, address: str) -> bool:
        """Whether a password for `name` from `address` is not to be looked at now."""
        now = self._clock()
        if now < self._pairs.get((name, address), (0, 0.0))[1]:
            return True
        if (name, address) in self._known:
            return False
        return any(_count(self._hours, key, now) >= PER_HOUR for key in _shared(name, address))

    def wrong(self, name: str, address: str) -> None:
        """Count a wrong one."""
        now = self._clock()
        failures = self._pairs.get((name, address), (0, 0.0))[0] + 1
        wait = 0.0 if failures < FREE_TRIES else min(2.0 ** (failures - FREE_TRIES), LONGEST_WAIT)
        self._pairs[name, address] = (failures, now + wait)
        for key in _shared(name, address):
            count = _count(self._hours, key, now)
            self._hours[key] = (count + 1, self._hours[key][1] if count else now + _HOUR)
        if len(self._pairs) + len(self._hours) > _MANY:
            self._forget(now)

    def right(self, name: str, address: str) -> None:
        """Forgive the wrong ones of this person from this address."""
        self._pairs.pop((name, address), None)
        self._known.add((name, address))

    def _forget(self, now: float) -> None:
        self._pairs = {key: value for key, value in self._pairs.items() if value[1] + _DAY > now}
        self._hours = {key: value for key, value in self._hours.items() if value[1] > now}


def address_of(headers: Mapping[str, str], proxies: int = 1) -> str:
    """Return where a request comes from, as the outermost of our own proxies says.

    Parameters
    ----------
    proxies : how many there are that say who has asked them. What stands before their words in ``X-Forwarded-For`` is
        the sender's own, as ``X-Real-Ip`` may be: no help.
    """
    said = headers.get("X-Forwarded-For", "").split(",")
    return said[max(-proxies, -len(said))].strip()


def _shared(name: str, address: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("name", name), ("address", address)


def _count(hours: Mapping[tuple[str, str], tuple[int, float]], key: tuple[str, str], now: float) -> int:
    count, until = hours.get(key, (0, 0.0))
    return count if now < until else 0
