"""Every error of the platform, in one tree. Each branch names who must act.

CourseError
├── AuthorError            the author: a chapter is broken; lists every problem with file and line
├── StudentError           the student: a submission is broken; becomes a status, a grade and a sentence
├── ExchangeRefusal        whoever fetches or hands in: the exchange has refused, and says what to do
└── OperatorError          whoever runs the machine: nothing is judged, run again once mended
    ├── SetupError         something is not installed, or a command was run in the wrong place
    ├── DataError          a data set is missing, altered, or can't be fetched
    └── EngineError        a kernel, a socket or the gradebook failed on our side
        └── KernelLost     a submission's process was killed from outside: the submission is graded again
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


class CourseError(Exception):
    """Base of all errors the platform raises on purpose; its text is fit to be shown."""


@dataclass(frozen=True)
class Problem:
    """One mistake in a chapter.

    Attributes
    ----------
    path, line : where it stands (line counts from 1; 0 when the whole file is meant).
    message : what is wrong and how to mend it, one sentence.
    chapter, exercise : the chapter's name and the exercise's id, empty when neither is known.
    """

    path: Path
    line: int
    message: str
    chapter: str = ""
    exercise: str = ""

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else str(self.path)
        return f"{place}: {self.message}"


class AuthorError(CourseError):
    """A chapter is broken: the author must mend it. Carries every problem found, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


class StudentError(CourseError):
    """A submission is broken: the student gets a status, a grade and this sentence."""


class ExchangeRefusal(CourseError):
    """The exchange has refused a request: its sender must act. Nothing was changed."""


class OperatorError(CourseError):
    """The machine, not the submission, is in trouble: nothing is judged; mend it and run again."""


class SetupError(OperatorError):
    """Something is not installed, or a command was run outside a checkout of the course."""


class DataError(OperatorError):
    """A data set is missing, altered, or can't be fetched."""


class EngineError(OperatorError):
    """A kernel, a socket or the gradebook failed on the grader's side."""


class KernelLost(EngineError):
    """What stood over a submission's process was killed: the submission is not to blame and can be graded again."""


def near(name: str, known: Iterable[str]) -> str:
    """Return `` Did you mean 'x'?`` when something like `name` is known, else an empty string."""
    match = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean {match[0]!r}?" if match else ""


def chosen(what: str, words: Iterable[str] | None, known: Iterable[str]) -> frozenset[str]:
    """Return the words that a repeatable option was given.

    Raises
    ------
    SetupError : one is not among the known ones: it would choose nothing, and look as if nothing were wrong.
    """
    given, all_known = frozenset(words or ()), list(known)
    for word in sorted(given - set(all_known)):
        raise SetupError(
            f"There is no {what} {word!r}.{near(word, all_known)} There are: {', '.join(all_known) or 'none'}."
        )
    return given
