"""What a simulated class was given, and whether grades and report say so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from autograder.classroom.assignment import read_chapter
from autograder.classroom.report import class_results
from autograder.engine.result import ExerciseResult, Outcome, Status
from autograder.feedback.class_statistics import Misconception, figures
from course.errors import SetupError
from course.project import Project
from course.syllabus import Chapter

COLUMNS = ("exercise", "given", "hand_ins", "as_it_must", "named", "holds", "detail")


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Given(_Kept):
    """What a student has for one exercise.

    Attributes
    ----------
    kind : *built on a mistake* is a right answer that uses a wrong one to another exercise.
    name, replaces : of a mutant or an alternative, its own name and the answer that it stands for.
    fails : of a mutant, the checks that are there to catch it.
    """

    kind: Literal["right", "mutant", "nothing", "built on a mistake"]
    name: str = ""
    replaces: str = ""
    fails: tuple[str, ...] = ()


class Truth(_Kept):
    """What a class was given.

    Attributes
    ----------
    students : by student and exercise, of all who have handed in; `absent` are the others.
    misconceptions : (exercise, sentence, name) of all of the chapter, also of those that nobody was given.
    """

    chapter: str
    seed: int
    students: Mapping[str, Mapping[str, Given]]
    absent: tuple[str, ...]
    misconceptions: tuple[tuple[str, str, str], ...]


def truth_path(project: Project, chapter: Chapter) -> Path:
    """Return where it is kept what a chapter's simulated class was given."""
    return project.build / "simulated" / f"{chapter.name}.json"


def read_truth(project: Project, chapter: Chapter) -> Truth:
    """Return what the class was given.

    Raises
    ------
    SetupError : no class has been simulated here, or that can't be read.
    """
    path = truth_path(project, chapter)
    try:
        return Truth.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError) as error:
        raise SetupError(
            f"No class has been simulated here for {chapter.name}: run `course simulate {chapter.short} 200` first."
        ) from error


def compare(project: Project, chapter: Chapter, truth: Truth) -> Iterator[dict[str, Any]]:
    """Yield a row for what was given to each exercise: how many hand-ins had it, and how many grades are as they must.

    A mutant has to lose all checks that are there to catch it; a right answer has all points of its checks, and what is
    not begun has none.

    How many the report names as the mutant they are is told, and promised of none: a mistake may be recognised as
    another that shows in the same way.

    Raises
    ------
    SetupError : the class has not been graded.
    """
    results = class_results(project, read_chapter(project, chapter.name))
    found = figures(results, {(exercise, sentence): name for exercise, sentence, name in truth.misconceptions})
    by_student = {one.student: one for one in results}
    for exercise in chapter.exercise:
        groups: dict[tuple[str, str], list[str]] = {}
        for student, given in truth.students.items():
            one = given[exercise.id]
            groups.setdefault((one.kind, one.name if one.kind == "mutant" else ""), []).append(student)
        for (kind, name), students in sorted(groups.items()):
            good = [
                student
                for student in students
                if _as_it_must(
                    truth.students[student][exercise.id],
                    [part for part in by_student[student].exercises if part.exercise == exercise.id],
                )
            ]
            astray = sorted(set(students) - set(good))
            yield {
                "exercise": exercise.id,
                "given": name or kind,
                "hand_ins": len(students),
                "as_it_must": len(good),
                "named": _named(found.misconceptions, exercise.id, name, students) if kind == "mutant" else None,
                "holds": not astray if kind != "built on a mistake" else None,
                "detail": ", ".join(astray[:3]) if kind != "built on a mistake" else "",
            }
    missing = [one for one in truth.absent if by_student[one].status is Status.MISSING]
    yield {
        "exercise": "all", "given": "not handed in", "hand_ins": len(truth.absent), "as_it_must": len(missing),
        "named": None, "holds": len(missing) == len(truth.absent), "detail": "",
    }  # fmt: skip


def _as_it_must(given: Given, parts: list[ExerciseResult]) -> bool:
    judged = [part for part in parts if part.is_checked and not part.is_full_size]
    if given.kind == "mutant":
        failed = {check.check for part in judged for check in part.checks if check.outcome is Outcome.FAILED}
        return set(given.fails) <= failed
    wanted = 0.0 if given.kind == "nothing" else 1.0
    return all(part.score == wanted * part.max_score for part in judged)


def _named(found: tuple[Misconception, ...], exercise: str, name: str, students: list[str]) -> int:
    known = {student for one in found if (one.exercise, one.name) == (exercise, name) for student in one.students}
    return len(known & set(students))
