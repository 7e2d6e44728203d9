"""The pages that graders see: what students wrote comes by way of `safe_html`, and names where they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from autograder.feedback.page import page_environment
from autograder.feedback.safe_html import Painter, storable
from autograder.marking.desk import Conflict, Opened, Sheet, Tally
from autograder.marking.questions import Question
from course.syllabus import Chapter
from course.time_zone import shown

FILES = {"marking.css": "text/css", "marking.js": "text/javascript", "marking_office.js": "text/javascript"}
_TEMPLATES = Path(__file__).resolve().parents[1] / "feedback" / "templates"


@dataclass(frozen=True)
class Setting:
    """For whom a page is.

    Attributes
    ----------
    base : address of the first page, with a ``/`` at its end.
    grader : who looks.
    names : whether students' names are shown.
    xsrf : what has to be sent with a request that changes something.
    zone : the course's.
    """

    base: str
    grader: str
    names: bool
    xsrf: str
    zone: ZoneInfo


def file(name: str) -> str:
    """Return the text of one of `FILES`."""
    shared = (_TEMPLATES / "feedback.css").read_text(encoding="utf-8") if name.endswith(".css") else ""
    return shared + (_TEMPLATES / name).read_text(encoding="utf-8")


def course_page(setting: Setting, chapters: Sequence[tuple[Chapter, Tally]]) -> str:
    """Return the page of all chapters."""
    return render("marking_course.html.j2", setting, title="Grading by hand", chapters=chapters)


def chapter_page(setting: Setting, chapter: Chapter, questions: Sequence[tuple[Question, Tally]]) -> str:
    """Return the page of a chapter's questions."""
    return render("marking_chapter.html.j2", setting, title=chapter.title, chapter=chapter, questions=questions)


def answer_page(setting: Setting, chapter: Chapter, opened: Opened) -> str:
    """Return the page on which one answer is graded."""
    paint, question = Painter(), opened.question
    return render(
        "marking_answer.html.j2", setting,
        title=f"{question.exercise} {question.title}",
        chapter=chapter,
        opened=opened,
        question=question,
        sheet=opened.sheet,
        asked=paint.prose(question.text, "Question"),
        rubric=[(line, paint.prose(line.earned, "Rubric")) for line in question.rubric],
    )  # fmt: skip


def trouble_page(setting: Setting, text: str) -> str:
    """Return a page that says what is wrong."""
    return render("marking_trouble.html.j2", setting, title="This can't be shown", text=text)


def conflict(setting: Setting, error: Conflict) -> list[dict[str, Any]]:
    """Return, for each answer that somebody else has graded meanwhile, what stands there now."""
    return [
        {
            "key": one.key,
            "who": who(setting, one),
            "version": one.version,
            "said": _stands(setting, one),
            "comment": storable(one.given.comment),
        }
        for one in error.sheets
    ]


def who(setting: Setting, sheet: Sheet) -> str:
    """Return what a student is called on the page."""
    return storable(sheet.answer.student) if setting.names else sheet.key


def _stands(setting: Setting, sheet: Sheet) -> str:
    """What stands in the gradebook for an answer, and whose it is, in a few words."""
    given = sheet.given
    if given.score is None:
        return "not graded" if sheet.waits else "nothing written: 0 points"
    points = f"{given.score:g} points" if given.score != 1 else "1 point"
    if given.grader and given.time:
        points += f", by {storable(given.grader)}, {shown(given.time, setting.zone)}"
    else:
        points += ", given in formgrader"
    return f"{points}; rewritten since" if sheet.state == "changed" else points


def render(name: str, setting: Setting, **content: Any) -> str:
    """Return a page made of one of the templates."""
    said = {"who": lambda sheet: who(setting, sheet), "stands": lambda sheet: _stands(setting, sheet)}
    return storable(page_environment().get_template(name).render(setting=setting, **said, **content))
