"""``make demo``: chapter 3 from release to feedback, with four scripted students, in a build folder of its own."""

from __future__ import annotations

import copy
import os
import shutil
from collections.abc import Mapping

import nbformat
from nbformat import NotebookNode
from rich.console import Console

from course.cli import app
from course.project import Project
from course.syllabus import load_syllabus

CHAPTER = "ch03"
STUDENTS = {
    "ada": "everything right",
    "ben": "half done, with one misconception",
    "cleo": "nearly untouched",
    "dan": "prints to stderr, and one cell never ends",
}
_WRAPS_ROUND = """\
def shift_image(image, dx, dy):
    return np.roll(np.asarray(image).reshape(28, 28), (dy, dx), axis=(0, 1)).reshape(np.shape(image))
"""
_NEVER_ENDS = "while True:\n    pass\n"
_LOUD = "\nimport sys\nprint('a warning that costs nobody a point', file=sys.stderr)\n"


def main() -> None:
    """Build, release, hand in, grade, write feedback, and say where to look."""
    out = Console()
    project = Project.find()
    folder = project.build / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    os.environ["COURSE_BUILD"] = str(folder)
    project = Project.find().activate()
    chapter = load_syllabus(project.syllabus).find(CHAPTER)

    out.rule(f"An instructor releases {chapter.title}")
    command("release", CHAPTER)
    out.rule("Four students hand in")
    for student, notebook in hand_ins(project, chapter.name).items():
        target = folder / "submitted" / student / chapter.name
        target.mkdir(parents=True)
        nbformat.write(notebook, target / f"{chapter.name}.ipynb")
        out.print(f"{student:5} {STUDENTS[student]}")
    out.rule("Grading")
    command("grade", CHAPTER)
    out.rule("Feedback")
    command("feedback", CHAPTER)
    from autograder.testing.data_source import data_source

    kinds = ", ".join(f"{name} {data_source(name)}" for name in chapter.datasets)
    out.print(f"\nData used: {kinds}.")
    out.print(
        f"Read what ben reads: {folder / 'feedback' / 'ben' / chapter.name / f'{chapter.name}.html'}", soft_wrap=True
    )


def hand_ins(project: Project, chapter: str) -> dict[str, NotebookNode]:
    """Return the four students' notebooks."""
    right, blank = (
        nbformat.read(project.build / kind / chapter / f"{chapter}.ipynb", as_version=4)
        for kind in ("source", "release")
    )
    solved = {cell["id"]: cell["source"] for cell in right["cells"]}
    first = {key: text for key, text in solved.items() if key.startswith("p-03-1-") and not key.endswith("-checks")}
    augment = solved["p-03-2-augment"]
    return {
        "ada": right,
        "ben": edited(blank, {**first, "p-03-2-shift_image": _WRAPS_ROUND, "p-03-2-augment": augment}),
        "cleo": edited(blank, {"p-03-2-shift_image": "# to do\n" + text_of(blank, "p-03-2-shift_image")}),
        "dan": edited(
            right, {"p-03-2-shift_image": solved["p-03-2-shift_image"] + _LOUD, last_answer(right): _NEVER_ENDS}
        ),
    }


def edited(notebook: NotebookNode, sources: Mapping[str, str]) -> NotebookNode:
    """Return a copy of a notebook with other sources for some cells, by id."""
    made = copy.deepcopy(notebook)
    for cell in made["cells"]:
        cell["source"] = sources.get(cell["id"], cell["source"])
    return made


def text_of(notebook: NotebookNode, cell_id: str) -> str:
    """Return the source of one cell."""
    return str(next(cell["source"] for cell in notebook["cells"] if cell["id"] == cell_id))


def last_answer(notebook: NotebookNode) -> str:
    """Return the id of the last cell a student answers in."""
    return str([c["id"] for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("solution")][-1])


def command(*arguments: str) -> None:
    """Run one ``course`` command in this process; its exit status ends the demo unless it is 0."""
    try:
        app(list(arguments), standalone_mode=False)
    except SystemExit as end:
        if end.code:
            raise


if __name__ == "__main__":
    main()
