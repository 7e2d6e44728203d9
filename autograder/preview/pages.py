"""A chapter as a student sees it: its released notebook, and the feedback to right answers, wrong ones and none.

``python -m autograder.preview.pages CHAPTER FOLDER [EXERCISE…]`` writes the pages: a process each time, so that what
stands in the files now is shown.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from autograder.classroom.assignment import open_examiner, read_release
from autograder.engine.judging.checks import Variant
from autograder.engine.judging.grade import Part, Released
from autograder.engine.judging.judge import Examiner, Seed, judge_exercise
from autograder.engine.result import ExerciseResult, ExerciseStatus, Result, Status
from autograder.engine.wire.proxy import LocalSession
from autograder.feedback.page import page_environment, render_feedback, write_feedback
from course.authoring.build import assemble
from course.authoring.release import release
from course.errors import SetupError
from course.project import Project
from course.syllabus import load_syllabus

SEED = Seed("preview", "preview", "1")
PAGES = {
    "notebook.html": "the notebook as it is released",
    "right.html": "feedback to our own answers",
    "wrong.html": "feedback to a known misconception in each exercise",
    "empty.html": "feedback to a notebook that nobody has begun",
}


def write_pages(project: Project, name: str, folder: Path, exercises: Collection[str] = ()) -> None:
    """Write the pages of `PAGES` and an index into `folder`.

    Parameters
    ----------
    exercises : judge only these, which is quicker; all when empty.

    Raises
    ------
    CourseError : the chapter can't be released; what is wrong with it is in the message.
    """
    project.activate()
    chapter = load_syllabus(project.syllabus).find(name)
    if unknown := set(exercises) - {one.id for one in chapter.exercise}:
        raise SetupError(f"{chapter.name} has no exercise {', '.join(sorted(unknown))}.")
    built = Project(project.root, folder / "build")
    release(built, chapter)
    released, answered = read_release(built, chapter), assemble(project, chapter).notebook
    write_feedback(folder / "notebook.html", _shown(released))
    examiner = open_examiner(project, chapter)
    wrong = {mutant.exercise: mutant for mutant in reversed(examiner.checks.mutants)}
    rows: dict[str, tuple[NotebookNode, Callable[[Part], ExerciseResult]]] = {
        "right.html": (answered, lambda part: _judged(part, examiner, None)),
        "wrong.html": (answered, lambda part: _judged(part, examiner, wrong.get(part.exercise.id))),
        "empty.html": (released, lambda part: part.row(ExerciseStatus.NOT_BEGUN, 0.0)),
    }
    parts = [part for part in Released(chapter, released).parts if not exercises or part.exercise.id in exercises]
    for page, (notebook, judge) in rows.items():
        result = Result(
            chapter=chapter.name, student="preview", status=Status.GRADED, exercises=tuple(map(judge, parts))
        )
        write_feedback(folder / page, render_feedback(result, notebook, chapter_title=chapter.title))
    index = page_environment().get_template("preview.html.j2").render(title=chapter.title, pages=PAGES)
    write_feedback(folder / "index.html", index)


def _shown(notebook: NotebookNode) -> str:
    """Return a notebook as JupyterLab shows it, without what would be loaded from a network."""
    addresses = ("mathjax_url", "require_js_url", "jquery_url", "mermaid_js_url", "mermaid_layout_elk_js_url")
    exporter = HTMLExporter(template_name="lab", **dict.fromkeys(addresses, ""))
    text: str = exporter.from_notebook_node(nbformat.from_dict(notebook))[0]
    return text


def _judged(part: Part, examiner: Examiner, mutant: Variant | None) -> ExerciseResult:
    """Return the verdict on a part: of the wrong answer `mutant`, else of ours."""
    if part.by_hand or part.full_size:
        return part.row(ExerciseStatus.MANUAL if part.by_hand else ExerciseStatus.NOT_RUN, None)
    session = LocalSession(examiner.checks.namespace(mutant) if mutant else examiner.checks.namespace())
    return judge_exercise(part.exercise, part.points, examiner, lambda: session, SEED)


if __name__ == "__main__":
    write_pages(Project.find(), sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
