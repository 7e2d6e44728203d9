"""One technique: a file of the corpus, its header and its cells.

A file begins with a TOML table in comments, between ``# /// technique`` and ``# ///``, and goes on with cells, each
after a line ``# %% <what it is>``:

- the name of an answer (``span``): this text is handed in for it. Answers of the attacked exercises that have no cell
  are the wrong ones of `wrong`; all others are honest.
- ``first``, ``own``: a cell the student has added, before or after the answers.
- ``edit``: defines ``edit(notebook, known)``, which is run by the red team before the notebook is handed in, and
  changes the file itself. It may return bytes, which are handed in instead.
- ``victim``: a cell of a submission of somebody else's, which is graded right before; it has a secret as
  ``KNOWN["secret"]``.
- ``collect``: defines ``collect(folder, known)``, which puts into `folder` what a class has handed in.

What an attacker may know of the grader's side (paths, addresses, process ids) is there as ``KNOWN``; see `insider`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from autograder.engine.isolation.tiers import Tier
from autograder.redteam.target import ANSWERS
from course.errors import AuthorError, Problem
from course.parsing import mistakes

CORPUS = Path(__file__).parent / "corpus"
_HEADER = re.compile(r"\A# /// technique\n((?:#(?: .*)?\n)+)# ///\n(?:# mypy: ignore-errors\n)?")
_CELL = re.compile(r"^# %% (\w+)$", re.MULTILINE)
_KINDS = {"first", "own", "edit", "collect", "victim"}
ISOLATED = (Tier.T1, Tier.T2, Tier.T3)


class Technique(BaseModel):
    """One way to cheat or to harm, or an honest submission that must not suffer.

    Attributes
    ----------
    name : the file's name, without its suffix.
    number : in the list of techniques it covers, e.g. ``("1", "2")``; ``X…`` are additions of ours.
    title, how : what it is called, and the mechanism.
    wanted : what the grader has to guarantee.
    attacks : the exercises it means to gain points on; only these are graded.
    promised : the tiers on which the guarantee is given; elsewhere it is tried all the same.
    runs_at : the tiers on which it may be tried: an attack that could harm this machine needs isolation.
    attempts : how many submissions are made with it, one after the other.
    aftermath : whether an honest submission is graded right afterwards.
    gpu : ``lent``: it is tried with a GPU that it has been lent; ``not lent``: beside GPUs, without one. Where there is
        none, it is not tried.
    not_a_submission : why it can't be built; then it has no cells.
    limit : why it is not expected to hold anywhere, where that is known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    number: tuple[str, ...]
    title: str
    how: str
    wanted: Literal["0 points", "contained", "full marks", "flagged"]
    attacks: tuple[str, ...] = ("p.98.1",)
    promised: tuple[Tier, ...] = ISOLATED
    runs_at: tuple[Tier, ...] = (*ISOLATED, Tier.T4)
    attempts: int = 1
    aftermath: bool = False
    gpu: Literal["", "lent", "not lent"] = ""
    not_a_submission: str = ""
    limit: str = ""
    cells: tuple[tuple[str, str], ...] = ()

    @field_validator("how", "limit", "not_a_submission")
    @classmethod
    def _one_line(cls, text: str) -> str:
        return " ".join(text.split())

    def of(self, kind: str) -> tuple[str, ...]:
        """Return the texts of the cells of one kind."""
        return tuple(text for label, text in self.cells if label == kind)

    @property
    def answers(self) -> dict[str, str]:
        """The answers it hands in, by name."""
        return {label: text for label, text in self.cells if label not in _KINDS}


def techniques(folder: Path = CORPUS) -> tuple[Technique, ...]:
    """Return the corpus, by file name.

    Raises
    ------
    AuthorError : files of the corpus are malformed; all of them are listed.
    """
    problems: list[Problem] = []
    found = [made for path in sorted(folder.glob("*.py")) if (made := _checked(path, problems)) is not None]
    if problems:
        raise AuthorError(problems)
    return tuple(found)


def names() -> tuple[str, ...]:
    """Return the names of the corpus."""
    return tuple(technique.name for technique in techniques())


def _checked(path: Path, problems: list[Problem]) -> Technique | None:
    try:
        return parse(path.stem, path.read_text(encoding="utf-8"))
    except ValueError as error:
        wrong = "; ".join(mistakes(error)) if isinstance(error, ValidationError) else str(error)
        problems.append(Problem(path, 0, f"not a technique: {wrong}"))
        return None


def parse(name: str, text: str) -> Technique:
    """Return the technique described by the `text` of one file.

    Raises
    ------
    ValueError : the header is missing or wrong, or a cell is for no answer.
    """
    header = _HEADER.match(text)
    if header is None:
        raise ValueError("it has to begin with a header, # /// technique … # ///")
    table = tomllib.loads("".join(line[2:] for line in header[1].splitlines(keepends=True)))
    cells = tuple(_cells(text[header.end() :]))
    known = {*ANSWERS.values(), *_KINDS}
    if strangers := {label for label, _ in cells} - known:
        raise ValueError(f"there is no answer {', '.join(sorted(strangers))}: one of {', '.join(sorted(known))}")
    made = Technique(name=name, cells=cells, **table)
    if bool(made.not_a_submission) == bool(cells):
        raise ValueError("it has either cells or a reason why it is not a submission")
    return made


def _cells(text: str) -> Iterator[tuple[str, str]]:
    before, *parts = _CELL.split(text)
    if before.strip():
        raise ValueError("there is text before its first cell")
    yield from ((label, body.strip("\n")) for label, body in zip(parts[::2], parts[1::2], strict=True))
