"""All chapters as one row each, for who learns alone: how far one is, and where one stopped."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from rich.markup import escape
from rich.table import Table

from autograder.learner.progress import Progress
from course.project import Project
from course.syllabus import load_syllabus


class Row(BaseModel):
    """One chapter.

    Attributes
    ----------
    begun : whether its notebook is in ``work/``.
    done, exercises : exercises of which every promise was kept at the last look, of all.
    points : what was reached with checks, at the last look.
    minutes, minutes_left : of all exercises, and of those that are not done, by the syllabus.
    stopped_at : the exercise that was looked at last; empty where none was.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    chapter: str
    title: str
    begun: bool
    done: int
    exercises: int
    points: float
    minutes: int
    minutes_left: int
    stopped_at: str


def overview(project: Project) -> list[Row]:
    """Return a row for each chapter, in teaching order."""
    progress = Progress(project)
    rows = []
    for chapter in load_syllabus(project.syllabus):
        known = {one.id: progress.of(chapter.name).get(one.id) for one in chapter.exercise}
        done = {id for id, reached in known.items() if reached and reached.is_done}
        last = max((reached.when, id) for id, reached in known.items() if reached) if any(known.values()) else None
        row = Row(
            chapter=chapter.short,
            title=chapter.title,
            begun=(project.work / f"{chapter.name}.ipynb").is_file(),
            done=len(done),
            exercises=len(chapter.exercise),
            points=sum(reached.points for reached in known.values() if reached),
            minutes=sum(one.minutes or 0 for one in chapter.exercise),
            minutes_left=sum(one.minutes or 0 for one in chapter.exercise if one.id not in done),
            stopped_at=last[1] if last else "",
        )
        rows.append(row)
    return rows


def table(rows: list[Row]) -> Table:
    """Return them for a console."""
    made = Table("chapter", "title", "done", "points", "min left", "stopped at")
    for row in rows:
        begun = f"{row.done} of {row.exercises}" if row.begun else f"– of {row.exercises}"
        left = f"{row.minutes_left:,}" if row.done else f"{row.minutes:,}"
        made.add_row(row.chapter, escape(row.title), begun, f"{row.points:g}", left, row.stopped_at or "–")
    return made
