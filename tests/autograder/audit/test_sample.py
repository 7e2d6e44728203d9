"""A sample of each chapter's automatic mutants, drawn by the date: what its page does not know may not get through."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from autograder.audit.report import advice, page_path
from autograder.audit.sample import _is_known, is_broken, sampled
from course.project import Project
from course.syllabus import Chapter, load_syllabus
from tests.support.chapters import skip_unless_due
from tests.support.checkout import make_checkout
from tests.support.minichapter import NAME

PROJECT = Project(Path(__file__).parents[3])
CHAPTERS = list(load_syllabus(PROJECT.syllabus))


@pytest.mark.parametrize("chapter", CHAPTERS, ids=[chapter.short for chapter in CHAPTERS])
def test_a_sample_of_mutants_is_found_out(chapter: Chapter, pytestconfig: pytest.Config) -> None:
    """A third of the chapters on any day."""
    if not page_path(PROJECT, chapter).exists():
        pytest.skip(f"{chapter.short} has no page yet: nobody knows what gets through")
    skip_unless_due(pytestconfig, chapter.name)
    rows = list(sampled(PROJECT, chapter, 1, datetime.date.today()))
    assert rows
    assert not any(is_broken(row) for row in rows), "\n".join(advice(rows))


@pytest.mark.parametrize(
    ("row", "known"), [("13/13 | 38/40 of 43", True), ("13/13 | 4/8 of 448", False), ("– | – of 0", True)]
)
def test_how_much_a_page_knows(row: str, known: bool) -> None:
    page = (
        f"| exercise | written | automatic |\n|---|---|---|\n| p.9.9 | {row} | 0 |\n| p.9.91 | 1/1 | 1/1 of 9 | 0 |\n"
    )
    assert _is_known(page, "p.9.9") is known


def test_a_proof_is_for_a_person(tmp_path: Path) -> None:
    said = make_checkout(tmp_path).run("course", "check", NAME, "--prove", "--json", ok=2)
    assert "`course audit --json` has its figures" in " ".join(said.stderr.replace("│", " ").split())


ONE_DAY = ("--sample", "--day", "2026-11-29")  # on some days none of the few mutants is about what is broken here


def test_a_check_that_no_longer_checks_is_found(tmp_path: Path) -> None:
    checkout = make_checkout(tmp_path)
    said = checkout.run("course", "audit", NAME, *ONE_DAY, ok=1)
    assert f"run `course audit {NAME.partition('_')[0]} --write` first" in said.stdout + said.stderr
    page = checkout.project.root / "docs" / "audit" / "ch99.md"
    page.parent.mkdir(parents=True)
    page.write_text("| p.99.1 |\n", encoding="utf-8")
    checkout.run("course", "audit", NAME, *ONE_DAY)
    checks = checkout.project.checks / NAME / "test_numbers.py"
    text = checks.read_text(encoding="utf-8")
    asks = "np.testing.assert_array_equal(student.double(values), values + values)"
    assert asks in text
    checks.write_text(text.replace(asks, "student.double(values)"), encoding="utf-8")
    assert "passes. Strengthen test_doubles" in checkout.run("course", "audit", NAME, *ONE_DAY, ok=1).stdout
    checks.write_text(text.replace(asks, "assert True"), encoding="utf-8")
    assert "no check asks for double" in checkout.run("course", "audit", NAME, *ONE_DAY, ok=1).stdout
