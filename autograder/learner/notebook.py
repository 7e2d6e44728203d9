"""What a notebook in a learner's own checkout asks (`course.own_checkout`): ``judge|hint|solution EXERCISE PATH …``.

It runs in a process of its own, since a learner's kernel is no place to import checks into. The answer is the last line
of its output, in JSON; a mistake of the learner's is an answer with an ``error``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.classroom.assignment import open_examiner
from autograder.engine.judging.checks import Check
from autograder.engine.judging.judge import Examiner
from autograder.engine.result import CheckResult, Outcome
from autograder.learner.hints import steps
from autograder.learner.lesson import Judged, Lesson
from autograder.learner.progress import Progress, Reached
from autograder.learner.solution import shown_solution
from course.authoring.build import assemble
from course.errors import CourseError, SetupError, near
from course.project import Project
from course.syllabus import Chapter, Exercise, load_syllabus

_KEPT = {Outcome.PASSED: True, Outcome.FAILED: False, Outcome.NOT_JUDGED: None}


def judge(project: Project, exercise: str, path: Path) -> dict[str, Any]:
    """Judge one exercise of a notebook; return its promises, as `course.card.Promise` is made, and what else to say."""
    chapter, asked = _find(project, exercise)
    found = Lesson(project, chapter, path).judge(asked)
    weights = sum(one.weight for one in found.results)
    return {
        "promises": [_promise(one, found.most * one.weight / weights) for one in found.results],
        "points": _points(found),
        "before": _before(found.before, found.results),
        "notes": [found.todo[:1].upper() + found.todo[1:] + "."] if found.todo else [],
    }


def hint(
    project: Project, exercise: str, path: Path, step: str = "1", broken: str = "", told: str = ""
) -> dict[str, Any]:
    """Return the first `step` hints for an exercise, about the check that is `broken`, whose hint was `told`."""
    chapter, asked = _find(project, exercise)
    examiner = open_examiner(project, chapter)
    check = _check(examiner, project, chapter, asked, broken)
    definitions = assemble(project, chapter).definitions.get(exercise, {})
    sentence = examiner.sentence(check)
    return {
        "steps": [list(one) for one in steps(exercise, sentence, told or check.hint, definitions.values())[: int(step)]]
    }


def solution(project: Project, exercise: str, path: Path) -> dict[str, Any]:
    """Return what there is to read of how an exercise can be solved."""
    return {"parts": [list(part) for part in shown_solution(project, exercise, path if path.name else None)]}


def _find(project: Project, exercise: str) -> tuple[Chapter, Exercise]:
    homes = {one.id: (chapter, one) for chapter in load_syllabus(project.syllabus) for one in chapter.exercise}
    if exercise not in homes:
        raise SetupError(f"There is no exercise {exercise!r}.{near(exercise, homes)}")
    return homes[exercise]


def _promise(result: CheckResult, points: float) -> dict[str, Any]:
    kept = _KEPT[result.outcome]
    detail = result.detail or f"No fault of yours: {result.trouble}" * (kept is None)
    return {
        "name": result.check, "sentence": result.sentence, "kept": kept, "points": round(points, 2), "detail": detail,
        "hint": result.hint,
    }  # fmt: skip


def _points(found: Judged) -> str:
    return f"{found.points:g} of {found.most:g} points"


def _before(reached: Reached | None, results: tuple[CheckResult, ...]) -> dict[str, bool]:
    """What the last look found of each check; empty where that is not known."""
    if reached is None or reached.broken is None:
        return {}
    return {one.check: one.check not in reached.broken for one in results}


def _check(examiner: Examiner, project: Project, chapter: Chapter, exercise: Exercise, broken: str) -> Check:
    """The check that a hint is about: the one that is broken, or was at the last look, or the first."""
    checks = examiner.checks.of(exercise.id)
    if not checks:
        raise SetupError(f"{exercise.id} is answered in words, and nothing judges it: there is no hint.")
    known = Progress(project).of(chapter.name).get(exercise.id)
    names = [broken, *((known and known.broken) or ())]
    return next((one for name in names for one in checks if one.name == name), checks[0])


_ANSWERS: dict[str, Callable[..., dict[str, Any]]] = {"judge": judge, "hint": hint, "solution": solution}


def main(words: list[str]) -> None:
    """Answer one question."""
    what, exercise, path, *others = words
    try:
        answer = _ANSWERS[what](Project.find().activate(), exercise, Path(path), *others)
    except CourseError as error:
        answer = {"error": str(error)}
    print("\n" + json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1:])
