"""`course regrade-requests`: a student's sentence, the answer, its points, and all of it on the feedback page."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer
from nbformat.v4 import new_markdown_cell, new_notebook
from typer.testing import CliRunner

from autograder.classroom.commands import regrade_requests
from autograder.classroom.fingerprints import Fingerprints
from autograder.classroom.pages import feedback_class
from autograder.classroom.store import Store
from autograder.engine.judging.grade import Graded
from autograder.engine.result import ExerciseStatus, Result, Status
from course.errors import CourseError, SetupError
from tests.support.checkout import Checkout, make_checkout
from tests.support.exchange_server import client, folder_of, make_exchange, serving
from tests.support.feedback_samples import code, exercise, text
from tests.support.minichapter import NAME

WRONG = "def double(values):\n    return values"
WHY = "It says <twice>, and that is what [bold]mine[/bold] does."


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout in which ada and ben are graded."""
    checkout = make_checkout(tmp_path_factory.mktemp("requests"))
    checkout.run("course", "release", NAME)
    for name in ("ada", "ben"):
        checkout.hand_in(name, checkout.answered(p_99_1_double=WRONG))
    checkout.grade()
    return checkout


@pytest.fixture(scope="module")
def url(graded: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An exchange on which ada has her feedback."""
    folder = tmp_path_factory.mktemp("exchange")
    with serving(make_exchange(folder / "kept")) as url:
        files = {f"{NAME}.ipynb": json.dumps(graded.notebook("release"))}
        client(url, "grace").release("ml", NAME, folder_of(folder / "release", files))
        mine = client(url, "ada").submit("ml", NAME, folder_of(folder / "mine", files))
        client(url, "grace").give_feedback(mine, folder_of(folder / "page", {f"{NAME}.html": "page"}))
        yield url


@dataclass
class Desk:
    """A grader at the checkout's terminal: the command, without a process of its own each time."""

    checkout: Checkout

    def run(self, *words: str, ok: int = 0) -> str:
        """Return what is said, on one line, an error's sentence included."""
        app = typer.Typer()
        app.command()(regrade_requests)
        done = CliRunner().invoke(app, words)
        assert done.exit_code == ok, (done.output, done.exception)
        return " ".join(f"{done.output}{done.exception if isinstance(done.exception, CourseError) else ''}".split())

    def open(self, *words: str) -> list[dict[str, Any]]:
        return json.loads(self.run(NAME, "--json", *words))  # type: ignore[no-any-return]

    def page(self, student: str = "ada") -> str:
        chosen = frozenset({student})
        (path,) = feedback_class(self.checkout.project, NAME, model_answers=False, students=chosen)
        return path.read_text(encoding="utf-8")


@pytest.fixture
def desk(graded: Checkout, url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("COURSE_ROOT", str(graded.root))
    monkeypatch.setenv("COURSE_EXCHANGE_URL", url)
    monkeypatch.setenv("COURSE_HUB_TOKEN", "grace")
    monkeypatch.setattr("sys.path", list(sys.path))
    monkeypatch.setattr("course.console.out.width", 300)
    monkeypatch.setattr("course.exchange.client._PAUSES", ())
    mask = os.umask(0o077)
    yield Desk(graded)
    os.umask(mask)


def ask(url: str, exercise: str, why: str = WHY) -> str:
    return client(url, "ada").request_regrade("ml", NAME, exercise, why).id


def test_from_the_question_to_the_answer_on_the_page(desk: Desk, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No regrade request is open." in desk.run()
    assert "course regrade-request ch99 p.99.1 " in desk.page()
    assert "user-redirect" not in desk.page(), "which course it is, the hub says"
    monkeypatch.setenv("COURSE_ID", "ml")
    there = f"/hub/user-redirect/course/regrade-request?course=ml&amp;assignment={NAME}&amp;exercise=p.99.1"
    assert f'<a href="{there}" target="_blank"' in desk.page()
    id_ = ask(url, "p.99.1")
    said = desk.run("ch99")
    assert f"{id_[:8]} ada, {NAME} p.99.1 asks: {WHY} has: 0 of 4; not kept: “Every value comes back doubled”" in said
    assert [(one["student"], one["text"]) for one in desk.open()] == [("ada", WHY)]
    waiting = desk.page()
    assert "It says &lt;twice&gt;, and that is" in waiting and "Not answered yet." in waiting
    assert "course regrade-request ch99 p.99.1 " not in waiting

    for points, says in (("5", "from 0 to 4 points: 5 can't be given"), ("-1", "from 0 to 4 points")):
        assert says in desk.run("ch99", "Yes.", "--answer", id_[:6], "--points", points, ok=1)
    assert "no part of p.99.1 called 'p-99-9'" in desk.run(
        "ch99", "Yes.", "--answer", id_[:6], "--points", "1", "--part", "p-99-9", ok=1
    )
    assert desk.open()[0]["answer"] == "", "nothing was sent"

    said = desk.run("ch99", "You are right: `double` is fine.", "--answer", id_[:6].upper(), "--points", "3.5")
    assert "In the gradebook: 3.5 points for p-99-1-checks of ada." in said
    assert "Answered ada on p.99.1." in said and "Next: course feedback ch99 --student ada" in said
    assert "No regrade request is open." in desk.run(NAME)
    assert [one["answer"] for one in desk.open("--all")] == ["You are right: `double` is fine."]
    (answered,) = client(url, "ada").regrade_requests("ml")
    assert answered.answer == "You are right: `double` is fine."

    page = desk.page()
    assert "You are right: <code>double</code> is fine." in page
    assert "3.5 of 4 points" in page and "Your instructor has decided on these points." in page
    assert "course regrade-request ch99" in page

    again = desk.run("ch99", "You are right: `double` is fine.", "--answer", id_[:6], "--points", "2.5")
    assert "Answered ada on p.99.1." in again, "the same answer again, for who was interrupted"
    assert "has been answered already: “You are right" in desk.run("ch99", "No.", "--answer", id_[:6], ok=1)


def test_what_is_wrong_with_an_answer_is_said_before_anything_is_changed(
    desk: Desk, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_, other = ask(url, "p.99.2"), ask(url, "no-such")
    assert "belong" in desk.run("ch99", "--answer", id_[:8], ok=2)
    assert "belong" in desk.run("ch99", "--points", "1", ok=2)
    assert "No regrade request is called 'ffff'" in desk.run("ch99", "Yes.", "--answer", "ffff", ok=1)
    assert "No regrade request is called" in desk.run("ch99", "Yes.", "--answer", id_[:3], ok=1)
    assert "1 to 600 characters; this has 700" in desk.run("ch99", "x" * 700, "--answer", id_[:8], ok=1)
    assert "name a course that you grade with --course. Yours: ml." in desk.run("--course", "art", ok=1)
    assert "no stored grade of such an exercise" in desk.run()
    assert f"No grade of ada for no-such of {NAME} is stored here" in desk.run(
        "ch99", "Yes.", "--answer", other[:8], "--points", "1", ok=1
    )
    assert not any(one["answer"] for one in desk.open())
    monkeypatch.setenv("COURSE_HUB_TOKEN", "ada")
    assert "Yours: none: ask your hub's operator" in desk.run(ok=1)
    monkeypatch.delenv("COURSE_EXCHANGE_URL")
    assert "Which hub, and who are you?" in desk.run(ok=1)


def test_a_damaged_copy_is_named_and_comes_back(desk: Desk, url: str) -> None:
    assert desk.open("--all")
    copy = desk.checkout.project.build / "requests" / "requests.json"
    copy.write_text("{")
    with pytest.raises(SetupError, match="can't be read, which holds what the exchange has said of regrade requests"):
        desk.page()
    assert "remove it" in desk.run(ok=1)
    copy.unlink()
    assert desk.open("--all")
    assert "You are right" in desk.page()


def test_a_later_grading_keeps_given_points_and_the_page_says_what_has_changed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "hand-in before" not in desk.page("ben")
    desk.checkout.hand_in("ben", desk.checkout.notebook("source"))
    desk.checkout.grade("--fresh")
    page = desk.page("ben")
    assert "Since your hand-in before this one: +4 points." in page
    assert "+4 points: “Every value comes back doubled” is kept now." in page
    assert "hand-in before" not in desk.page("ada"), "it is the same one, and ben's is never compared with"
    assert "2.5 of 4 points" in desk.page("ada"), "what a person has given outlives a grading from nothing"
    monkeypatch.delenv("COURSE_EXCHANGE_URL")
    assert "You are right" in desk.page("ada") and "course regrade-request" not in desk.page("ada")


def test_a_text_that_was_rewritten_is_told_from_one_that_was_not(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def save(*texts: str) -> None:
        cells = [text(f"p.03.{number}", one) for number, one in enumerate(texts)]
        result = Result(chapter="c", student="ada", status=Status.GRADED, exercises=())
        store.save(Fingerprints("".join(texts), {}, ""), Graded(result, new_notebook(cells=cells)))

    save("one", "two")
    assert store.rewritten("ada") == {}, "there was none before"
    save("one", "another")
    assert store.rewritten("ada") == {"p-03-0": False, "p-03-1": True}
    (tmp_path / "ada" / "before.json").write_text('{"result": {}}')
    assert store.rewritten("ada") == {}, "of an earlier version of the grader"


def test_what_was_graded_before_is_of_another_hand_in_that_was_judged(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def save(answer: str, score: float, *, plain: str = "", judged: bool = True) -> None:
        cells = [code("p.03.2", answer), code("p.03.2", f"assert {plain!r}", name="checks"), new_markdown_cell(plain)]
        cells[1].metadata.nbgrader.update(solution=False, grade=True, locked=True)
        status, row = (
            (Status.GRADED, ExerciseStatus.PARTIAL) if judged else (Status.NOT_JUDGED, ExerciseStatus.NOT_JUDGED)
        )
        result = Result(chapter="c", student="ada", status=status, exercises=(exercise(2, "One", row, score),))
        store.save(Fingerprints(answer + plain, {}, ""), Graded(result, new_notebook(cells=cells)))

    def before() -> float | None:
        found = store.before("ada")
        return found.score if found else None

    save("a = 1", 1)
    assert before() is None
    save("a = 1", 2, plain="mended, and released again")
    assert before() is None, "the same hand-in, graded again"
    save("a = 2", 3)
    assert before() == 2
    save("a = 2", 4)
    save("a = 2", 4, plain="mended once more")
    assert before() == 2
    save("a = 3", 0, judged=False)
    save("a = 4", 1)
    assert before() == 4, "not the one that was not judged"
    assert store.before("ben") is None
    (tmp_path / "ada" / "before.json").write_text('{"result": {}}')
    assert store.before("ada") is None
