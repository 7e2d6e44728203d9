"""What a teacher wants to know about a class: gathered from the stored results and the gradebook, for one page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry

from autograder.classroom.alike import Alike
from autograder.classroom.assignment import open_examiner, read_chapter, released_notebook
from autograder.classroom.class_table import ASK_FIRST
from autograder.classroom.grading import not_judged, with_given, without_hand_in, worth_a_look
from autograder.classroom.hand_in import hand_ins
from autograder.classroom.nbgrader_plugins import gradebook
from autograder.classroom.pages import manual_grades
from autograder.classroom.roster import missing
from autograder.classroom.store import Store
from autograder.engine.judging.grade import Released
from autograder.engine.result import Result, Status
from autograder.feedback.class_page import (
    HandIns,
    NotGraded,
    Overview,
    SideBySide,
    line_by_line,
    render_class,
    render_course,
)
from autograder.feedback.class_statistics import ClassFigures, figures
from autograder.feedback.page import write_feedback
from course.errors import SetupError
from course.project import Project
from course.syllabus import Chapter, load_syllabus


def chapter_report(project: Project, name: str) -> Path:
    """Write the page of a chapter's class to ``build/report/<chapter>.html``, and return its path.

    Raises
    ------
    SetupError : no such chapter, nothing released, nothing graded of what was handed in, or no student known.
    OperatorError : the page can't be written.
    """
    released = read_chapter(project, name)
    return _chapter_page(project, released, class_results(project, released))


def _chapter_page(project: Project, released: Released, results: list[Result]) -> Path:
    name, chapter = released.chapter.name, released.chapter
    mutants = open_examiner(project, chapter).checks.mutants
    found = figures(results, {(mutant.exercise, mutant.sentence): mutant.name for mutant in mutants})
    store = Store.of(project, chapter)
    alike = [_side_by_side(store, one) for one in worth_a_look(project, name)]
    page = render_class(chapter.title, found, _hand_ins(project, chapter, found), alike, ASK_FIRST)
    return write_feedback(_place(project, chapter.name), page)


def course_report(project: Project) -> Path:
    """Write a page of all chapters that are out or handed in, and one of each that is graded; return its path.

    Raises
    ------
    SetupError : there is none.
    OperatorError : a page can't be written.
    """
    chapters, waiting, points, students = [], [], {}, set()
    for chapter in load_syllabus(project.syllabus):
        if not any(Store.of(project, chapter).folder.glob("*/result.json")):
            if found := _not_graded(project, chapter):
                waiting.append(found)
            continue
        released = read_chapter(project, chapter.name)
        results = class_results(project, released)
        page = _chapter_page(project, released, results)
        chapters.append(Overview(chapter.short, chapter.title, figures(results, {}), page.name))
        students |= {one.student for one in results}
        points[chapter.short] = {one.student: one.score for one in results if one.status is not Status.MISSING}
    if not chapters and not waiting:
        raise SetupError(
            "There is nothing to report yet, since no chapter has been released: run `course release ch03`, say, and "
            "once students have handed in, `course collect ch03` and `course grade ch03`."
        )
    rows = [(student, [points[one.chapter].get(student) for one in chapters]) for student in sorted(students)]
    return write_feedback(_place(project, "course"), render_course(chapters, rows, waiting))


def _not_graded(project: Project, chapter: Chapter) -> NotGraded | None:
    """Return what is known of a chapter of which nothing is graded; None where it is neither out nor handed in."""
    there, released = [one.student for one in hand_ins(project, chapter)], released_notebook(project, chapter).exists()
    if not there and not released:
        return None
    command = "release" if not released else "grade" if there else "collect"
    absent = tuple(missing(project, chapter))
    return NotGraded(chapter.title, tuple(there), absent, f"course {command} {chapter.short}")


def class_results(project: Project, released: Released) -> list[Result]:
    """Return each student's result, with what was given by hand; of whom nothing is graded yet, one without points."""
    chapter = released.chapter
    store, there = Store.of(project, chapter), [one.student for one in hand_ins(project, chapter)]
    graded = {student: found.result for student in there if (found := store.load(student))}
    absent = list(without_hand_in(project, released, set(there)))
    if not graded and (there or not absent):
        raise SetupError(f"Nothing of {chapter.name} has been graded: run `course grade {chapter.short}` first.")
    with gradebook(project) as book:
        known = [with_given(one, _given(book, chapter, student)) for student, one in graded.items()]
    waiting = [not_judged(released, student, "Not graded yet.") for student in there if student not in graded]
    return [*known, *waiting, *absent]


def _given(book: Any, chapter: Chapter, student: str) -> Mapping[str, float]:
    """Return what people have given by hand, by grade id."""
    found = manual_grades(book, chapter.name, student)
    return {grade_id: one.score for grade_id, one in found.items() if one.score is not None}


def _hand_ins(project: Project, chapter: Chapter, found: ClassFigures) -> HandIns:
    instant = Store.instant(project, chapter).folder
    tries = ((student, len(list(instant.glob(f"{student}/*/result.json")))) for student in found.handed_in)
    with gradebook(project) as book:
        late = tuple(student for student in found.handed_in if _is_late(book, chapter, student))
    return HandIns(late, tuple((student, times) for student, times in tries if times > 1))


def _is_late(book: Any, chapter: Chapter, student: str) -> bool:
    try:
        return bool(book.find_submission(chapter.name, student).total_seconds_late > 0)
    except MissingEntry:
        return False


def _side_by_side(store: Store, one: Alike) -> SideBySide:
    """Return an answer that is worth a look with the lines of two who have it."""
    rows: tuple[tuple[str | None, str | None, bool], ...] = ()
    if one.exercise:
        left, right = ("\n\n".join(_answers(store, student, one.exercise)) for student in one.students[:2])
        rows = line_by_line(left, right)
    return SideBySide(one.students, one.exercise, one.how, one.share, rows)


def _answers(store: Store, student: str, exercise: str) -> Iterator[str]:
    """Yield the text of a student's answer cells of an exercise."""
    for cell in (store.restored(student) or {}).get("cells", ()):
        mark = cell["metadata"]
        if mark.get("course", {}).get("exercise") == exercise and mark.get("nbgrader", {}).get("solution"):
            yield cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])


def _place(project: Project, name: str) -> Path:
    return project.build / "report" / f"{name}.html"
