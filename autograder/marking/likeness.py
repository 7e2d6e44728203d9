"""Which answers to a question are equal, or nearly so, and in what they differ: to be graded together.

Two are equal when they have the same words and signs in one order, the same pictures with them, and differ at most in
capitals, in spaces and line breaks, and in a full stop at the end. How near others are is the share of words and signs
that stand in one order in both (Ratcliff and Metzener, *Pattern matching: the Gestalt approach*, 1988: `difflib`).

That is not what `classroom.alike` asks: it looks for what hardly anybody has written, and passes over answers that are
short or that suggest themselves. These are the ones that are worth grading together.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

NEAR = 0.75  # share from which on two answers are nearly equal
MOST = 12  # of these are shown
_LONGEST = 1500  # words of an answer that is compared with others: the work grows with their product
_UNIT = re.compile(r"(\w+|[^\w\s])(\s*)")

Change = Literal["same", "left out", "added"]


@dataclass(frozen=True)
class Near:
    """An answer that is nearly equal to another.

    Attributes
    ----------
    key : whose it is.
    share : from 0 to 1.
    pieces : its text beside the other's, in order: what both have, what it has left out, what it has added.
    """

    key: str
    share: float
    pieces: tuple[tuple[Change, str], ...]


def core(text: str) -> tuple[str, ...]:
    """Return what an answer says, whatever its layout: its words and signs."""
    words = tuple(word for word, _ in _units(text))
    return words[:-1] if words[-1:] == (".",) else words


def nearly_equal(text: str, others: Mapping[str, str]) -> list[Near]:
    """Return the answers, of those by key, that are nearly equal to `text` and not equal, the nearest first."""
    mine = core(text)
    if not 0 < len(mine) <= _LONGEST:
        return []
    matcher: difflib.SequenceMatcher[str] = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(mine)
    shares: dict[tuple[str, ...], float] = {}
    found: list[tuple[float, str]] = []
    for key, other in others.items():
        words = core(other)
        if words == mine or len(words) > _LONGEST:
            continue
        if words not in shares:
            matcher.set_seq1(words)
            shares[words] = _share(matcher)
        if shares[words] >= NEAR:
            found.append((shares[words], key))
    found.sort(key=lambda one: (-one[0], one[1]))
    return [Near(key, share, tuple(_compared(text, others[key]))) for share, key in found[:MOST]]


def _share(matcher: difflib.SequenceMatcher[str]) -> float:
    """The share, or 0 where a bound that is found sooner says that it is too little."""
    bounds = (matcher.real_quick_ratio, matcher.quick_ratio)
    return matcher.ratio() if all(bound() >= NEAR for bound in bounds) else 0.0


def _compared(text: str, other: str) -> Iterator[tuple[Change, str]]:
    mine, theirs = _units(text), _units(other)
    matcher = difflib.SequenceMatcher(None, [word for word, _ in mine], [word for word, _ in theirs], autojunk=False)
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            yield "same", _joined(theirs[c:d])
            continue
        if a < b:
            yield "left out", _joined(mine[a:b])
        if c < d:
            yield "added", _joined(theirs[c:d])


def _units(text: str) -> Sequence[tuple[str, str]]:
    """The words and signs of a text, each as it is compared, and as it is written with the space behind it."""
    written = unicodedata.normalize("NFC", text)
    return [(found[1].casefold(), found[0]) for found in _UNIT.finditer(written)]


def _joined(units: Iterable[tuple[str, str]]) -> str:
    return "".join(written for _, written in units)
