"""A class that nobody has taught: hand-ins put together from a chapter's own answers, right and wrong ones.

Who gave what is kept beside them, so that grades and report can be compared with it (`benchmarks.truth`).
"""

from __future__ import annotations

import ast
import datetime
import itertools
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.classroom.assignment import read_chapter
from autograder.classroom.hand_in import hand_ins
from autograder.classroom.nbgrader_plugins import gradebook
from benchmarks.checkout import answered
from benchmarks.truth import Given, Truth, truth_path
from course.authoring.build import assemble
from course.authoring.inline import Definition
from course.authoring.variants import VariantText, variants
from course.errors import SetupError
from course.files import write_atomically
from course.nbgrader_plugins.deadlines import deadlines_in
from course.project import Project
from course.syllabus import Chapter, Exercise

CALLED = "simulated-"  # how the students' ids begin
_ABSENT = 0.04  # of the class hands in nothing
_IDLE = 0.1  # of the exercises are not begun by who can do nothing at all
_OTHERWISE = 0.3  # of the right answers are alternatives, where there are some
_HOURS = 30.0  # before or after the deadline: the spread of the hand-ins
_SAID = (
    "It depends on the data.",
    "Because the gradient is small there.",
    "because the gradient is small there",
    "The features have to be on one scale first, else the steps zigzag.",
    "I would compare both on rows that were held out, and take the simpler one if they are close.",
    "I do not know.",
)


@dataclass(frozen=True)
class _Sheet:
    """What can be written for one exercise.

    Attributes
    ----------
    right : the reference by cell id.
    texts : the cells of answers in words.
    wrong, otherwise : mutants and alternatives that a student could have written.
    uses : the answers to other exercises that the right one is built on.
    """

    exercise: Exercise
    right: Mapping[str, str]
    texts: Sequence[str]
    wrong: Sequence[VariantText]
    otherwise: Sequence[VariantText]
    uses: frozenset[str]


@dataclass
class _Student:
    """What one student hands in.

    Attributes
    ----------
    changed : the answers that are not right, by the name of what they define.
    """

    given: dict[str, Given] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)


def simulate(project: Project, chapter: Chapter, count: int, seed: int = 1) -> Truth:
    """Have `count` students hand in `chapter`, and nobody else; return what each was given, which is kept as well.

    The same seed makes the same class, as long as the chapter is the same. The students are entered into the gradebook;
    some hand in nothing. Where the chapter has a deadline, they hand in around it.

    Raises
    ------
    SetupError : the chapter has not been released, or somebody has handed it in who is not simulated.
    """
    release = json.loads(json.dumps(read_chapter(project, chapter.name).release))
    if others := [one.student for one in hand_ins(project, chapter) if not one.student.startswith(CALLED)]:
        raise SetupError(
            f"{others[0]} has handed in {chapter.name}: a simulated class is for a build folder of its own. Name one "
            f"in COURSE_BUILD, run `course release {chapter.short}` and then this again."
        )
    sheets = list(_sheets(project, chapter))
    rng = random.Random(f"{chapter.name} {seed}")
    names = [f"{CALLED}{number:03d}" for number in range(count)]
    with gradebook(project) as book:
        due = deadlines_in(book, chapter.name).due
        for name in names:
            book.update_or_create_student(name)
    class_ = {name: _student(name, sheets, rng) for name in names}
    present = {name: one for name, one in class_.items() if rng.random() >= _ABSENT}
    _clear(project, chapter)
    for name, one in present.items():  # the times come last: they change nothing of who gives what
        when = due and due + datetime.timedelta(hours=rng.gauss(-_HOURS / 2, _HOURS))
        _hand_in(project, chapter, name, answered(release, one.cells), when)
    known = _variants(project, chapter)
    truth = Truth(
        chapter=chapter.name, seed=seed, students={name: one.given for name, one in present.items()},
        absent=tuple(name for name in names if name not in present),
        misconceptions=tuple((one.exercise, one.sentence, one.name) for one in known if one.wrong),
    )  # fmt: skip
    path = truth_path(project, chapter)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, truth.model_dump_json(indent=1))
    return truth


def _sheets(project: Project, chapter: Chapter) -> Iterator[_Sheet]:
    """Yield what can be written for each exercise, in the syllabus's order."""
    draft = assemble(project, chapter)
    there = [one for one in _variants(project, chapter) if one.alone]
    owners = {name: exercise for exercise, mine in draft.definitions.items() for name in mine}
    for exercise in chapter.exercise:
        mine = draft.definitions.get(exercise.id, {})
        code = {name: one for name, one in mine.items() if name != exercise.text_name or exercise.kind != "text"}
        fits = [one for one in there if one.exercise == exercise.id and one.replaces in code]
        yield _Sheet(
            exercise=exercise,
            right={_cell(exercise, name): one.answer for name, one in code.items()},
            texts=[exercise.slug] if exercise.kind == "text" else [],
            wrong=[one for one in fits if one.wrong],
            otherwise=[one for one in fits if not one.wrong],
            uses=frozenset(name for name in _used(code) if owners.get(name, exercise.id) != exercise.id),
        )


def _variants(project: Project, chapter: Chapter) -> Iterator[VariantText]:
    return itertools.chain.from_iterable(map(variants, project.mutant_files(chapter.name)))


def _used(code: Mapping[str, Definition]) -> set[str]:
    trees = (ast.parse(one.answer) for one in code.values())
    return {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _cell(exercise: Exercise, name: str) -> str:
    return f"{exercise.slug}-{name}"


def _student(name: str, sheets: Sequence[_Sheet], rng: random.Random) -> _Student:
    """Draw what one student answers; how able they are is drawn first."""
    skill, made = rng.betavariate(4, 2), _Student()
    for sheet in sheets:
        if rng.random() < _IDLE * (1 - skill):
            made.given[sheet.exercise.id] = Given(kind="nothing")
            continue
        given, code = _answer(sheet, skill, rng)
        if given.kind == "right" and sheet.uses & made.changed:
            given = Given(kind="built on a mistake")
        if given.kind == "mutant":
            made.changed.add(given.replaces)
        made.given[sheet.exercise.id] = given
        # No two hand-ins are the same text, as in a class; but some answers in words are.
        made.cells |= {cell: f"# {name}\n{source}" for cell, source in code.items()}
        made.cells |= {cell: rng.choice(_SAID) + rng.choice(("", f" ({name})")) for cell in sheet.texts}
    return made


def _answer(sheet: _Sheet, skill: float, rng: random.Random) -> tuple[Given, dict[str, str]]:
    """Draw what is answered to an exercise with code, by cell id."""
    if sheet.wrong and rng.random() > skill:
        chosen = rng.choice(sheet.wrong)
        given = Given(kind="mutant", name=chosen.name, replaces=chosen.replaces, fails=chosen.fails)
    elif sheet.otherwise and rng.random() < _OTHERWISE:
        chosen = rng.choice(sheet.otherwise)
        given = Given(kind="right", name=chosen.name, replaces=chosen.replaces)
    else:
        return Given(kind="right"), dict(sheet.right)
    return given, {**sheet.right, _cell(sheet.exercise, chosen.replaces): chosen.as_answer}


def _clear(project: Project, chapter: Chapter) -> None:
    """Remove what simulated students have handed in before."""
    for one in hand_ins(project, chapter):
        for path in (one.folder / f"{chapter.name}.ipynb", one.folder / "timestamp.txt"):
            path.unlink(missing_ok=True)
        if not any(one.folder.iterdir()):
            one.folder.rmdir()


def _hand_in(
    project: Project, chapter: Chapter, student: str, notebook: Mapping[str, Any], when: datetime.datetime | None
) -> None:
    folder = project.build / "submitted" / student / chapter.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{chapter.name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    if when:
        (folder / "timestamp.txt").write_text(f"{when:%Y-%m-%d %H:%M:%S} UTC", encoding="utf-8")
