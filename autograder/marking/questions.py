"""What graders have to know of a question that is answered in words: its text, the model answer, the rubric."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.classroom.assignment import read_chapter
from autograder.engine.judging.grade import Part
from course.authoring.build import assemble
from course.authoring.headings import headings
from course.authoring.rubric import RubricLine, read_rubric
from course.project import Project
from course.syllabus import Chapter

_LEVEL = 2  # of the heading that each exercise has


@dataclass(frozen=True)
class Question:
    """One text that is graded by hand.

    Attributes
    ----------
    exercise, title : as in the syllabus.
    grade_id : nbgrader's, of the cell with the answer.
    points : the most that can be given.
    text : what the student was asked, Markdown.
    model : the model answer, Markdown.
    rubric : what the points are for.
    """

    exercise: str
    title: str
    grade_id: str
    points: float
    text: str
    model: str
    rubric: tuple[RubricLine, ...]


def questions(project: Project, chapter: Chapter) -> Mapping[str, Question]:
    """Return the questions of a released chapter that are answered in words, by exercise.

    Where the answer or the rubric of one can't be read, because somebody is at work on the chapter, they are left out:
    the answers can be graded all the same.

    Raises
    ------
    SetupError : the chapter has not been released.
    """
    released = read_chapter(project, chapter.name)
    parts = [part for part in released.parts if part.by_hand]
    answers = assemble(project, chapter).model_answers if parts else {}
    return {
        part.exercise.id: _question(part, released.release, *answers.get(part.exercise.id, ("", ""))) for part in parts
    }


def _question(part: Part, release: NotebookNode, model: str, rubric: str) -> Question:
    try:
        lines = read_rubric(rubric)
    except ValueError:
        lines = ()
    text = "\n\n".join(_asked(release, part.grade_id))
    return Question(part.exercise.id, part.exercise.title, part.grade_id, part.points, text, model.strip(), lines)


def _asked(release: NotebookNode, grade_id: str) -> Iterator[str]:
    """Yield the prose above an answer, from its exercise's heading on."""
    found: list[str] = []
    for cell in release.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id:
            yield from found
            return
        if cell.cell_type == "markdown" and not cell.metadata.get("nbgrader"):
            text = str(cell.source)
            above = [one.first for one in headings(text) if one.level <= _LEVEL]
            if above:
                found = ["\n".join(text.split("\n")[above[-1] :])]
            else:
                found.append(text)
