"""Hand-ins as real tools and habits leave them, through the real engine: each earns what `cases/wanted.toml` says."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from nbformat import NotebookNode

from autograder.classroom.assignment import open_examiner, read_release
from autograder.engine.judging import grade as engine_grade
from autograder.engine.judging.checks import ChapterChecks
from autograder.engine.judging.grade import Assignment, Graded, Unreadable, grade, read_notebook, refused
from autograder.engine.judging.judge import Seed
from autograder.engine.result import Result
from course.authoring.release import release
from course.project import Project
from course.syllabus import load_syllabus
from tests.cases import MAKERS, TEXT_MAKERS, Case, read_cases, write
from tests.cases.answers import CHAPTER_3
from tests.cases.released import Released, text_of
from tests.support.checkout import ROOT, Checkout, make_checkout
from tests.support.minichapter import NAME

# All others train a model on hundreds of rows, and say nothing of cells that these do not say.
QUICK = ("test_moves_the_way_asked", "test_five_rows_for_each_image", "test_copes_with_values_never_seen")
CASES, TEXTS = read_cases(), read_cases("texts")


def _waits(case: Case) -> tuple[pytest.MarkDecorator, ...]:
    strict = not case.todo.endswith("at random")
    return (pytest.mark.xfail(reason=f"waits for {case.todo}", strict=strict),) if case.todo else ()


def _released(assignment: Assignment, answers: Mapping[str, str]) -> Released:
    notebook = json.loads(json.dumps(assignment.release))
    for cell in notebook["cells"]:
        cell["source"] = text_of(cell)
    return Released(notebook, answers)


def _with(assignment: Assignment, names: Sequence[str]) -> Assignment:
    """Return the assignment with some of its checks."""
    checks = assignment.examiner.checks
    kept = tuple(check for check in checks.checks if check.name in names)
    assert len(kept) == len(names)
    return replace(assignment, examiner=replace(assignment.examiner, checks=replace(checks, checks=kept)))


def _graded(path: Path, assignment: Assignment) -> Result:
    try:
        return grade(read_notebook(path, 20), "ada", assignment).result
    except Unreadable as error:
        return refused("ada", assignment, error.status, str(error)).result


def _assert_wanted(case: Case, result: Result) -> None:
    found = {row.exercise: row for row in result.exercises if row.exercise in case.points}
    details = [text for row in found.values() for check in row.checks for text in (check.detail, check.hint) if text]
    read = "\n".join([*result.notes, *details])
    assert result.status == case.status, read
    for exercise, wanted in case.points.items():
        row = found[exercise]
        assert wanted in (row.score, row.status), (row.score, row.status, read)
    for text in case.says:
        assert text in read, read
    for text in case.silent:
        assert text not in read, read
    assert case.notes is None or len(result.notes) <= case.notes, result.notes


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """The two exercises of chapter 3 that the hand-ins answer."""
    project = Project(ROOT, tmp_path_factory.mktemp("build"))
    chapter = load_syllabus(project.syllabus).find("ch03")
    release(project, chapter)
    only = frozenset({"p.03.2", "p.03.3"})
    examiner = replace(
        open_examiner(project, chapter), hint_seconds=2.0
    )  # enough to recognise the first misconceptions
    return Assignment(chapter, read_release(project, chapter), examiner, "key", only)


@pytest.fixture(scope="module")
def released(assignment: Assignment) -> Released:
    return _released(assignment, CHAPTER_3)


@pytest.fixture(scope="module")
def ran() -> list[tuple[Any, Graded]]:
    """What came of the notebooks that have been run."""
    return []


@contextlib.contextmanager
def _run_once(ran: list[tuple[Any, Graded]]) -> Iterator[None]:
    """Run a restored notebook once, however many hand-ins are restored to it: its grade is a function of its cells."""
    run = engine_grade._graded

    def known(notebook: NotebookNode, assignment: Assignment, seed: Seed) -> Graded:
        key = (seed, assignment.examiner.checks.checks, assignment.examiner.written)
        found = next((graded for one, graded in ran if one == key), None)
        if found is None:
            found = run(notebook, assignment, seed)
            ran.append((key, found))
        return found

    with mock.patch.object(engine_grade, "_graded", known):
        yield


def test_every_way_to_hand_in_has_its_row() -> None:
    assert [case.name for case in CASES] == list(dict.fromkeys(case.name for case in CASES))
    assert {case.name for case in CASES} == set(MAKERS) and {case.name for case in TEXTS} == set(TEXT_MAKERS)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name, marks=_waits(case)) for case in CASES])
def test_it_earns_what_it_deserves(
    case: Case, assignment: Assignment, released: Released, ran: list[tuple[Any, Graded]], tmp_path: Path
) -> None:
    if case.is_whole:
        assignment = _with(assignment, QUICK)
    with _run_once(ran):
        _assert_wanted(case, _graded(write(released, case.name, tmp_path / "ch03.ipynb"), assignment))


def test_all_checks_agree_where_nothing_is_odd(assignment: Assignment, released: Released, tmp_path: Path) -> None:
    case = CASES[0]
    _assert_wanted(case, _graded(write(released, case.name, tmp_path / "ch03.ipynb"), assignment))


@pytest.fixture(scope="module")
def mini(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    checkout = make_checkout(tmp_path_factory.mktemp("mini"))
    checkout.run("course", "release", NAME)
    return checkout


@pytest.fixture(scope="module")
def questions(mini: Checkout) -> Assignment:
    """The one exercise of the miniature chapter that a person reads; none of its checks is run."""
    chapter = load_syllabus(mini.project.syllabus).find(NAME)
    examiner = open_examiner(Project(ROOT), load_syllabus(Project(ROOT).syllabus).find("ch03"))
    examiner = replace(examiner, checks=ChapterChecks(NAME, (), examiner.checks.load_answers))
    return Assignment(chapter, read_release(mini.project, chapter), examiner, "key", frozenset({"p.99.4"}))


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name, marks=_waits(case)) for case in TEXTS])
def test_a_person_reads_what_was_written(case: Case, questions: Assignment, tmp_path: Path) -> None:
    path = write(_released(questions, {}), case.name, tmp_path / "mini.ipynb")
    graded = grade(read_notebook(path, 20), "ada", questions)
    _assert_wanted(case, graded.result)
    box = next(one for one in graded.notebook.cells if one.get("id") == "p-99-4")
    by_hand = case.points["p.99.4"] == "graded by hand"
    assert ("distances depend" in box.source) == by_hand and box.cell_type == "markdown"
