"""Gradebook and filed notebooks are what ``nbgrader autograde`` leaves; a held or full gradebook loses nothing."""

from __future__ import annotations

import datetime
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from autograder.classroom.course_key import course_key
from autograder.classroom.recorder import GradebookEntry, Recorder, read_timestamp
from course.errors import EngineError
from course.nbgrader_plugins.gradebook import alembic_in_process
from tests.support.checkout import Checkout, make_checkout
from tests.support.minichapter import NAME

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

PENALTY = """
from nbgrader.plugins import LateSubmissionPlugin

class HalfAPointPerHour(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return None if student_id == "excused" else total_seconds_late / 7200

c.AssignLatePenalties.plugin_class = HalfAPointPerHour
"""
DUE = datetime.datetime(2026, 3, 1, 12, 0)


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> tuple[Checkout, Checkout]:
    """Two equal checkouts with a class in them: the first was graded by us, the other by nbgrader."""
    ours = make_checkout(tmp_path_factory.mktemp("ours"))
    config = ours.root / "nbgrader_config.py"
    config.write_text(config.read_text(encoding="utf-8") + PENALTY, encoding="utf-8")
    ours.run("course", "release", NAME)
    hand_in_class(ours)
    course_key(ours.project)  # before there are two
    with book(ours) as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=DUE)
    folder = tmp_path_factory.mktemp("theirs") / "checkout"
    shutil.copytree(ours.root, folder, symlinks=True)
    theirs = Checkout(type(ours.project)(folder))
    for again in (False, True):
        if again:
            by_hand(ours)
            by_hand(theirs)
        ours.grade()
        theirs.run("nbgrader", "autograde", NAME, "--force")
    return ours, theirs


def hand_in_class(checkout: Checkout) -> None:
    perfect, untouched = checkout.notebook("source"), checkout.notebook("release")
    half = checkout.answered(p_99_1_halve="def halve(values):\n    return None", p_99_4="It helps.")
    late = {"punctual": "11:59:00", "late": "13:30:00.5", "very-late": "23:00:00", "excused": "14:00:00"}
    answers = {"punctual": perfect, "late": perfect, "very-late": half, "excused": half, "undated": half}
    for student, notebook in {**answers, "untouched": untouched}.items():
        folder = checkout.hand_in(student, notebook)
        if student in late:
            (folder / "timestamp.txt").write_text(f"2026-03-01 {late[student]} UTC", encoding="utf-8")
    folder = checkout.project.build / "submitted" / "late" / NAME
    (folder / "figures").mkdir()
    (folder / "figures" / "plot.txt").write_text("a plot", encoding="utf-8")
    (folder / "data.csv").write_text("mine", encoding="utf-8")
    (folder / "helpers.pyc").write_bytes(b"ignored")
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "old.txt").write_text("ignored", encoding="utf-8")
    (checkout.project.build / "source" / NAME / "data.csv").write_text("the course's", encoding="utf-8")


def by_hand(checkout: Checkout) -> None:
    """What a person enters in formgrader between two runs; and a file that is handed in no more."""
    with book(checkout) as gradebook:
        for student, name, score in (("late", "p-99-1-checks", 1.5), ("punctual", "p-99-4", 2.0)):
            grade = gradebook.find_grade(name, NAME, NAME, student)
            grade.manual_score, grade.extra_credit, grade.needs_manual_grade = score, 0.25, False
        gradebook.find_comment("p-99-4", NAME, NAME, "punctual").manual_comment = "Well said."
        gradebook.grant_extension(NAME, "very-late", hours=24)
        gradebook.db.commit()
    (checkout.project.build / "submitted" / "late" / NAME / "figures" / "plot.txt").unlink()


@contextmanager
def book(checkout: Checkout) -> Iterator[Gradebook]:
    with Gradebook(f"sqlite:///{checkout.project.build / 'gradebook.db'}") as found:
        yield found


def gradebook_rows(checkout: Checkout) -> dict[str, Any]:
    """All that formgrader shows of a chapter, without the ids that nbgrader draws."""
    rows = {}
    with book(checkout) as gradebook:
        for submission in gradebook.assignment_submissions(NAME):
            (notebook,) = submission.notebooks
            plain = {**submission.to_dict(), **notebook.to_dict()}
            plain.update(
                penalty=notebook.late_submission_penalty,
                extension=submission.extension,
                timestamp=submission.timestamp,
                grades={
                    (g.name, g.cell_type): (
                        g.auto_score, g.manual_score, g.extra_credit, g.score, g.max_score, g.needs_manual_grade,
                        g.failed_tests,
                    )
                    for g in notebook.grades
                },
                comments={c.name: (c.auto_comment, c.manual_comment, c.comment) for c in notebook.comments},
            )  # fmt: skip
            rows[submission.student.id] = {key: value for key, value in plain.items() if key != "id"}
    return rows


def filed(checkout: Checkout) -> dict[str, tuple[bytes, int]]:
    """Each file under ``autograded``, with its permissions."""
    folder = checkout.project.build / "autograded"
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mode) for path in files}


def test_the_gradebook_is_what_nbgrader_leaves(twins: tuple[Checkout, Checkout]) -> None:
    ours, theirs = map(gradebook_rows, twins)
    assert sorted(ours) == ["excused", "late", "punctual", "undated", "untouched", "very-late"]
    assert ours == theirs
    assert ours["late"]["penalty"] == pytest.approx(0.75, abs=0.01)
    assert ours["excused"]["penalty"] is None
    assert ours["very-late"]["penalty"] is None, "the extension came before the second run"
    assert ours["late"]["grades"]["p-99-1-checks", "code"][:3] == (4.0, 1.5, 0.25)
    assert ours["untouched"]["comments"]["p-99-4"][0] == "No response."
    by_hand = ours["late"]["grades"]["p-99-1-checks", "code"], ours["punctual"]["grades"]["p-99-4", "markdown"]
    assert [row[5] for row in by_hand] == [False, False], "the answers are the same, and a person has read them"
    assert ours["late"]["grades"]["p-99-4", "markdown"][5] is True


def test_the_filed_notebooks_are_what_nbgrader_leaves(twins: tuple[Checkout, Checkout]) -> None:
    ours, theirs = map(filed, twins)
    assert f"late/{NAME}/data.csv" in ours
    assert f"late/{NAME}/figures/plot.txt" not in ours
    assert ours[f"late/{NAME}/data.csv"][0] == b"the course's"
    assert ours == theirs


def test_links_in_a_hand_in_are_not_followed(twins: tuple[Checkout, Checkout], tmp_path: Path) -> None:
    ours, _ = twins
    (tmp_path / "secret").write_text("not the student's", encoding="utf-8")
    folder = ours.hand_in("linker", ours.notebook("release"))
    (folder / "mine.txt").symlink_to(tmp_path / "secret")
    (folder / "timestamp.txt").symlink_to(tmp_path / "secret")
    assert ours.grade("--student", "linker")["linker"]["status"] == "graded"
    names = {Path(name).name for name in filed(ours) if name.startswith("linker")}
    assert names == {f"{NAME}.ipynb", "data.csv"}, "the latter is the course's"
    shutil.rmtree(folder.parent)


# --- one entry at a time ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gradebook that knows a chapter with one graded cell."""
    path = tmp_path_factory.mktemp("gradebook") / "gradebook.db"
    with alembic_in_process(), Gradebook(f"sqlite:///{path}") as made:
        made.add_assignment(NAME)
        made.add_notebook(NAME, NAME)
        made.add_grade_cell("checks", NAME, NAME, max_score=4, cell_type="code")
        made.add_solution_cell("answer", NAME, NAME)
    return path


@pytest.fixture
def database(blank: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(blank, tmp_path / "gradebook.db"))


def entry(student: str = "ada", score: float | None = 3.0) -> GradebookEntry:
    return GradebookEntry(student, {"checks": score}, {"answer": None})


def score_of(database: Path, student: str) -> float | None:
    with Gradebook(f"sqlite:///{database}") as found:
        return found.find_grade("checks", NAME, NAME, student).auto_score  # type: ignore[no-any-return]


HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held(database: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process holds the write lock until it is told to end."""
    command = [sys.executable, "-c", HOLDER, str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder
        holder.kill()


def wait_for_a_held_gradebook(database: Path, seconds: float, patience: float) -> list[str]:
    said: list[str] = []
    with held(database) as holder, Recorder(f"sqlite:///{database}", NAME, patience=patience, tell=said.append) as made:
        timer = threading.Timer(seconds, holder.kill)
        timer.start()
        made.record(entry())
        timer.join()
    assert score_of(database, "ada") == 3.0
    return said


def test_a_held_gradebook_is_waited_for(database: Path) -> None:
    assert wait_for_a_held_gradebook(database, seconds=3, patience=60) == [
        "The gradebook is locked by another program; waiting for up to 60 s."
    ]


@pytest.mark.full
def test_a_gradebook_held_for_a_minute_is_waited_for(database: Path) -> None:
    assert wait_for_a_held_gradebook(database, seconds=60, patience=90)


def test_a_gradebook_held_too_long_is_an_error_that_says_what_to_do(database: Path) -> None:
    with (
        held(database),
        Recorder(f"sqlite:///{database}", NAME, patience=0.5) as made,
        pytest.raises(EngineError, match=r"locked by another program for 0.5 s. End that program .* run again"),
    ):
        made.record(entry())


def fill(recorder: Recorder) -> None:
    for number in range(200):
        recorder.record(entry(f"student-{number}"))


def test_a_full_gradebook_keeps_what_was_in_it(database: Path) -> None:
    with Recorder(f"sqlite:///{database}", NAME) as made:
        made.record(entry())
        with made._engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(EngineError, match=r"database or disk is full.*free some space, and run again"):
            fill(made)
    assert score_of(database, "ada") == 3.0


def test_an_entry_is_written_as_a_whole_or_not_at_all(database: Path) -> None:
    with Recorder(f"sqlite:///{database}", NAME) as made:
        made.record(entry())
        with pytest.raises(EngineError, match=f"does not know the cell elsewhere of {NAME}: run `course release"):
            made.record(GradebookEntry("ada", {"checks": 1.0, "elsewhere": 1.0}, {}))
    assert score_of(database, "ada") == 3.0


def test_an_unknown_chapter_is_an_error_that_says_what_to_do(database: Path, tmp_path: Path) -> None:
    for path, chapter in ((database, "ch98_none"), (tmp_path / "empty.db", NAME)):
        with (
            Recorder(f"sqlite:///{path}", chapter) as made,
            pytest.raises(EngineError, match=f"does not know {chapter}: run `course release"),
        ):
            made.record(entry())


def test_what_is_not_a_database_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "gradebook.db").write_text("no database, but a text of some length" * 100, encoding="utf-8")
    with (
        Recorder(f"sqlite:///{tmp_path / 'gradebook.db'}", NAME) as made,
        pytest.raises(EngineError, match=r"The gradebook can't be written to"),
    ):
        made.record(entry())


def test_what_was_not_judged_asks_for_a_person(database: Path) -> None:
    with Recorder(f"sqlite:///{database}", NAME) as made:
        made.record(entry(score=3.0))
        made.record(entry(score=None))
    with sqlite3.connect(database) as connection:
        assert connection.execute("SELECT auto_score, needs_manual_grade FROM grade").fetchall() == [(None, 1)]
    connection.close()


def answered(text: str) -> GradebookEntry:
    return GradebookEntry("ada", {"checks": 3.0}, {"answer": None}, answers={"checks": text})


def test_a_grade_by_hand_is_of_the_answer_that_was_read(database: Path) -> None:
    with Recorder(f"sqlite:///{database}", NAME) as made:

        def after(text: str) -> bool:
            made.record(answered(text))
            with Gradebook(f"sqlite:///{database}") as found:
                return bool(found.find_grade("checks", NAME, NAME, "ada").needs_manual_grade)

        def as_formgrader(score: float | None) -> None:
            with Gradebook(f"sqlite:///{database}") as found:
                grade = found.find_grade("checks", NAME, NAME, "ada")
                grade.manual_score, grade.needs_manual_grade = score, False
                found.db.commit()

        assert after("first") is False
        as_formgrader(1.0)
        assert after("first") is False, "graded again, and unchanged"
        assert after("second") is True, "rewritten"
        assert after("second") is True, "nobody has read that yet"
        assert after("first") is False, "what was read once"
        assert after("second") is True
        as_formgrader(2.0)
        assert after("second") is False
        assert after("first") is True
        as_formgrader(None)
        assert after("third") is False, "the machine's points stand"


def test_a_grade_by_hand_of_which_no_answer_is_known_is_flagged_as_nbgrader_does_it(database: Path) -> None:
    with Recorder(f"sqlite:///{database}", NAME) as made:
        made.record(entry())
        made.transact(lambda connection: connection.exec_driver_sql("DROP TABLE course_answer"))
        made.transact(lambda connection: connection.exec_driver_sql("UPDATE grade SET manual_score = 1"))
        made.record(entry())
    with sqlite3.connect(database) as connection:
        assert connection.execute("SELECT manual_score, needs_manual_grade FROM grade").fetchall() == [(1, 1)]
    connection.close()


@pytest.mark.parametrize("text", ["not a time", "2026-13-45 99:99", "\0"])
def test_a_damaged_timestamp_is_an_error_that_names_the_file(text: str, tmp_path: Path) -> None:
    (tmp_path / "timestamp.txt").write_text(text, encoding="utf-8")
    with pytest.raises(EngineError, match=r"timestamp\.txt holds no time"):
        read_timestamp(tmp_path)


@pytest.mark.parametrize("text", ["", "   \n"])
def test_an_empty_timestamp_is_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "timestamp.txt").write_text(text, encoding="utf-8")
    assert read_timestamp(tmp_path) is None


def test_a_timestamp_is_stored_in_utc(tmp_path: Path) -> None:
    (tmp_path / "timestamp.txt").write_text("2026-03-01T12:00:00+02:00", encoding="utf-8")
    assert read_timestamp(tmp_path) == datetime.datetime(2026, 3, 1, 10, 0)
