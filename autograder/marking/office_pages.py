"""The pages of the course: what is released and due, who asks for what. They are about students, and name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from autograder.feedback.views import ExerciseView
from autograder.marking.hand_outs import HandOut
from autograder.marking.office import COURSE, View
from autograder.marking.pages import Setting, render
from course.exchange.regrade_requests import LONGEST
from course.syllabus import Chapter
from course.time_zone import clock, shown


@dataclass(frozen=True)
class Told:
    """What came of an action.

    Attributes
    ----------
    about : where it is told: a chapter's name, a request's id, or empty for the top of the page.
    typed : what was entered and is to be there again, by the field's name; only where it was not taken.
    """

    text: str
    bad: bool = False
    about: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)


def course_page(setting: Setting, view: View, hand_out: HandOut | None, told: Told | None) -> str:
    """Return the page of the course."""
    zone = setting.zone
    return render(
        "marking_office.html.j2", setting,
        title="Not done: the course" if told and told.bad else "The course",
        view=view,
        hand_out=hand_out,
        said_of=said_of(setting, hand_out) if hand_out else "",
        told=told,
        time=lambda moment: shown(moment, zone),
        wall=lambda moment: clock(moment, zone),
        ask_of_all=COURSE,
        longest=LONGEST,
    )  # fmt: skip


def said_of(setting: Setting, hand_out: HandOut) -> str:
    """Return what there is to say of a hand-out, in lines."""
    name, when = hand_out.chapter.name, shown(hand_out.begun, setting.zone)
    if hand_out.went is None:
        return (
            f"{name} is being released and handed out, as {hand_out.by} has asked {when}. This takes a minute or so, "
            "and goes on while you do something else."
        )
    return f"{hand_out.said}\n({name}, begun by {hand_out.by} {when})"


def seen_page(setting: Setting, chapter: Chapter, student: str, view: ExerciseView) -> str:
    """Return the page of what a student has handed in for an exercise."""
    title = f"{view.id} {view.title}"
    return render("marking_seen.html.j2", setting, title=title, chapter=chapter, student=student, view=view)
