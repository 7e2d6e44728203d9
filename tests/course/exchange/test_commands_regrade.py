"""`course regrade-request`, as a student in a terminal sees it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from course.errors import CourseError
from course.exchange.commands import regrade_request
from tests.support.exchange_server import client, folder_of, make_exchange, serving

CHAPTER = "ch03_classification"
CELLS = [{"metadata": {"course": {"exercise": name}}} for name in ("p.03.1", "p.03.2")]
NOTEBOOK = json.dumps({"cells": [*CELLS, {"metadata": {}}]})


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A hub on which ada has handed in."""
    with serving(make_exchange(tmp_path / "exchange")) as url:
        client(url, "grace").release("ml", CHAPTER, folder_of(tmp_path / "release", {f"{CHAPTER}.ipynb": NOTEBOOK}))
        client(url, "ada").submit("ml", CHAPTER, folder_of(tmp_path / "mine", {f"{CHAPTER}.ipynb": "answer"}))
        monkeypatch.setenv("COURSE_HUB_TOKEN", "ada")
        monkeypatch.setenv("COURSE_EXCHANGE_URL", url)
        monkeypatch.setattr("course.exchange.client._PAUSES", ())
        monkeypatch.setattr("course.console.out.width", 200)
        yield url


def run(*words: str) -> str:
    app = typer.Typer()
    app.command()(regrade_request)
    result = CliRunner().invoke(app, words)
    if isinstance(result.exception, CourseError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def grade(url: str, tmp_path: Path) -> None:
    (mine,) = client(url, "grace").submissions("ml", CHAPTER)
    client(url, "grace").give_feedback(mine, folder_of(tmp_path / "page", {f"{CHAPTER}.html": "page"}))


def test_a_question_and_its_answer_in_the_same_place(url: str, tmp_path: Path) -> None:
    assert "You have not asked about anything here." in run("ch03")
    grade(url, tmp_path)
    said = run("ch03", "p.03.2", "It [bold]is[/bold] one wider.")
    assert "Asked about p.03.2. The answer will be on your feedback page, and here." in said
    assert "p.03.2: It [bold]is[/bold] one wider." in said
    assert "not answered yet" in run("ch03")
    (asked,) = client(url, "grace").regrade_requests("ml")
    client(url, "grace").answer_request(asked, "So it is: [red] points.")
    assert "So it is: [red] points." in run("ch03")


def test_what_is_wrong_with_a_question_is_said_before_it_is_asked(url: str, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="has not been graded yet: ask once your instructor's feedback is there"):
        run("ch03", "p.03.2", "Why?")
    grade(url, tmp_path)
    with pytest.raises(CourseError, match=r"Say why, in a sentence: course regrade-request ch03 p\.03\.2"):
        run("ch03", "p.03.2", "  ")
    with pytest.raises(CourseError, match="700 characters are too many: 600 are taken"):
        run("ch03", "p.03.2", "x" * 700)
    with pytest.raises(CourseError, match=r"no exercise 'p\.3\.2'\. Did you mean 'p\.03\.2'\?"):
        run("ch03", "p.3.2", "Why?")
    assert client(url, "grace").regrade_requests("ml") == []


def test_an_assignment_that_names_no_exercises_can_be_asked_about(url: str, tmp_path: Path) -> None:
    for notebook in ("task", '{"cells": [{"metadata": null}]}'):
        again = folder_of(tmp_path / "release", {f"{CHAPTER}.ipynb": notebook})
        client(url, "grace").release("ml", CHAPTER, again, force=True)
    grade(url, tmp_path)
    assert "Asked about question-1." in run("ch03", "question-1", "Why?")
