"""Texts and functions of one exercise are told apart: page, ``--json``, gradebook and CSV say the same, always.

The first half goes through a third of the chapters on any day, with checks that pass or fail as they are told, so that
no notebook has to be run; the second is one chapter with the real engine and the real commands.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
import types
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin
from traitlets.config import Config

from autograder.classroom import assignment, grading, hand_in
from autograder.classroom.class_table import grade_row
from autograder.classroom.dispatch import Done
from autograder.classroom.pages import feedback_class
from autograder.classroom.recorder import Recorder
from autograder.engine.judging.checks import Answers, ChapterChecks, Check
from autograder.engine.result import Result, Status
from autograder.engine.session import kernel
from autograder.engine.wire.proxy import LocalSession
from autograder.marking.ledger import Ledger, Stale, Target, Verdict
from autograder.testing.chapter import load_chapter
from course.authoring.build import assemble
from course.nbgrader_plugins.gradebook import gradebook_url
from course.project import Project
from course.syllabus import load_syllabus
from tests.support.chapters import is_its_turn
from tests.support.checkout import ROOT, Checkout, make_checkout
from tests.support.gradebook_rows import add_assignment
from tests.support.minichapter import NAME, add_probe

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

CHAPTERS = [chapter.name for chapter in load_syllabus(Project(ROOT).syllabus)]


def page_total(page: Path) -> tuple[float, float]:
    found = re.search(r'class="total">([\d.]+) of ([\d.]+) points', page.read_text(encoding="utf-8"))
    assert found is not None
    return float(found[1]), float(found[2])


def csv_row(database: str, folder: Path, chapter: str) -> dict[str, str]:
    """What ``nbgrader export`` says of the one student who has handed in."""
    exporter = CsvExportPlugin()
    exporter.to = str(folder / "grades.csv")
    with Gradebook(database) as book:
        exporter.export(book)
    with open(exporter.to, encoding="utf-8", newline="") as file:
        (row,) = [row for row in csv.DictReader(file) if row["assignment"] == chapter and row["student_id"] == "ada"]
    return row


def agreed(row: dict[str, Any], page: Path, database: str, folder: Path, chapter: str) -> tuple[float, float]:
    """The total, where page, JSON, its rows, gradebook and CSV give the same."""
    exported = csv_row(database, folder, chapter)
    with Gradebook(database) as book:
        submission = book.find_submission(chapter, "ada")
        in_book = (submission.score, submission.max_score)
    totals = {
        "page": page_total(page),
        "json": (row["score"], row["max_score"]),
        "rows": (sum(one["score"] or 0 for one in row["exercises"]), sum(one["max_score"] for one in row["exercises"])),
        "gradebook": in_book,
        "csv": (float(exported["score"]), float(exported["max_score"])),
    }
    rounded = {name: (round(score, 2), round(most, 2)) for name, (score, most) in totals.items()}
    assert len(set(rounded.values())) == 1, rounded
    return rounded["json"]


# --- every chapter ----------------------------------------------------------------------------------------------------


class _Opener:
    """Stands for a submission's process; the checks here ask nothing of it."""

    run = types.SimpleNamespace(status=Status.GRADED, notes=[])
    tier = types.SimpleNamespace(meaning="none")
    kind = "no"
    gpu = ""

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def first(self) -> _Opener:
        return self

    def __call__(self) -> LocalSession:
        return LocalSession({})


def _told(check: Check) -> Check:
    """The check with a function that passes or fails by its name."""

    def function(student: object, rng: object) -> None:
        assert sum(check.name.encode()) % 3

    return dataclasses.replace(check, function=function, bound=None)


class Desk:
    """One chapter, released without nbgrader's help, and one student's hand-in with every text written."""

    def __init__(self, chapter: str, folder: Path) -> None:
        self.project = Project(ROOT, folder / "build")
        self.chapter = load_syllabus(self.project.syllabus).find(chapter)
        self.folder, self.database = folder, f"sqlite:///{folder / 'gradebook.db'}"
        release = assemble(self.project, self.chapter).notebook
        submitted = nbformat.from_dict(json.loads(nbformat.v4.writes(release)))
        texts = [cell for cell in release.cells if cell.cell_type == "markdown" and "nbgrader" in cell.metadata]
        for cell in texts:
            cell.source = "YOUR ANSWER HERE"
        self.texts = [cell.metadata.nbgrader.grade_id for cell in texts]
        for kind, notebook in (("release", release), ("submitted/ada", submitted)):
            path = folder / "build" / kind / chapter / f"{chapter}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_text(nbformat.v4.writes(notebook), encoding="utf-8")
        add_assignment(self.database, chapter, release)

    def grade(self, *, instant: bool = False) -> Result:
        """Grade and record as `course grade` does, or as instant feedback does."""
        found = hand_in.HandIn("ada", self.project.build / "submitted" / "ada" / self.chapter.name)
        judged = hand_in.judge_hand_in(self.project, self.chapter.name, found, instant=instant)
        if instant:
            return judged.result
        released = assignment.read_chapter(self.project, self.chapter.name)
        with Recorder(self.database, self.chapter.name) as recorder:
            return grading._recorded(self.project, recorder, released, Done(found, judged, None))

    def total(self, result: Result) -> tuple[float, float]:
        (page,) = feedback_class(self.project, self.chapter.name)
        return agreed(grade_row(result), page, self.database, self.folder, self.chapter.name)


@pytest.fixture
def desk_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Desk]]:
    def load(chapter: str) -> ChapterChecks:
        found = load_chapter(chapter)
        return ChapterChecks(chapter, tuple(map(_told, found.checks)), lambda: Answers(vars(json)))

    monkeypatch.setattr(assignment, "load_chapter", load)
    monkeypatch.setattr(kernel, "Opener", _Opener)
    monkeypatch.setenv("COURSE_DB_URL", f"sqlite:///{tmp_path / 'gradebook.db'}")
    monkeypatch.delenv("COURSE_KEY", raising=False)
    yield lambda chapter: Desk(chapter, tmp_path)
    assignment._opened.cache_clear()


@pytest.mark.parametrize(
    "chapter",
    [pytest.param(name, marks=[] if is_its_turn(name, date.today()) else [pytest.mark.full]) for name in CHAPTERS],
)
def test_every_total_is_the_same_however_often_it_is_graded(chapter: str, desk_of: Callable[[str], Desk]) -> None:
    desk = desk_of(chapter)
    instant = desk.grade(instant=True)
    first = desk.grade()
    assert first.exercises == instant.exercises
    waits = [part.grade_id for part in first.exercises if part.score is None]
    assert sorted(waits) == sorted(desk.texts), "every text awaits a person"
    before = desk.total(first)
    assert 0 < before[0] < before[1]
    again = desk.grade()
    assert (again, desk.total(again)) == (first, before)
    if not desk.texts:
        return
    with Gradebook(desk.database) as book:  # in formgrader
        for name in desk.texts:
            grade = book.find_grade(name, chapter, chapter, "ada")
            grade.manual_score, grade.needs_manual_grade = grade.max_score / 2, False
        book.find_grade(desk.texts[0], chapter, chapter, "ada").extra_credit = 0.5
        added = sum(book.find_grade(name, chapter, chapter, "ada").score for name in desk.texts)
        book.db.commit()
    for _ in range(2):
        given = desk.grade()
        assert desk.total(given) == (round(before[0] + added, 2), before[1])
        assert grade_row(given)["max_score"] == before[1]


# --- the real engine --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout whose text p.99.4 has a function beside it, as many exercises have."""
    made = make_checkout(tmp_path_factory.mktemp("parts"))
    add_probe(made.project)
    made.run("course", "release", NAME)
    answers = made.answered(p_99_1_halve="def halve(values):\n    return None", p_99_4="It helps.")
    made.hand_in("ada", answers)
    return made


def total_of(checkout: Checkout, row: dict[str, Any]) -> tuple[float, float]:
    checkout.run("course", "feedback", NAME)
    page = checkout.project.build / "feedback" / "ada" / NAME / f"{NAME}.html"
    return agreed(row, page, gradebook_url(checkout.project), checkout.root, NAME)


def test_grading_twice_and_by_hand_in_between_with_the_real_engine(checkout: Checkout) -> None:
    first = checkout.grade()["ada"]
    parts = {one["grade_id"]: (one["exercise"], one["score"], one["max_score"]) for one in first["exercises"]}
    assert parts["p-99-4"] == ("p.99.4", None, 2.0)
    assert parts["p-99-4-checks"] == ("p.99.4", 3.0, 3.0)
    assert total_of(checkout, first) == (9.0, 13.0)
    assert checkout.grade()["ada"] == first
    assert total_of(checkout, first) == (9.0, 13.0)
    with Gradebook(gradebook_url(checkout.project)) as book:
        for name, score in (("p-99-4", 1.5), ("p-99-4-checks", 2.0)):
            grade = book.find_grade(name, NAME, NAME, "ada")
            grade.manual_score, grade.needs_manual_grade = score, False
        book.find_comment("p-99-4-scale", NAME, NAME, "ada").manual_comment = "What if all are 0?"
        book.db.commit()
    given = checkout.grade()["ada"]
    assert {one["grade_id"]: one["score"] for one in given["exercises"] if one["by_hand"]} == {
        "p-99-4": 1.5,
        "p-99-4-checks": 2.0,
    }
    assert total_of(checkout, given) == (9.5, 13.0)
    assert checkout.grade("--fresh")["ada"] == given
    page = (checkout.project.build / "feedback" / "ada" / NAME / f"{NAME}.html").read_text(encoding="utf-8")
    assert page.count('<tr><th scope="row">') == 4, "a row per exercise"
    assert "What if all are 0?" in page, "a comment on a cell of code is shown, too"


def test_what_is_given_on_the_page_for_graders_is_everywhere_and_stays(checkout: Checkout) -> None:
    checkout.grade()
    ledger = Ledger(gradebook_url(checkout.project), NAME, Config())
    ledger.prepare()
    before = ledger.read("p-99-4")["p-99-4"]["ada"]
    target = Target("ada", "digest", before.version)
    ledger.give("p-99-4", [target], Verdict(2, "How much?", (), "grace"))
    row = checkout.grade()["ada"]
    after = ledger.read("p-99-4")["p-99-4"]["ada"]
    assert (after.score, after.comment, after.grader) == (2, "How much?", "grace")
    total_of(checkout, row)
    (exported,) = csv.DictReader(io.StringIO(checkout.run("course", "export", NAME).stdout))
    checked = next(one["score"] for one in row["exercises"] if one["grade_id"] == "p-99-4-checks")
    assert (float(exported["p.99.4"]), float(exported["score"])) == (2 + checked, row["score"])
    page = (checkout.project.build / "feedback" / "ada" / NAME / f"{NAME}.html").read_text(encoding="utf-8")
    assert "How much?" in page
    with pytest.raises(Stale):
        ledger.give("p-99-4", [target], Verdict(0, "", (), "gil"))
    checkout.run("course", "release", NAME)
    assert ledger.read("p-99-4")["p-99-4"]["ada"] == after, "a new release takes nothing away"


def test_a_result_of_an_earlier_version_is_set_aside(checkout: Checkout) -> None:
    """Its rows have no key of their own: it is graded anew, and meanwhile no page is made of it."""
    before = checkout.grade()
    path = checkout.project.build / "results" / NAME / "ada" / "result.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    for row in content["result"]["exercises"]:
        del row["grade_id"], row["by_hand"]
    path.write_text(json.dumps(content), encoding="utf-8")
    said = " ".join(checkout.run("course", "feedback", NAME, ok=1).stderr.split())
    assert re.search(f"stored of ada .*course grade {NAME.split('_')[0]}", said), said
    assert checkout.grade() == before
    checkout.run("course", "feedback", NAME)
