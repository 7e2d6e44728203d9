"""What a grader does with regrade requests: sees what was lost, answers, and gives points with the answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nbgrader.api import MissingEntry

from autograder.classroom.nbgrader_plugins import gradebook
from autograder.classroom.pages import manual_grades
from autograder.classroom.regrade_requests import fetch_requests
from autograder.classroom.store import Store
from autograder.engine.result import ExerciseResult, Outcome
from autograder.feedback.changes import promise
from autograder.feedback.words import Points, number, points_of, together
from course.errors import ExchangeRefusal, SetupError, chosen
from course.exchange.client import ExchangeClient
from course.exchange.regrade_requests import LONGEST, RegradeRequest
from course.project import Project
from course.syllabus import Chapter, load_syllabus

SHORTEST = 4  # letters of an id that are enough, where they are no other's


@dataclass(frozen=True)
class Lost:
    """What a student has of an exercise, and which of its promises are not kept."""

    points: Points
    failed: tuple[str, ...]

    def __str__(self) -> str:
        return "; ".join([f"{number(self.points.score)} of {number(self.points.max_score)}", *self.failed])


def course_of(client: ExchangeClient, course: str | None) -> str:
    """Return the course whose requests are meant: the one that is named, or the only one that the caller grades.

    Raises
    ------
    ExchangeRefusal : the caller grades none, or several.
    """
    user, courses = client.whoami()
    graded = [name for name, role in courses.items() if role == "grader"]
    if course in graded or (course is None and len(graded) == 1):
        return course or graded[0]
    named = ", ".join(graded) or "none: ask your hub's operator to make you a grader"
    raise ExchangeRefusal(f"{user}, name a course that you grade with --course. Yours: {named}.")


def lost(project: Project, requests: Iterable[RegradeRequest]) -> Iterator[Lost | None]:
    """Yield for each request what its student has lost there; None where nothing of such an exercise is stored."""
    syllabus = {chapter.name: chapter for chapter in load_syllabus(project.syllabus)}
    with gradebook(project) as book:
        for one in requests:
            chapter = syllabus.get(one.assignment)
            if chapter is None or not (rows := parts(project, chapter, one)):
                yield None
                continue
            given = manual_grades(book, one.assignment, one.student)
            points = [
                points_of(part, given[part.grade_id].score if part.grade_id in given else None)[0] for part in rows
            ]
            failed = (promise(check) for part in rows for check in part.checks if check.outcome is Outcome.FAILED)
            yield Lost(together(points), tuple(f"not kept: {sentence}" for sentence in failed))


def find_request(requests: Iterable[RegradeRequest], name: str) -> RegradeRequest:
    """Return the request whose id begins with `name`.

    Raises
    ------
    SetupError : there is none, or more than one.
    """
    found = [one for one in requests if one.id.startswith(name.lower()) and len(name) >= SHORTEST]
    if len(found) != 1:
        how = "several regrade requests begin with" if found else "no regrade request is called"
        raise SetupError(f"{how.capitalize()} {name!r}: `course regrade-requests` lists them, --all also the answered.")
    return found[0]


def check_answer(request: RegradeRequest, answer: str) -> str:
    """Return an answer that the exchange will take, before anything is written.

    Raises
    ------
    SetupError : it is empty or too long, or the request has another one.
    """
    said = " ".join(answer.split())
    if not said or len(said) > LONGEST:
        raise SetupError(f"An answer is a sentence of 1 to {LONGEST} characters; this has {len(said)}.")
    if request.answer and request.answer != said:
        raise SetupError(f"{request.id[:8]} has been answered already: “{request.answer}”")
    return said


def answer(
    project: Project,
    client: ExchangeClient,
    request: RegradeRequest,
    sentence: str,
    points: float | None,
    part: str = "",
) -> Iterator[str]:
    """Answer a request, with points first if there are any; yield a sentence once each is done.

    Raises
    ------
    SetupError : as `check_answer` and `give_points`; before anything is written.
    ExchangeRefusal : somebody else has answered meanwhile; given points stay, and were told.
    """
    chapter, said = load_syllabus(project.syllabus).find(request.assignment), check_answer(request, sentence)
    if points is not None:
        cell = give_points(project, chapter, request, points, part)
        yield f"In the gradebook: {points:g} points for {cell} of {request.student}."
    client.answer_request(request, said)
    fetch_requests(project, client, request.course)
    yield f"Answered {request.student} on {request.exercise}."


def give_points(project: Project, chapter: Chapter, request: RegradeRequest, points: float, part: str = "") -> str:
    """Put points into the gradebook as given by hand, which no later grading takes away; return the cell they are for.

    Parameters
    ----------
    part : nbgrader's id of the graded cell, where the exercise has several.

    Raises
    ------
    SetupError : nothing has been graded, several parts might be meant, or the points are more than there are.
    """
    rows = {row.grade_id: row for row in parts(project, chapter, request)}
    if not rows:
        raise SetupError(
            f"No grade of {request.student} for {request.exercise} of {chapter.name} is stored here: "
            f"run `course grade {chapter.short}` first."
        )
    if not part and len(rows) > 1:
        named = ", ".join(f"{name} ({number(row.max_score)})" for name, row in rows.items())
        raise SetupError(
            f"{request.exercise} has several parts with points of their own: name one with --part. {named}."
        )
    name = part or next(iter(rows))
    chosen(f"part of {request.exercise} called", [name], rows)
    if not 0 <= points <= rows[name].max_score:
        raise SetupError(
            f"{name} has from 0 to {number(rows[name].max_score)} points: {number(points)} can't be given."
        )
    with gradebook(project) as book:
        try:
            grade = book.find_grade(name, chapter.name, chapter.name, request.student)
        except MissingEntry as error:
            raise SetupError(
                f"The gradebook has no {name} of {request.student}: run `course grade {chapter.short}` first."
            ) from error
        grade.manual_score, grade.needs_manual_grade = points, False
        book.db.commit()
    return name


def parts(project: Project, chapter: Chapter, request: RegradeRequest) -> list[ExerciseResult]:
    """Return what is graded of the exercise by itself: a text and checks, say; empty where nothing of it is stored."""
    found = Store.of(project, chapter).load(request.student)
    return [part for part in found.result.exercises if part.exercise == request.exercise] if found else []
