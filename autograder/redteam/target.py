"""The red team's chapter: an assignment made in code, one exercise of each shape. It is in no syllabus."""

from __future__ import annotations

import ast
import inspect
import pprint
from collections.abc import Mapping, Sequence
from types import ModuleType

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from autograder.engine.isolation.tiers import Tier
from autograder.engine.judging.checks import Answers, ChapterChecks
from autograder.engine.judging.grade import Assignment
from autograder.engine.judging.judge import Examiner
from autograder.engine.settings import load_settings
from autograder.redteam import hidden_checks, insider, reference, wrong
from autograder.testing.marks import check_of
from course.syllabus import Chapter, Exercise, Limits

POINTS = 4.0
# Small, so that an attack that waits for its limits is over soon.
LIMITS = Limits(cell_seconds=6, wall_seconds=30, memory_mb=1000, notebook_mb=2)
# On a GPU; a context alone needs 2 GB of address space.
GPU_LIMITS = LIMITS.model_copy(
    update={"gpu": "required", "gpu_memory_mb": 4000, "memory_mb": 4096, "cell_seconds": 20, "wall_seconds": 60}
)
CHECK_SECONDS = 10.0
HONEST_SECONDS = 60.0  # nobody waits for an honest answer: a busy machine must not make it late
_TITLES = {
    "span": "The span of a list",
    "softmax": "Softmax of rows",
    "fit_rare": "A rare class",
    "train": "A line by gradient descent",
    "PARAMETERS": "Counting parameters",
}
ANSWERS = {f"p.98.{number}": name for number, name in enumerate(_TITLES, 1)}  # by exercise
CHAPTER = Chapter(
    name="ch98_redteam",
    title="The red team's chapter",
    limits=LIMITS,
    exercise=tuple(
        Exercise(id=exercise, kind="closed" if name.isupper() else "code", title=_TITLES[name])
        for exercise, name in ANSWERS.items()
    ),
)
_HEADER = "from __future__ import annotations\n\nfrom typing import Any\n\nimport numpy as np"


def answer_text(module: ModuleType, name: str) -> str:
    """Return the text of what `module` calls `name`."""
    text = inspect.getsource(module)
    for node in ast.parse(text).body:
        named = (
            [node.name] if isinstance(node, ast.FunctionDef) else [ast.unparse(t) for t in getattr(node, "targets", ())]
        )
        if name in named:
            return ast.get_source_segment(text, node) or ""
    raise KeyError(name)


def notebook(answers: Mapping[str, str], first: Sequence[str] = (), own: Sequence[str] = ()) -> NotebookNode:
    """Return a submission.

    Parameters
    ----------
    answers : the text of each answer's cell; those left out are answered honestly.
    first, own : cells a student has added before and after the answers.
    """
    cells = [new_code_cell(text, id=f"first-{n}") for n, text in enumerate(first)]
    cells.append(new_code_cell(_HEADER, id="header"))
    for exercise, name in ANSWERS.items():
        slug = exercise.replace(".", "-")
        text = answers[name] if name in answers else answer_text(reference, name)
        cells.append(_cell(text, exercise, f"{slug}-{name}", solution=True))
        cells.append(_cell(f"assert {name} is not None", exercise, f"{slug}-checks", solution=False))
    cells += [new_code_cell(text, id=f"own-{n}") for n, text in enumerate(own)]
    made: NotebookNode = new_notebook(cells=cells)
    return made


def insider_cell(known: Mapping[str, object]) -> str:
    """Return the first cell of an attack, with what is `known` (plain values)."""
    table = pprint.pformat(dict(known), width=110)
    return f"{inspect.getsource(insider)}\n\nKNOWN.update({table})\nleave_mark()"


def wrong_answers(exercises: Sequence[str]) -> dict[str, str]:
    """Return wrong answers to these exercises, as texts by name."""
    return {ANSWERS[exercise]: answer_text(wrong, ANSWERS[exercise]) for exercise in exercises}


def examiner() -> Examiner:
    """Return what judges the chapter."""
    found = tuple(made for value in vars(hidden_checks).values() if (made := check_of(value)))
    return Examiner(ChapterChecks(CHAPTER.name, found, lambda: Answers(vars(reference))), {})


def assignment(
    key: str,
    tier: Tier | None,
    only: Sequence[str] = (),
    check_seconds: float = CHECK_SECONDS,
    *,
    gpu: bool = False,
) -> Assignment:
    """Return the assignment, to be graded in isolation tier `tier` (as the machine's settings say when None).

    Parameters
    ----------
    gpu : its submissions are lent a GPU.
    """
    chapter = CHAPTER.model_copy(update={"limits": GPU_LIMITS}) if gpu else CHAPTER
    stubs = {name: "..." if name.isupper() else f"def {name}(*args): ..." for name in _TITLES}
    settings = None if tier is None else load_settings().model_copy(update={"tier": tier, "minimum_tier": tier})
    return Assignment(chapter, notebook(stubs), examiner(), key, frozenset(only), False, check_seconds, settings)


def _cell(text: str, exercise: str, name: str, *, solution: bool) -> NotebookNode:
    grading = {
        "cell_type": "code",
        "grade": not solution,
        "grade_id": name,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if not solution:
        grading["points"] = POINTS
    metadata = {"course": {"exercise": exercise}, "nbgrader": grading}
    made: NotebookNode = new_code_cell(text, id=name, metadata=metadata)
    return made
