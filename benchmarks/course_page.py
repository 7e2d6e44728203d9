"""All chapters in one table, ``docs/course.md``: exercises, points, minutes, and what grading one submission costs.

``python -m benchmarks.course_page`` writes it anew. ``python -m benchmarks.course_page ch03 ch13`` grades the right
answers to these chapters before, and ``all`` those to all; elsewhere it keeps the seconds that it has.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmarks.meter import measure
from course.authoring.build import assemble
from course.errors import EngineError
from course.project import Project
from course.syllabus import Chapter, Kind, load_syllabus

PAGE = "docs/course.md"
HEAD = """# The course

What there is, chapter by chapter, in teaching order. Minutes are a student's, points those of a release. *Seconds* are
of processor time, to grade one right submission to the whole chapter on a small server, with the start of Python and of
its kernel. *GPU*: whether a submission is lent one. Written by `python -m benchmarks.course_page`.

| chapter | | code | closed | text | points | minutes | seconds | GPU |
|---|---|---|---|---|---|---|---|---|
"""
KINDS: tuple[Kind, ...] = ("code", "closed", "text")
_ROW = re.compile(r"^\| (\S+) \|.*\| ([\d.,]+|not measured) \| [^|]+ \|$", re.MULTILINE)


def page(project: Project, seconds: Mapping[str, str]) -> str:
    """Return the page in Markdown; `seconds` holds what a chapter's line says, by its short name."""
    lines, totals = [], Counter[str]()
    for chapter in load_syllabus(project.syllabus):
        figures = _figures(project, chapter)
        totals.update(figures)
        cost = seconds.get(chapter.short, "not measured")
        lines.append(_line(chapter.short, chapter.title, figures, cost, chapter.limits.gpu))
    return HEAD + "\n".join([*lines, _line("all", "", totals, "", "")]) + "\n"


def _figures(project: Project, chapter: Chapter) -> dict[str, int]:
    kinds: Counter[str] = Counter(exercise.kind for exercise in chapter.exercise)
    cells = assemble(project, chapter).notebook.cells
    points = sum(cell.metadata.get("nbgrader", {}).get("points", 0) for cell in cells)
    minutes = sum(exercise.minutes or 0 for exercise in chapter.exercise)
    return {**{kind: kinds[kind] for kind in KINDS}, "points": points, "minutes": minutes}


def _line(name: str, title: str, figures: Mapping[str, int], *rest: str) -> str:
    return f"| {' | '.join([name, title, *(f'{number:,}' for number in figures.values()), *rest])} |"


def known(text: str) -> dict[str, str]:
    """Return the seconds that a page tells, by chapter."""
    return dict(_ROW.findall(text))


def measured(project: Project, names: Iterable[str]) -> dict[str, str]:
    """Grade the right answers to the chapters `names`, each in a process of its own, and return what it cost.

    Raises
    ------
    EngineError : grading them failed, or they have not got all their points.
    """
    found = {}
    for name in names:
        command = [sys.executable, "-m", "benchmarks.course_page", "--grade", name]
        took = measure(command, project.root, os.environ)
        score, most = json.loads(took.output.splitlines()[-1])
        if score < most:
            raise EngineError(
                f"The right answers to {name} got {score:g} of {most:g} points: judge them by themselves."
            )
        found[name] = f"{took.cpu:.0f}"
    return found


def _grade(name: str) -> None:
    from benchmarks.right_answers import RightAnswers

    project = Project.find().activate()
    result = RightAnswers(project, load_syllabus(project.syllabus).find(name)).graded("never")
    parts = [one for one in result.exercises if one.score is not None]
    print(json.dumps([sum(one.score or 0 for one in parts), sum(one.max_score for one in parts)]))


def main(arguments: list[str]) -> None:
    """Write the page, or (``--grade``) grade one chapter."""
    if arguments[:1] == ["--grade"]:
        return _grade(arguments[1])
    project = Project.find()
    path = Path(project.root, PAGE)
    names = [chapter.short for chapter in load_syllabus(project.syllabus)] if arguments == ["all"] else arguments
    seconds = known(path.read_text(encoding="utf-8")) if path.is_file() else {}
    path.write_text(page(project, {**seconds, **measured(project, names)}), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
