"""A class whose texts wait for graders, made in a second: stored results and gradebook rows, without a notebook run."""

from __future__ import annotations

import copy
import threading
import types
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.utils import compute_checksum

from autograder.classroom.recorder import Recorder, entry_of
from autograder.classroom.store import Store
from autograder.engine.judging.grade import Graded, Part, Released
from autograder.engine.result import CheckResult, ExerciseResult, ExerciseStatus, Outcome, Result, Status
from autograder.feedback.page import show
from autograder.marking.desk import Conflict, Desk
from autograder.marking.ledger import Verdict
from course.authoring.build import assemble
from course.nbgrader_plugins.gradebook import gradebook_url
from course.project import Project
from course.syllabus import load_syllabus
from tests.support.exchange_server import client, folder_of, make_exchange, serving
from tests.support.gradebook_rows import add_assignment
from tests.support.minichapter import NAME, add_probe, make_project

TEXT = "p-99-4"
STUB = "YOUR ANSWER HERE"


def make_class(root: Path, answers: Mapping[str, str]) -> Project:
    """Write the miniature chapter under `root`, released, with these answers to p.99.4 by student."""
    project = make_project(root)
    (root / "autograder").mkdir(exist_ok=True)
    add_probe(project)
    chapter = load_syllabus(project.syllabus).find(NAME)
    release = assemble(project, chapter).notebook
    for cell in release.cells:
        if cell.cell_type == "markdown" and "nbgrader" in cell.metadata:
            cell.source = STUB
            cell.metadata.nbgrader.checksum = compute_checksum(cell)
    path = project.build / "release" / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(nbformat.v4.writes(release), encoding="utf-8")
    add_assignment(gradebook_url(project), NAME, release)
    for student, text in answers.items():
        hand_in(project, student, text)
    return project


def hand_in(project: Project, student: str, text: str, **cell: Any) -> None:
    """Have a student's answer judged as `course grade` does it: stored, and in the gradebook."""
    chapter = load_syllabus(project.syllabus).find(NAME)
    path = project.build / "release" / NAME / f"{NAME}.ipynb"
    released = Released(chapter, nbformat.v4.reads(path.read_text(encoding="utf-8")))
    notebook = copy.deepcopy(released.release)
    (written,) = [one for one in notebook.cells if one.metadata.get("nbgrader", {}).get("grade_id") == TEXT]
    written.source = text
    written.update(nbformat.from_dict(cell))
    empty = text == STUB
    rows = tuple(_row(part, empty) for part in released.parts)
    result = Result(chapter=NAME, student=student, status=Status.GRADED, exercises=rows)
    graded = Graded(result, notebook)
    fingerprints: Any = types.SimpleNamespace(run="made for a test")
    Store.of(project, chapter).save(fingerprints, graded)
    with Recorder(gradebook_url(project), NAME) as recorder:
        recorder.record(entry_of(student, show(graded)))


@contextmanager
def exchange_of(project: Project, folder: Path) -> Iterator[str]:
    """Serve an exchange on which the students have the release, and ada her feedback; yield its address."""
    with serving(make_exchange(folder / "exchange")) as url:
        grace, release = client(url, "grace"), project.build / "release" / NAME
        grace.release("ml", NAME, release)
        mine = client(url, "ada").submit("ml", NAME, release)
        grace.give_feedback(mine, folder_of(folder / "page", {f"{NAME}.html": "page"}))
        yield url


def _row(part: Part, empty: bool) -> ExerciseResult:
    if part.by_hand:
        return part.row(ExerciseStatus.NOT_BEGUN, 0.0) if empty else part.row(ExerciseStatus.MANUAL, None)
    said = {"detail": "yours leaves it at 0.5", "hint": "Divide by the largest value."}
    checks = (
        CheckResult(check="test_scales", outcome=Outcome.FAILED, sentence="The largest value becomes `1`.", **said),
        CheckResult(check="test_is_plain", outcome=Outcome.PASSED, sentence="An array comes back."),
    )
    row = part.row(ExerciseStatus.PARTIAL, 1.0)
    return row.model_copy(update={"checks": checks}) if part.exercise.id == "p.99.4" else row


def at_once(project: Project, number: int) -> None:
    """Have two graders, each with a desk of their own, go through one class at the same time, and assert that each
    answer has the grade of one of them, and that the other was told."""
    students = [f"student-{one}" for one in range(number)]
    for student in students:
        hand_in(project, student, f"My answer is {student}.")
    points = {"grace": 1.0, "gil": 2.0}
    desks = {name: Desk(project) for name in points}
    piles = {name: desk.pile(NAME) for name, desk in desks.items()}
    seen = {name: pile.sheets(pile.questions["p.99.4"]) for name, pile in piles.items()}
    of_class = sorted(key for key, one in seen["gil"].items() if one.answer.student in students)
    begin, given, refused = threading.Barrier(2), [], []

    def grade(name: str) -> None:
        begin.wait(60)
        for key in of_class:
            try:
                verdict = Verdict(points[name], f"Says {name}.", (), name)
                desks[name].give(piles[name], "p.99.4", {key: seen[name][key].version}, verdict)
                given.append((key, name))
            except Conflict:
                refused.append((key, name))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(grade, points))
    assert sorted(key for key, _ in given) == sorted(key for key, _ in refused) == of_class
    assert not set(given) & set(refused)
    now = piles["gil"].sheets(piles["gil"].questions["p.99.4"])
    for key, name in given:
        found = now[key].given
        assert (found.score, found.comment, found.grader) == (points[name], f"Says {name}.", name)
