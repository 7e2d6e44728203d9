"""`course submit` in a course that gives instant feedback, as a student in a terminal sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from course.cli import app
from course.errors import ExchangeRefusal
from course.exchange.verdict import FILE, ExerciseVerdict, Verdict
from hub_config.exchange.records import Bundle
from hub_config.exchange.rules import Exchange
from tests.support.exchange_server import client, folder_of, make_exchange, serving

CHAPTER = "ch03_classification"
ROW = ExerciseVerdict(
    exercise="p.03.2", title="Shifts [bold]", word="partial marks", symbol="◐", score=2.4, max_score=4,
    sentence="Pixels shifted in are 0; [red]nothing[/red] wraps round.",
)  # fmt: skip


@pytest.fixture
def exchange(tmp_path: Path) -> Exchange:
    return make_exchange(tmp_path / "exchange", tries=2)


@pytest.fixture
def url(exchange: Exchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with serving(exchange) as url:
        client(url, "grace").release("ml", CHAPTER, folder_of(tmp_path / "release", {f"{CHAPTER}.ipynb": "task"}))
        folder_of(tmp_path / "laptop" / CHAPTER, {f"{CHAPTER}.ipynb": "answer"})
        monkeypatch.chdir(tmp_path / "laptop")
        monkeypatch.setenv("COURSE_HUB_TOKEN", "ada")
        monkeypatch.setattr("course.console.out.width", 200)
        yield url.removesuffix("/services/exchange")


def submit(url: str, *words: str) -> str:
    result = CliRunner().invoke(app, ("submit", "ch03", "--hub", url, *words))
    if isinstance(result.exception, ExchangeRefusal):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def answers(exchange: Exchange, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have each hand-in answered, when the student has looked once in vain."""

    def answer(kind: str, text: str = "", **fields: object) -> None:
        def give(seconds: float) -> None:
            (one,) = client(url, "grace").waiting("ml")
            row = {"submission": one.id, "chapter": CHAPTER, "complete": kind == "instant", **fields}
            page = {FILE: text or Verdict.model_validate(row).model_dump_json(), f"{CHAPTER}.html": kind}
            mine = client(url, "grace").find(one.id)
            client(url, "grace").give_feedback(mine, folder_of(tmp_path / kind, page), kind)

        monkeypatch.setattr(
            "course.exchange.verdict.await_verdict.__kwdefaults__", {"clock": lambda: 0.0, "sleep": give}
        )

    return answer


def test_the_sentence_of_each_exercise_is_shown(url: str, answers: Callable[..., None]) -> None:
    answers("instant", score=2.4, max_score=4, sentences=["Cell 4 was [interrupted]."], exercises=[ROW])
    shown = submit(url)
    assert "You may hand it in once more within the hour." in shown
    for words in ("p.03.2 Shifts [bold]", "partial marks", "2.4 of 4", ROW.sentence, "Cell 4 was [interrupted]."):
        assert words in shown
    assert "Together: 2.4 of 4 points." in shown
    result = CliRunner().invoke(app, ("fetch", "ch03", "--feedback", "--hub", url))
    assert result.exit_code == 0
    (page,) = Path(CHAPTER, "feedback").rglob("*.html")
    assert page.read_text() == "instant"


def test_what_has_changed_is_shown(url: str, answers: Callable[..., None]) -> None:
    row = ROW.model_copy(update={"change": "+1 point: “It [bold]moves” is kept now."})
    answers("instant", score=2.4, max_score=4, exercises=[row], change="Since your hand-in before this one: +1 point.")
    shown = submit(url)
    assert "+1 point: “It [bold]moves” is kept now." in shown
    assert "Since your hand-in before this one: +1 point." in shown


def test_points_that_are_not_told_are_not_shown(url: str, answers: Callable[..., None]) -> None:
    answers("instant", max_score=4, exercises=[ROW.model_copy(update={"score": None})])
    shown = submit(url)
    assert "4 possible" in shown
    assert "Together" not in shown


def test_trouble_of_the_grader_is_told_at_once(url: str, answers: Callable[..., None]) -> None:
    answers("delay", sentences=["This could not be graded now. Your hand-in is safe."])
    assert "Your hand-in is safe" in submit(url)


def test_what_is_no_verdict_does_no_harm(url: str, answers: Callable[..., None]) -> None:
    answers("instant", text="{")
    assert "Your hand-in is safe, but its feedback can't be shown now" in submit(url)


@pytest.mark.parametrize("words", [("--no-wait",), ("--wait", "0")])
def test_nobody_has_to_wait(url: str, words: tuple[str, ...]) -> None:
    assert "Feedback, once it is there: course fetch ch03 --feedback" in submit(url, *words)


def test_what_was_handed_in_is_safe_when_the_time_is_over(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter(range(0, 1000, 20))
    monkeypatch.setattr(
        "course.exchange.verdict.await_verdict.__kwdefaults__",
        {"clock": lambda: float(next(moments)), "sleep": lambda seconds: None},
    )
    assert "Feedback, once it is there" in submit(url)
    assert len(client(url, "grace").waiting("ml")) == 1


def test_the_limit_says_when_the_next_try_is_taken(url: str, exchange: Exchange) -> None:
    told: list[Bundle] = []
    exchange.told = told.append
    assert "hand it in once more" in submit(url, "--no-wait")
    assert "hand it in no more" in submit(url, "--no-wait")
    with pytest.raises(ExchangeRefusal, match=r"2 hand-ins in an hour is all that is taken: try again in 60 minutes\."):
        submit(url)
    assert len(told) == 2


def test_a_course_without_feedback_at_once_does_not_wait(url: str, exchange: Exchange) -> None:
    exchange.tries = {}
    shown = submit(url)
    assert "receipt" in shown
    assert "eedback" not in shown
