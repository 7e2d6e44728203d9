"""Writes the feedback pages of a class from stored results and what was graded by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry

from autograder.classroom.assignment import read_chapter
from autograder.classroom.nbgrader_plugins import gradebook
from autograder.classroom.regrade_requests import asked_of, asking_is_possible, form_address, read_requests
from autograder.classroom.store import Store
from autograder.feedback.page import ManualGrade, ModelAnswer, render_feedback, write_feedback
from course.authoring.build import Draft, assemble
from course.authoring.worked import worked_solutions
from course.errors import EngineError, SetupError, chosen
from course.nbgrader_plugins.deadlines import deadlines_in
from course.project import Project
from course.syllabus import Chapter
from course.time_zone import shown


def feedback_class(
    project: Project,
    name: str,
    *,
    model_answers: bool = True,
    solutions: bool = False,
    students: frozenset[str] = frozenset(),
) -> Iterator[Path]:
    """Write one page per graded submission to ``build/feedback/<student>/<chapter>/``, yielding each path.

    Parameters
    ----------
    model_answers : show the model answers and rubrics of free-text questions.
    solutions : show the worked solutions, and other right ways: only once nobody may hand in any more.

    Raises
    ------
    SetupError : nothing has been graded; somebody may still hand in what the solutions would tell; what is kept of
        regrade requests can't be read; or what is stored of somebody can't be: the others' pages are written.
    EngineError : somebody's page can't be made or written; the others' are.
    """
    chapter = read_chapter(project, name).chapter
    store = Store.of(project, chapter)
    graded = sorted(path.parent.name for path in store.folder.glob("*/result.json"))
    if not graded:
        raise SetupError(f"Nothing of {chapter.name} has been graded: run `course grade {chapter.short}` first.")
    wanted = chosen("graded hand-in of a student called", students, graded)
    lost, troubles = [], []
    with gradebook(project) as book:
        if solutions:
            _check_over(chapter, book)
        draft = assemble(project, chapter) if model_answers or solutions else None
        answers = _model_answers(draft) if draft and model_answers else {}
        worked = worked_solutions(project, chapter, draft.definitions) if draft and solutions else {}
        again = chapter.short if asking_is_possible() else ""
        render = partial(
            render_feedback, chapter_title=chapter.title, model_answers=answers, solutions=worked, again=again,
            form=form_address(chapter),
        )  # fmt: skip
        asked = asked_of(read_requests(project, chapter))
        for student in sorted(wanted) or graded:
            if (found := store.load(student)) is None:
                lost.append(student)
                continue
            path = project.build / "feedback" / student / chapter.name / f"{chapter.name}.html"
            try:
                mine: dict[str, Any] = {"before": store.before(student), "rewritten": store.rewritten(student)}
                mine |= {"manual": manual_grades(book, chapter.name, student), "asked": asked.get(student, {})}
                write_feedback(path, render(found.result, found.notebook, **mine))
            except Exception as error:  # whatever it is about this one, the others get their pages
                troubles.append(f"{student} ({type(error).__name__}: {error})")
                continue
            yield path
    if troubles:
        raise EngineError(f"No page could be written for {'; '.join(troubles)}. All others are written.")
    if lost:
        raise SetupError(
            f"What is stored of {', '.join(lost)} can't be read: it is damaged, or of an earlier version of the "
            f"grader. Run `course grade {chapter.short}`, then `course feedback {chapter.short}` again."
        )


def manual_grades(book: Any, chapter: str, student: str) -> dict[str, ManualGrade]:
    """Return what was given by hand, by nbgrader's grade id; empty when the gradebook has no such submission."""
    try:
        submission = book.find_submission_notebook(chapter, chapter, student)
    except MissingEntry:
        return {}
    # What nbgrader remarks by itself ("No response.") is no comment of an instructor's.
    comments = {comment.name: comment.manual_comment for comment in submission.comments if comment.manual_comment}
    found = {name: ManualGrade(None, 0.0, comment) for name, comment in comments.items()}
    for grade in submission.grades:
        known = grade.manual_score is not None or (grade.auto_score is not None and grade.extra_credit)
        if known or grade.name in comments:
            score = float(grade.score) if known else None  # with its extra credit
            older = grade.manual_score is not None and bool(grade.needs_manual_grade)
            found[grade.name] = ManualGrade(score, grade.max_score, comments.get(grade.name, ""), older)
    return found


def _check_over(chapter: Chapter, book: Any) -> None:
    """Raise `SetupError` while somebody may still hand in."""
    deadlines = deadlines_in(book, chapter.name)
    if (last := deadlines.last) and last > datetime.now(UTC).replace(tzinfo=None):
        until = shown(last, deadlines.zone)
        raise SetupError(
            f"{chapter.name} may be handed in until {until}: worked solutions are for after that. "
            f"Leave out --solutions, or see `course due {chapter.short}`."
        )


def _model_answers(draft: Draft) -> Mapping[str, ModelAnswer]:
    return {exercise: ModelAnswer(answer, rubric) for exercise, (answer, rubric) in draft.model_answers.items()}
