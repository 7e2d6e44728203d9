"""Whose turn it is: in which order the hand-ins that wait for feedback at once are to be judged; a place in a line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

FRESH = 6 * 3600.0  # seconds for which somebody may be waiting for the answer


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


class Waits(Protocol):
    """A hand-in, as the exchange has it and as its client does: when it came, and whether a newer one replaces it."""

    @property
    def id(self) -> str: ...
    @property
    def created(self) -> int: ...
    @property
    def replaced(self) -> bool: ...


W = TypeVar("W", bound=Waits)


def ranked(waiting: Iterable[W], now: float) -> list[W]:
    """Return hand-ins in the order in which they are to be judged.

    First come those that somebody waits for: of each student the newest of each assignment, the oldest of them first,
    so that nobody is kept waiting by another's many tries. What is older than `FRESH` seconds comes after them, and
    last what its student has replaced by a newer one.
    """

    def rank(one: W) -> tuple[int, int, str]:
        group = 2 if one.replaced else 1 if one.created < (now - FRESH) * 1e6 else 0
        return group, one.created, one.id

    return sorted(waiting, key=rank)


def spoken(number: int) -> str:
    """Return a place in a line (1 for who is next) as people read it: ``third``, ``number 12``."""
    return _ORDINALS[number - 1] if number <= len(_ORDINALS) else f"number {number}"
