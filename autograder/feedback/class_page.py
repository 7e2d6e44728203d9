"""The page a teacher reads about a class: one HTML file that needs no script and no network; its pictures are SVG."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field

from autograder.feedback.class_statistics import ClassFigures
from autograder.feedback.page import page_environment
from autograder.feedback.safe_html import storable

_ALIKE = 30  # pairs that are shown side by side


@dataclass(frozen=True)
class SideBySide:
    """Two answers that are worth a look.

    Attributes
    ----------
    students : all who have it; the first two are shown.
    exercise, how, share : see `Alike`; no exercise for the whole notebook.
    rows : (left, right, whether they are the same) line by line; a missing line is None.
    """

    students: tuple[str, ...]
    exercise: str
    how: str
    share: float
    rows: tuple[tuple[str | None, str | None, bool], ...] = field(repr=False)


@dataclass(frozen=True)
class HandIns:
    """When and how often: `late` students, and of those who have handed in more than once how often (`tries`)."""

    late: tuple[str, ...] = ()
    tries: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Overview:
    """One chapter in the page of the course."""

    chapter: str
    title: str
    figures: ClassFigures
    page: str = ""

    @property
    def waiting(self) -> int:
        return sum(one.waiting for one in self.figures.exercises)


@dataclass(frozen=True)
class NotGraded:
    """One chapter of which nothing is graded yet: who has handed in, who has not, and what to run."""

    title: str
    handed_in: tuple[str, ...]
    missing: tuple[str, ...]
    command: str


def render_class(
    title: str, figures: ClassFigures, hand_ins: HandIns, alike: Sequence[SideBySide], ask_first: str
) -> str:
    """Return the page of a class and a chapter.

    Parameters
    ----------
    ask_first : what is said before answers that are worth a look.
    """
    template = page_environment().get_template("class.html.j2")
    text = template.render(
        title=title, figures=figures, hand_ins=hand_ins, alike=alike[:_ALIKE], more=len(alike) - _ALIKE,
        ask_first=ask_first, tallest=max([*figures.bins, 1]),
    )  # fmt: skip
    return storable(text)


def render_course(
    chapters: Sequence[Overview],
    points: Sequence[tuple[str, Sequence[float | None]]],
    waiting: Sequence[NotGraded] = (),
) -> str:
    """Return the page of a course.

    Parameters
    ----------
    points : each student's, in the order of `chapters`; None where nothing was handed in.
    waiting : of which nothing is graded yet.
    """
    template = page_environment().get_template("course.html.j2")
    return storable(template.render(title="The course", chapters=chapters, waiting=waiting, points=points))


def line_by_line(left: str, right: str) -> tuple[tuple[str | None, str | None, bool], ...]:
    """Return the lines of two texts beside each other: (left, right, whether they are the same)."""
    mine, other = left.splitlines(), right.splitlines()
    rows: list[tuple[str | None, str | None, bool]] = []
    for what, a, b, c, d in difflib.SequenceMatcher(None, mine, other, autojunk=False).get_opcodes():
        for number in range(max(b - a, d - c)):
            here = mine[a + number] if a + number < b else None
            there = other[c + number] if c + number < d else None
            rows.append((here, there, what == "equal"))
    return tuple(rows)
