"""An exercise's worked solution, and other right ways to it: as text, from the files they are written in."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from course.authoring.inline import Definition
from course.authoring.variants import variants
from course.project import Project
from course.syllabus import Chapter


@dataclass(frozen=True)
class OtherWay:
    """A right answer that is unlike the reference.

    Attributes
    ----------
    name, replaces : its own, and the answer that it stands for.
    source : its code, with the imports and helpers that it needs.
    """

    name: str
    replaces: str
    source: str


@dataclass(frozen=True)
class Worked:
    """How an exercise can be solved; Python code. `solution` is the reference."""

    solution: str
    others: tuple[OtherWay, ...] = ()


def worked_solutions(
    project: Project, chapter: Chapter, definitions: Mapping[str, Mapping[str, Definition]], most: int = 2
) -> dict[str, Worked]:
    """Return the worked solution of each exercise that asks for code or choices, by id, with at most `most` other ways.

    Of a free text there is a model answer in its place: `Draft.model_answers`.

    Parameters
    ----------
    definitions : the answers of each exercise, as the chapter is put together from them (`build.assemble`).
    """
    answers = {
        exercise.id: [one for one in definitions.get(exercise.id, {}).values() if not one.text]
        for exercise in chapter.exercise
    }
    there = itertools.chain.from_iterable(map(variants, project.mutant_files(chapter.name)))
    ways = [
        (one.exercise, OtherWay(one.name, one.replaces, one.source))
        for one in there
        if not one.wrong and one.alone and not one.constant
    ]
    return {
        exercise: Worked(
            "\n\n\n".join(one.answer for one in shown), tuple(way for owner, way in ways if owner == exercise)[:most]
        )
        for exercise, shown in answers.items()
        if shown
    }
