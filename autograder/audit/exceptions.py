"""What an author has looked at and found in order: mutants that are no mistake, styles that a statement rules out.

They stand in ``autograder/mutants/<chapter>/equivalent.toml``, each with a reason that a person wrote.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from autograder.audit.restyle import STYLES
from autograder.audit.rows import AuditRow
from course.errors import AuthorError, Problem, near
from course.project import Project


class Equivalent(BaseModel):
    """A mutant that is as right as the answer it was made of.

    Attributes
    ----------
    exercise, mutant : which one, by its key.
    reason : why it is no mistake.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    exercise: str
    mutant: str
    reason: str = Field(min_length=10)


class Free(BaseModel):
    """Mutants of what a statement leaves open, such as the settings of a model that has to reach a bar: they are other
    answers, and no mistakes.

    Attributes
    ----------
    mutants : patterns of keys; ``*`` stands for anything, as in ``fit: setting: *``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    exercise: str
    mutants: tuple[str, ...] = Field(min_length=1)
    reason: str = Field(min_length=10)


class RuledOut(BaseModel):
    """A style that an exercise's statement does not allow."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    exercise: str
    style: str
    reason: str = Field(min_length=10)


class Ruling(BaseModel):
    """What a person says of a blind answer whose writer was mistaken about it.

    Attributes
    ----------
    exercise, answer : which one, by its name.
    counts_as : "neither" where the statement leaves it open.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    exercise: str
    answer: str
    counts_as: Literal["right", "wrong", "neither"]
    reason: str = Field(min_length=10)


class Exceptions(BaseModel):
    """All that a chapter's author has looked at."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    equivalent: tuple[Equivalent, ...] = ()
    free: tuple[Free, ...] = ()
    ruled_out: tuple[RuledOut, ...] = ()
    blind: tuple[Ruling, ...] = ()

    def mutants(self, exercise: str) -> frozenset[str]:
        """The keys of an exercise's equivalent mutants."""
        return frozenset(one.mutant for one in self.equivalent if one.exercise == exercise)

    def free_of(self, exercise: str) -> tuple[str, ...]:
        """The patterns of the mutants that an exercise leaves open."""
        return tuple(pattern for one in self.free if one.exercise == exercise for pattern in one.mutants)

    def is_free(self, exercise: str, mutant: str) -> bool:
        """Return whether an exercise leaves open what a mutant changes."""
        return any(_matches(pattern, mutant) for pattern in self.free_of(exercise))

    def styles(self, exercise: str) -> frozenset[str]:
        """The styles that an exercise rules out."""
        return frozenset(one.style for one in self.ruled_out if one.exercise == exercise)

    def ruled(self, exercise: str) -> dict[str, str]:
        """What an exercise's blind answers count as, by name, where their writers were mistaken."""
        return {one.answer: one.counts_as for one in self.blind if one.exercise == exercise}


def _matches(pattern: str, mutant: str) -> bool:
    """As `fnmatch` does it, with no other sign than ``*``: code is full of brackets."""
    return bool(re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), mutant))


def exceptions_path(project: Project, chapter: str) -> Path:
    """Return where a chapter's exceptions stand."""
    return project.mutants / chapter / "equivalent.toml"


def load_exceptions(project: Project, chapter: str) -> Exceptions:
    """Read a chapter's exceptions; none where there is no file.

    Raises
    ------
    AuthorError : the file is malformed, or names a style that there is not.
    """
    path = exceptions_path(project, chapter)
    if not path.exists():
        return Exceptions()
    try:
        found = Exceptions.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError, UnicodeDecodeError) as error:
        raise AuthorError([Problem(path, 0, f"can't be read: {error}", chapter)]) from None
    wrong = [
        Problem(path, 0, f"there is no style {one.style!r}.{near(one.style, STYLES)}", chapter, one.exercise)
        for one in found.ruled_out
        if one.style not in STYLES
    ]
    if wrong:
        raise AuthorError(wrong)
    return found


def applied(row: AuditRow, found: Exceptions) -> AuditRow:
    """Return an exercise's row without the mutants and styles that a person has looked at since it was made."""
    mutants, styles = found.mutants(row.exercise), found.styles(row.exercise)
    survivors = tuple(one for one in row.survivors if one.mutant not in mutants)
    wronged = tuple(one for one in row.wronged if one.partition(": ")[0] not in styles)
    changes = {
        "automatic": row.automatic - len(row.survivors) + len(survivors),
        "automatic_all": row.automatic_all + row.equivalent - len(mutants),
        "equivalent": len(mutants),
        "survivors": survivors,
        "restylings": row.restylings - len(row.wronged) + len(wronged),
        "wronged": wronged,
    }
    return row.model_copy(update=changes)


def unknown(project: Project, chapter: str, exercise: str, found: Exceptions, keys: Iterable[str]) -> list[Problem]:
    """Return a problem for each exception that names no mutant of the exercise, any longer."""
    known = set(keys)
    missed = [one for one in found.free_of(exercise) if not any(_matches(one, key) for key in known)]
    return [
        Problem(
            exceptions_path(project, chapter),
            0,
            f"{key!r} is no mutant (any longer): the answer has changed. Look at it again, or take the row out."
            + near(key, known),
            chapter,
            exercise,
        )
        for key in sorted({*missed, *found.mutants(exercise) - known})
    ]
