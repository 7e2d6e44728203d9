"""How an exercise can be solved, for a self-learner who has tried it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autograder.classroom.assignment import read_release
from autograder.engine.judging.grade import read_notebook
from autograder.engine.submission.restore import restore
from autograder.learner.submission import answers_of, untouched
from course.authoring.build import assemble
from course.authoring.worked import worked_solutions
from course.errors import SetupError, near
from course.project import Project
from course.syllabus import Chapter, Exercise, load_syllabus


def shown_solution(project: Project, exercise: str, notebook: Path | None = None) -> Iterator[tuple[str, str, bool]]:
    """Yield what there is to read: a title, a text, and whether it is code.

    Parameters
    ----------
    notebook : where it has to have been tried; by default the learner's, in ``work/``.

    Raises
    ------
    SetupError : there is no such exercise, or it has not been tried in that notebook.
    """
    homes = {one.id: (chapter, one) for chapter in load_syllabus(project.syllabus) for one in chapter.exercise}
    if exercise not in homes:
        raise SetupError(f"There is no exercise {exercise!r}.{near(exercise, homes)}")
    chapter, asked = homes[exercise]
    if why := _not_tried(project, chapter, asked, notebook):
        raise SetupError(f"{exercise} {why}: try it first, then ask again.")
    draft = assemble(project, chapter)
    if model := draft.model_answers.get(exercise):
        yield f"{exercise}: a model answer", "\n\n".join(model), False
    if worked := worked_solutions(project, chapter, draft.definitions).get(exercise):
        yield f"{exercise}: a worked solution", worked.solution, True
        for way in worked.others:
            yield f"{exercise}: another way to write {way.replaces}", way.source, True


def _not_tried(project: Project, chapter: Chapter, exercise: Exercise, notebook: Path | None) -> str:
    """Why an exercise has not been tried yet; empty when it has."""
    path = notebook or project.work / f"{chapter.name}.ipynb"
    if not path.is_file():
        return f"has not been begun (`course start {chapter.short}`)"
    release = read_release(project, chapter)
    mine = restore(read_notebook(path, chapter.limits.notebook_mb), release).notebook
    text, released = exercise.slug, answers_of(release)
    if text in released and released[text] != answers_of(mine)[text]:
        return ""
    left = untouched(release, mine, exercise.id)
    return f"is not begun in {path.name}" if left or text in released else ""
