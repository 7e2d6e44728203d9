"""What a feedback page shows of each exercise, ready for the template."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.feedback.safe_html import Block
from autograder.feedback.words import CheckView, Mark, Points


@dataclass(frozen=True)
class Asked:
    """What a student has asked to be looked at again, and what a person has answered; plain text."""

    question: str
    answer: str = ""


@dataclass(frozen=True)
class CodeView:
    """One code cell and what came out of it."""

    code: Block
    outputs: tuple[Block, ...]


@dataclass(frozen=True)
class PartView:
    """A part of an exercise that has points of its own."""

    name: str
    mark: Mark
    points: Points
    lead: str


@dataclass(frozen=True)
class ExerciseView:
    """One exercise as it is shown; `parts` only where there is more than one thing to say.

    `folded` says that there is nothing of the student's to read, `change` what has changed since the hand-in before,
    `older` that points by hand are of an earlier version of the answer.
    """

    id: str
    title: str
    anchor: str
    mark: Mark
    points: Points
    lead: str
    parts: tuple[PartView, ...]
    checks: tuple[CheckView, ...]
    code: tuple[CodeView, ...]
    tests: tuple[Block, ...]
    written: tuple[Block | None, ...]
    comments: tuple[Block, ...]
    model: Block | None
    rubric: Block | None
    worked: tuple[tuple[str, Block], ...]
    manual: bool
    folded: bool
    change: str
    older: bool
    asked: tuple[Asked, ...]

    @property
    def disputable(self) -> bool:
        """Whether points are lost that a person may be asked about: all are known, and no question is open."""
        lost = self.points.score < self.points.max_score and not self.points.pending
        return lost and not self.folded and all(one.answer for one in self.asked)
