"""How much the words of a failed check cost: wrong answers whose mistake nobody has listed are compared with all."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

from benchmarks.lab import Lab
from benchmarks.row import BenchmarkRow, row
from course.project import Project
from course.syllabus import Chapter, Exercise, load_syllabus

MOST = 30.0  # seconds of processor time for all exercises of a chapter
_QUICK = 1  # chapters, where only a few submissions are asked for


def hints(lab: Lab) -> Iterator[BenchmarkRow]:
    """The chapters of this checkout: a submission that gets every exercise wrong, with hints and without.

    Each answer is a mutant that is taken off the list. What is judged is the same; what differs is what the hints take.
    """
    project = Project.find()
    chapters = list(load_syllabus(project.syllabus))[: _QUICK if lab.sizes.repeats == 1 else None]
    cost: dict[str, float] = {}
    for chapter in chapters:
        with ProcessPoolExecutor(1, get_context("spawn"), initializer=_one_thread) as worker:  # a process each
            cost[chapter.name] = worker.submit(_seconds, project, chapter).result()
    worst = sorted(cost, key=lambda name: -cost[name])
    yield row(
        "hints of a chapter's wrong answers",
        "s",
        list(cost.values()),
        [],
        f"<= {MOST:g} s of processor time in each chapter",
        holds=max(cost.values()) <= MOST,
        detail="most in " + ", ".join(f"{name} {cost[name]:.1f} s" for name in worst[:3]),
    )


def _one_thread() -> None:
    os.environ["OMP_NUM_THREADS"] = "1"


def _seconds(project: Project, chapter: Chapter) -> float:
    """Return the processor time of judging with hints, less that of judging without."""
    from autograder.classroom.assignment import open_examiner
    from autograder.engine.judging.checks import Answers, ChapterChecks, Variant
    from autograder.engine.judging.hints import HintTime
    from autograder.engine.judging.judge import Examiner, Seed, judge_exercise
    from autograder.engine.wire.proxy import LocalSession

    project.activate()
    examiner = open_examiner(project, chapter)
    checks = examiner.checks

    def judged(exercise: Exercise, wrong: Variant, hints: HintTime) -> float:
        others = tuple(one for one in checks.mutants if one is not wrong)
        answers = Answers(checks.reference, others, checks.alternatives)
        without = ChapterChecks(checks.chapter, checks.checks, lambda: answers)
        used: Examiner = replace(examiner, checks=without, hints=hints)
        begun = time.process_time()
        session = LocalSession(checks.namespace(wrong))
        judge_exercise(exercise, 1.0, used, lambda: session, Seed("benchmark", "student", "1"))
        return time.process_time() - begun

    time_for_all = HintTime(examiner.hint_seconds)
    total = 0.0
    for exercise in chapter.exercise:
        wrong = next((one for one in checks.mutants if one.exercise == exercise.id), None)
        if wrong is not None:
            judged(exercise, wrong, HintTime(0.0))  # what is imported and cached is no hint's cost
            total += judged(exercise, wrong, time_for_all) - judged(exercise, wrong, HintTime(0.0))
    return total
