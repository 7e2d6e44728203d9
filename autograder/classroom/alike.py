"""Answers of a class that are more alike than chance and the exercise explain: for a teacher to look at.

Compared are the answer cells alone, without comments, layout and strings of documentation, with the names that a
student made up as one. Of each answer, fingerprints are taken: hashes of a few neighbouring words, thinned out by
winnowing (Schleimer, Wilkerson and Aiken, *Winnowing: local algorithms for document fingerprinting*, 2003). What the
released notebook has does not count, nor does what much of the class has written; the rest weighs the more, the fewer
have it. So a short answer, or one that suggests itself, is never named, and the work grows with the class and not with
its pairs.
"""

from __future__ import annotations

import functools
import itertools
import keyword
import math
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

How = Literal["the same notebook", "equal", "nearly equal"]

_GRAM, _WINDOW = 5, 4  # words of a fingerprint; of so many neighbouring ones, the least is kept
_SHARE = 0.8  # of the lighter answer's weight, from which on two are nearly equal
_WEIGHT = 6.0  # that two answers have to have in common: some 20 words that nearly nobody else has
_LONG = 60  # words of one's own, from which on the same notebook, to the letter, is no accident
_FEW, _MANY = 4, 15  # so many may share a fingerprint that counts: one in twenty, but not less and not more than these
_RING = 18  # fingerprints, that is some 45 words, from which on more than these few with equal answers are named, too
_LARGEST = 100_000  # characters of a cell that are read
_CODE = re.compile(
    r"(?P<skip>#[^\n]*|[rbfuRBFU]{0,2}(?:'''.*?'''|\"\"\".*?\"\"\")|\s+)"
    r"|(?P<word>[rbfuRBFU]{0,2}(?:'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\")|\w+|[-+*/%@&|^<>=!]=|\*\*|//|->|.)",
    re.DOTALL,
)
_PROSE = re.compile(r"\w+")


@dataclass(frozen=True)
class Alike:
    """Answers that are worth a look; not more than that: who learn together write alike, too.

    Attributes
    ----------
    students : all who have the same notebook or answer; of two that are nearly equal, one each.
    exercise : its id; empty for the whole notebook.
    share : of what could have differed, how much is the same, from 0 to 1.
    weight : how much that is, and how rare in this class; for the order.
    """

    students: tuple[str, ...]
    exercise: str
    how: How
    share: float
    weight: float = field(compare=False)


@dataclass(frozen=True)
class Answered:
    """One student's answers.

    Attributes
    ----------
    attempt : a digest of all cells' text, as they were handed in.
    words : by exercise, the words of its answers, without those of the release.
    """

    student: str
    attempt: str
    words: Mapping[str, tuple[str, ...]]


class Reader:
    """Reads what students wrote; a notebook has to be in the released shape (`engine.restore`)."""

    def __init__(self, release: Mapping[str, Any]) -> None:
        code = "\n".join(_source(cell) for cell in release["cells"] if cell["cell_type"] == "code")
        # These are the same for all; other names are what a student made up.
        self._names = frozenset(re.findall(r"[^\W\d]\w*", code))
        self._given = {key: words for _, key, words in self._cells(release)}
        self.known = frozenset(mark for words in self._given.values() for mark in _prints(words))

    def answered(self, student: str, notebook: Mapping[str, Any]) -> Answered:
        """Return a student's answers; cells that are as released are none."""
        words: dict[str, tuple[str, ...]] = {}
        for exercise, key, found in self._cells(notebook):
            if found != self._given.get(key):
                words[exercise] = words.get(exercise, ()) + found
        return Answered(student, attempt_of(notebook), {exercise: found for exercise, found in words.items() if found})

    def _cells(self, notebook: Mapping[str, Any]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """Yield exercise, grade id and words of each answer cell."""
        for cell in notebook["cells"]:
            mark, exercise = cell["metadata"].get("nbgrader", {}), cell["metadata"].get("course", {}).get("exercise")
            if exercise and mark.get("solution"):
                text = _source(cell)[:_LARGEST]
                is_code = cell["cell_type"] == "code"
                yield exercise, mark["grade_id"], _code_words(text, self._names) if is_code else _prose_words(text)


def alike(answered: Sequence[Answered], known: frozenset[int]) -> list[Alike]:
    """Return what is worth a look, the weightiest first.

    Parameters
    ----------
    known : fingerprints of what anybody may have: of the released text.
    """
    replayed = list(_replayed(answered))
    together = [frozenset(one.students) for one in replayed]
    exercises = dict.fromkeys(exercise for each in answered for exercise in each.words)
    found = [one for exercise in exercises for one in _in_exercise(exercise, answered, known)]
    rest = [one for one in found if not any(group.issuperset(one.students) for group in together)]
    return sorted([*replayed, *rest], key=lambda one: (-one.weight, one.students, one.exercise))


def attempt_of(notebook: Mapping[str, Any]) -> str:
    """Return what tells a notebook from others: the text of all its cells."""
    return "\x1f".join(map(_source, notebook["cells"]))


def _source(cell: Mapping[str, Any]) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _prose_words(text: str) -> tuple[str, ...]:
    return tuple(_PROSE.findall(text.lower()))


@functools.lru_cache(maxsize=8192)
def _code_words(source: str, kept: frozenset[str]) -> tuple[str, ...]:
    words: list[str] = []
    for match in _CODE.finditer(source):
        if (word := match["word"]) is None:
            continue
        made_up = word.isidentifier() and not keyword.iskeyword(word) and word not in kept
        attribute = bool(words) and words[-1] == "."
        words.append("name" if made_up and not attribute else word)
    return tuple(words)


@functools.lru_cache(maxsize=8192)
def _prints(words: tuple[str, ...]) -> frozenset[int]:
    """The fingerprints of an answer."""
    # Not `hash`, which is another in each process: of two runs, each would name others.
    encoded = [word.encode("utf-8", "surrogatepass") for word in words]
    grams = [zlib.crc32(b"\x1f".join(encoded[at : at + _GRAM])) for at in range(len(encoded) - _GRAM + 1)]
    windows = (grams[at : at + _WINDOW] for at in range(max(1, len(grams) - _WINDOW + 1)))
    return frozenset(min(window) for window in windows if window)


def _replayed(answered: Sequence[Answered]) -> Iterator[Alike]:
    """Students who have handed in the same notebook, cell by cell and letter by letter."""
    by_attempt: dict[str, list[Answered]] = defaultdict(list)
    for one in answered:
        if sum(map(len, one.words.values())) >= _LONG:
            by_attempt[one.attempt].append(one)
    for group in by_attempt.values():
        if len(group) > 1:
            names = tuple(sorted(one.student for one in group))
            yield Alike(names, "", "the same notebook", 1.0, float(sum(map(len, group[0].words.values()))))


def _in_exercise(exercise: str, answered: Sequence[Answered], known: frozenset[int]) -> Iterator[Alike]:
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for one in sorted(answered, key=lambda one: one.student):
        if exercise in one.words:
            groups[one.words[exercise]].append(one.student)
    rare = {words: _prints(words) - known for words in groups}
    number = sum(map(len, groups.values()))
    holders: dict[int, list[tuple[str, ...]]] = defaultdict(list)
    for words, marks in rare.items():
        for mark in marks:
            holders[mark].append(words)
    few = min(max(_FEW, number // 20), _MANY)
    counts = {mark: sum(len(groups[words]) for words in found) for mark, found in holders.items()}
    weights = {mark: _weight(count, number) for mark, count in counts.items()}
    counting = {mark: weight for mark, weight in weights.items() if counts[mark] <= few}
    for words, students in groups.items():
        weight = sum(weights[mark] for mark in rare[words])
        # So many that it is not rare any more: named only if it is long, and not what most have.
        usual = len(students) > few and (len(rare[words]) < _RING or len(students) > number // 2)
        if len(students) > 1 and weight >= _WEIGHT and not usual:
            yield Alike(tuple(students), exercise, "equal", 1.0, weight)
    for (mine, other), weight in _shared(holders, counting).items():
        share = weight / min(_total(rare[mine], counting), _total(rare[other], counting))
        if weight >= _WEIGHT and share >= _SHARE:
            students = sorted([groups[mine][0], groups[other][0]])  # who else has either is named with it, above
            yield Alike(tuple(students), exercise, "nearly equal", round(share, 2), weight)


def _shared(
    holders: Mapping[int, Sequence[tuple[str, ...]]], weights: Mapping[int, float]
) -> Mapping[tuple[tuple[str, ...], tuple[str, ...]], float]:
    """What each two different answers have in common that counts."""
    shared: dict[tuple[tuple[str, ...], tuple[str, ...]], float] = defaultdict(float)
    for mark in sorted(weights):
        for pair in itertools.combinations(holders[mark], 2):
            shared[pair] += weights[mark]
    return shared


def _weight(holders: int, students: int) -> float:
    """How much a fingerprint tells: from 1, where nobody else has it, towards 0, where all have it."""
    return math.log((students + 1) / holders) / math.log(students + 1)


def _total(marks: Iterable[int], weights: Mapping[int, float]) -> float:
    """What an answer weighs: what is common counts too, as far as it could have differed, but hardly."""
    return sum(weights.get(mark, 0.05) for mark in marks)
