"""A simulated class through the whole flow: what comes out is what was put in."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from benchmarks.commands import simulate as command
from benchmarks.simulated import simulate
from benchmarks.truth import Truth, compare, read_truth, truth_path
from course.errors import CourseError, SetupError
from course.syllabus import Chapter, load_syllabus
from tests.support.checkout import Checkout, make_checkout
from tests.support.minichapter import NAME

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
COUNT, SEED = 7, 311  # a class in which there is some of everything


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    checkout = make_checkout(tmp_path_factory.mktemp("simulated"))
    checkout.run("course", "release", NAME)
    checkout.run("course", "due", NAME, "2026-03-01 12:00")
    return checkout


@pytest.fixture(scope="module")
def chapter(checkout: Checkout) -> Chapter:
    return load_syllabus(checkout.project.syllabus).find(NAME)


@pytest.fixture(scope="module")
def truth(checkout: Checkout, chapter: Chapter) -> Truth:
    return simulate(checkout.project, chapter, COUNT, SEED)


@pytest.fixture(scope="module")
def rows(checkout: Checkout, truth: Truth) -> dict[str, dict[str, Any]]:
    return checkout.grade()


@pytest.fixture
def here(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("COURSE_ROOT", str(checkout.root))
    monkeypatch.setenv("COLUMNS", "200")
    mask = os.umask(0o077)
    yield
    os.umask(mask)


def run(*words: str, ok: int = 0) -> str:
    one = typer.Typer()
    one.command()(command)
    done = CliRunner().invoke(one, [NAME, *words])
    if isinstance(done.exception, CourseError):
        raise done.exception
    assert done.exit_code == ok, done.output
    return " ".join(done.output.split())


def given(truth: Truth, kind: str) -> list[tuple[str, str]]:
    return [(name, id_) for name, mine in truth.students.items() for id_, one in mine.items() if one.kind == kind]


def test_there_is_some_of_everything(checkout: Checkout, truth: Truth) -> None:
    assert len(truth.students) == COUNT - 1 and len(truth.absent) == 1
    assert len(given(truth, "mutant")) == 5 and len(given(truth, "nothing")) == 2
    assert sum(bool(truth.students[name][id_].name) for name, id_ in given(truth, "right")) == 4, "alternatives"
    submitted = checkout.project.build / "submitted"
    assert sorted(path.name for path in submitted.iterdir()) == sorted(truth.students)
    texts = {(path / NAME / f"{NAME}.ipynb").read_text("utf-8") for path in submitted.iterdir()}
    assert len(texts) == len(truth.students) and not any("SOLUTION" in text for text in texts)


def test_grades_are_what_the_class_was_given(truth: Truth, rows: dict[str, dict[str, Any]]) -> None:
    for name, mine in truth.students.items():
        for part in rows[name]["exercises"]:
            one = mine[part["exercise"]]
            if part["grade_id"].endswith("-checks"):
                full = {"right": True, "nothing": False, "mutant": False}[one.kind]
                assert (part["score"] == part["max_score"]) == full, (name, part)
                assert part["score"] == 0 or one.kind != "nothing"
    assert rows[truth.absent[0]]["status"] == "missing"


@pytest.mark.usefixtures("rows")
def test_feedback_report_and_export_say_the_same(checkout: Checkout, chapter: Chapter, truth: Truth) -> None:
    found = list(compare(checkout.project, chapter, truth))
    assert [row for row in found if row["holds"] is False] == []
    assert sum(row["hand_ins"] for row in found) == 4 * len(truth.students) + 1
    wrong = [row for row in found if row["named"] is not None]
    assert sum(row["hand_ins"] for row in wrong) == sum(row["as_it_must"] for row in wrong) == 5
    assert sum(row["named"] for row in wrong) == 5, "nothing in this chapter shows in the same way as another"

    checkout.run("course", "feedback", NAME)
    sentences = {name: sentence for _, sentence, name in truth.misconceptions}
    for name, id_ in given(truth, "mutant"):
        page = (checkout.project.build / "feedback" / name / NAME / f"{NAME}.html").read_text("utf-8")
        assert sentences[truth.students[name][id_].name] in page
    checkout.run("course", "report", NAME)
    report = (checkout.project.build / "report" / f"{NAME}.html").read_text("utf-8")
    assert all(sentences[truth.students[name][id_].name] in report for name, id_ in given(truth, "mutant"))
    lines = list(csv.DictReader(io.StringIO(checkout.run("course", "export", NAME).stdout)))
    assert {one["student"]: one["state"] for one in lines} == {
        **dict.fromkeys(truth.students, "graded"), **dict.fromkeys(truth.absent, "not handed in")
    }  # fmt: skip


@pytest.mark.usefixtures("rows", "here")
def test_what_does_not_hold_is_named(checkout: Checkout, chapter: Chapter, truth: Truth) -> None:
    table = run("--compare")
    assert "What the class of ch99 was given" in table and "NO" not in table
    path = truth_path(checkout.project, chapter)
    name, id_ = given(truth, "mutant")[0]
    content = truth.model_dump(mode="json")
    content["students"][name][id_] = {"kind": "right", "name": "", "replaces": "", "fails": []}
    path.write_text(json.dumps(content), encoding="utf-8")
    try:
        lost = [row for row in json.loads(run("--compare", "--json", ok=1)) if row["holds"] is False]
        assert [(row["exercise"], row["given"], row["detail"]) for row in lost] == [(id_, "right", name)]
        path.write_text("{", encoding="utf-8")
        with pytest.raises(SetupError, match="No class has been simulated here for ch99_mini: run `course simulate"):
            run("--compare")
    finally:
        path.write_text(truth.model_dump_json(), encoding="utf-8")
    assert read_truth(checkout.project, chapter) == truth


@pytest.mark.usefixtures("rows", "here")
def test_a_seed_makes_the_same_class_again_and_nobody_elses_work_is_touched(
    checkout: Checkout, chapter: Chapter, truth: Truth
) -> None:
    """Last of all, since the class is another afterwards."""
    submitted = checkout.project.build / "submitted"
    before = {path: path.read_text("utf-8") for path in sorted(submitted.rglob("*")) if path.is_file()}
    assert any(path.name == "timestamp.txt" for path in before)
    said = run(str(COUNT), "--seed", str(SEED))
    assert said.startswith(f"6 of {COUNT} students have handed in {NAME}. Next: course grade ch99")
    assert {path: path.read_text("utf-8") for path in sorted(submitted.rglob("*")) if path.is_file()} == before
    assert json.loads(run("3", "--seed", "2", "--json"))["seed"] == 2
    assert len(list(submitted.glob(f"*/{NAME}/{NAME}.ipynb"))) <= 3
    checkout.hand_in("ada", checkout.notebook("release"))
    with pytest.raises(
        SetupError, match=r"ada has handed in ch99_mini: a simulated class is for a build folder of its"
    ):
        run("3")
    assert (submitted / "ada" / NAME / f"{NAME}.ipynb").is_file()
