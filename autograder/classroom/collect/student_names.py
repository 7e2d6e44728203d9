"""Whose a hand-in is, by the name that a learning platform gave it, or by a plain one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.classroom.csv_tables import parsed, read
from course.errors import SetupError
from course.notebooks import without_copy
from course.student_ids import student_id


@dataclass(frozen=True)
class Owner:
    """Whose something is, as far as its name tells.

    Attributes
    ----------
    name : the student's, as it stands there.
    number : the platform's of the student or the hand-in; empty where there is none.
    file : the name of the file as it was handed in; empty for a folder of files.
    stamp : the time of the hand-in, to be compared as text; empty where the name has none.
    platform : which one's form it has; empty for a plain name.
    """

    name: str
    number: str = ""
    file: str = ""
    stamp: str = ""
    platform: str = ""


_FORMS = {
    "Moodle": r"(?P<student>.+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<file>.*)",
    "Blackboard": r".+_(?P<student>[^_]+)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)?",
    "Brightspace": r"\d+-\d+ - (?P<student>.+?) - (?P<time>[^-]+?)(?: - (?P<file>.+))?",
    "Canvas": r"(?P<student>[^\W_]+(?:-[^\W_]+)*)_(?:LATE_)?(?P<number>\d+)_\d+_(?P<file>.+)",
    "Gradescope": r"(?P<student>submission_(?P<number>\d+))",
}
_PATTERNS = {platform: re.compile(form) for platform, form in _FORMS.items()}
_PARTS = {"student": ".+?", "number": r"\d+", "file": ".+", "time": ".+?", "any": ".*?"}


def read_name(name: str, is_folder: bool, pattern: re.Pattern[str] | None = None) -> Owner | None:
    """Return whose the file or folder called `name` is; None where `pattern` is given and does not fit.

    Parameters
    ----------
    pattern : from `read_pattern`; without it, the platforms' own forms are tried, and at last the plain name.
    """
    name = unicodedata.normalize("NFC", name)
    if pattern is not None:
        found = pattern.fullmatch(name)
        return _owner(found, "--pattern", name, is_folder) if found else None
    for platform, form in _PATTERNS.items():
        if found := form.fullmatch(name):
            return _owner(found, platform, name, is_folder)
    stem = name if is_folder else name.rpartition(".")[0]
    return Owner(without_copy(stem)[0], file="" if is_folder else name)


def _owner(found: re.Match[str], platform: str, name: str, is_folder: bool) -> Owner:
    parts = {key: value or "" for key, value in found.groupdict().items()}
    number, student = parts.get("number", ""), parts["student"]
    if student == "Participant":  # Moodle's name for everybody where names are hidden
        student = f"Participant {number}"
    file = "" if is_folder else parts.get("file", "") or name
    return Owner(student, number, file, parts.get("time", ""), platform)


def read_pattern(text: str) -> re.Pattern[str]:
    """Return the form of names that a teacher has described: ``{student}_{number}_{file}``, or a regular expression.

    ``{student}`` has to be in it; ``{number}``, ``{time}``, ``{file}`` and ``{any}`` may be. A regular expression has
    the group ``(?P<student>…)``.

    Raises
    ------
    SetupError : it is neither.
    """
    form = text
    if "(?P<student>" not in text:
        pieces = re.split(r"(\{\w+\})", text)
        form = "".join(_piece(piece) for piece in pieces)
    try:
        pattern = re.compile(form)
    except re.error as error:
        raise SetupError(f"--pattern {text!r} can't be understood: {error}.") from error
    if "student" not in pattern.groupindex:
        raise SetupError(f"--pattern {text!r} does not say where the student's name is: put {{student}} there.")
    return pattern


def _piece(piece: str) -> str:
    inner = piece[1:-1]
    if not (piece.startswith("{") and piece.endswith("}")):
        return re.escape(piece)
    if inner not in _PARTS:
        raise SetupError(f"--pattern knows {', '.join(f'{{{one}}}' for one in _PARTS)}, and not {piece}.")
    return _PARTS[inner] if inner == "any" else f"(?P<{inner}>{_PARTS[inner]})"


@dataclass(frozen=True)
class Roster:
    """A class list: which student a platform's name or number stands for.

    Attributes
    ----------
    students : all ids, in the list's order.
    names : the id, by what a student is called.
    """

    students: tuple[str, ...]
    names: Mapping[str, str] = field(repr=False)

    def find(self, owner: Owner) -> str:
        """Return the id; empty where the list does not have the name, or has it twice."""
        whole = owner.name, owner.number, owner.file
        return next((found for text in whole if (found := self.called(text))), "")

    def called(self, text: str) -> str:
        """Return the id of whom the list calls `text`; empty as `find`'s."""
        return self.names.get(_key(text), "") if text else ""


def read_roster(path: Path) -> Roster:
    """Read a CSV file with a line of headings: the column ``student`` has the ids, the others what students are called.

    Without a column ``student`` the first column has the ids.

    Raises
    ------
    SetupError : it can't be read, has no student, or an id that can be none.
    """
    rows, _ = parsed(read(path))
    heads = [head.strip().casefold() for head in rows[0]] if rows else []
    column = heads.index("student") if "student" in heads else 0
    students: list[str] = []
    names: dict[str, set[str]] = {}
    for number, row in enumerate(rows[1:], 2):
        if len(row) <= column or not row[column].strip():
            continue
        student = unicodedata.normalize("NFC", row[column].strip())
        if student_id(student) != student:
            raise SetupError(
                f"{path}, line {number}: {student!r} can't be a student's id: write letters, digits and . _ - + @, "
                "without blanks."
            )
        students.append(student)
        for cell in row:
            for key in _keys(cell):
                names.setdefault(key, set()).add(student)
    if not students:
        raise SetupError(f"{path} names no student: it needs a line of headings, and a line for each student.")
    return Roster(tuple(dict.fromkeys(students)), {key: min(ids) for key, ids in names.items() if len(ids) == 1})


def _keys(text: str) -> Iterator[str]:
    """What a name may be written as: Canvas puts the last name first, and no blanks."""
    words = re.split(r"[\s,]+", text.strip())
    for turn in range(len(words)):
        if key := _key("".join(words[turn:] + words[:turn])):
            yield key


def _key(text: str) -> str:
    composed = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in composed if unicodedata.category(letter)[0] in "LMN" or letter in "@+.")
