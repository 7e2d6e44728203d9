"""`course fetch` and `course submit`, as a student on a laptop types them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from course.cli import app
from course.errors import CourseError
from hub_config.exchange.callers import Caller
from tests.support import exchange_server
from tests.support.exchange_server import client, folder_of, make_exchange, serving


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with serving(make_exchange(tmp_path / "exchange")) as url:
        release = folder_of(tmp_path / "release", {"ch03_classification.ipynb": "task"})
        client(url, "grace").release("ml", "ch03_classification", release)
        (tmp_path / "laptop").mkdir()
        monkeypatch.chdir(tmp_path / "laptop")
        monkeypatch.setenv("COURSE_HUB_TOKEN", "ada")
        monkeypatch.delenv("COURSE_EXCHANGE_URL", raising=False)
        monkeypatch.setattr("course.exchange.client._PAUSES", ())
        yield url.removesuffix("/services/exchange")


def run(*words: str) -> Result:
    result = CliRunner().invoke(app, words)
    if isinstance(result.exception, CourseError):
        raise result.exception
    return result


def test_a_student_on_a_laptop(url: str, tmp_path: Path) -> None:
    assert "Fetched ch03_classification" in run("fetch", "ch03", "--hub", url).output
    Path("ch03_classification/ch03_classification.ipynb").write_text("answer")
    receipt = run("submit", "ch03", "--hub", url).output
    (handed_in,) = client(url, "grace").submissions("ml")
    assert handed_in.id in "".join(receipt.split())
    assert handed_in.student == "ada"
    assert "no feedback yet" in run("fetch", "ch03", "--feedback", "--hub", url).output
    client(url, "grace").give_feedback(handed_in, folder_of(tmp_path / "page", {"ch03_classification.html": "good"}))
    assert "Feedback on what" in run("fetch", "ch03", "--feedback", "--hub", url).output
    (page,) = Path("ch03_classification/feedback").rglob("*.html")
    assert page.read_text() == "good"
    run("submit", "ch03", "--hub", url)
    assert [one.path for one in client(url, "grace").submissions("ml")[-1].manifest.files] == [
        "ch03_classification.ipynb"
    ]


def test_the_work_that_is_there_stays(url: str) -> None:
    run("fetch", "ch03", "--hub", url)
    Path("ch03_classification/ch03_classification.ipynb").write_text("answer")
    with pytest.raises(CourseError, match="move it away"):
        run("fetch", "ch03", "--hub", url)
    assert Path("ch03_classification/ch03_classification.ipynb").read_text() == "answer"


@pytest.mark.parametrize(
    ("who", "words", "why"),
    [
        ("ada", ("fetch", "ch9"), "Released: ch03_classification"),
        ("ada", ("submit", "ch03"), "fetch it first"),
        ("ada", ("fetch", "ch03", "--course", "art"), "not in a course"),
        ("nobody", ("fetch", "ch03"), "ask your instructor"),
        ("mallory", ("fetch", "ch03"), "does not know your token"),
        ("twice", ("fetch", "ch03"), "name the course with --course. Yours: art, ml"),
    ],
)
def test_what_is_wrong_is_said(
    url: str, monkeypatch: pytest.MonkeyPatch, who: str, words: tuple[str, ...], why: str
) -> None:
    both = Caller("twice", frozenset({"nbgrader-ml", "nbgrader-art"})).groups
    monkeypatch.setitem(exchange_server.PEOPLE, "twice", both)  # type: ignore[arg-type]
    monkeypatch.setenv("COURSE_HUB_TOKEN", who)
    with pytest.raises(CourseError, match=why):
        run(*words, "--hub", url)


def test_without_a_token_the_page_to_get_one_is_named(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COURSE_HUB_TOKEN")
    monkeypatch.delenv("JUPYTERHUB_API_TOKEN", raising=False)
    with pytest.raises(CourseError, match="hub/token"):
        run("fetch", "ch03", "--hub", url)
