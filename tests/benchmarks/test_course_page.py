"""The table of all chapters tells what is there; its seconds are measured, or said not to be."""

from __future__ import annotations

import pytest

from benchmarks import course_page
from benchmarks.course_page import PAGE, known, measured, page
from benchmarks.meter import Measurement
from course.errors import EngineError
from course.project import Project
from tests.support.checkout import ROOT


def test_the_page_is_that_of_the_chapters() -> None:
    there = (ROOT / PAGE).read_text(encoding="utf-8")
    assert there == page(Project.find(), known(there)), "write it anew: python -m benchmarks.course_page"


def test_a_page_keeps_its_seconds() -> None:
    text = page(Project.find(), {"ch03": "87", "ch13": "1,024"})
    assert {name: cost for name, cost in known(text).items() if cost != "not measured"} == {
        "ch03": "87",
        "ch13": "1,024",
    }
    assert page(Project.find(), known(text)) == text


def test_grading_the_right_answers_is_what_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def measure(command: list[str], *_: object) -> Measurement:
        asked.append(command[1:])
        return Measurement(9.0, 12.6, "waiting", 0, "a warning\n[24.0, 24.0]\n", "")

    monkeypatch.setattr(course_page, "measure", measure)
    assert measured(Project.find(), ["ch03"]) == {"ch03": "13"}
    assert asked == [["-m", "benchmarks.course_page", "--grade", "ch03"]]


def test_seconds_of_what_was_graded_wrongly_are_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course_page, "measure", lambda *_: Measurement(9.0, 12.6, "waiting", 0, "[20.0, 24.0]", ""))
    with pytest.raises(EngineError, match=r"ch03 got 20 of 24 points"):
        measured(Project.find(), ["ch03"])
