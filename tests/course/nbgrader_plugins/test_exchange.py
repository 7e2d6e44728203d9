"""nbgrader's own commands and lists over the hub's exchange."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError, ExchangeFactory
from traitlets.config import Config

from course.exchange.client import ExchangeClient
from course.exchange.policy import VARIABLE, GradePolicy
from course.exchange.verdict import FILE, Verdict
from course.nbgrader_plugins.exchange import configure_exchange, timestamp
from course.nbgrader_plugins.gradebook import alembic_in_process
from hub_config.exchange.rules import Exchange
from tests.support.exchange_server import client, folder_of, serving


@pytest.fixture
def hub(exchange: Exchange, tmp_path: Path) -> Iterator[Hub]:
    with serving(exchange) as url:
        yield Hub(url, tmp_path)


class Hub:
    """What one of the tests' people does with nbgrader."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.course = folder_of(folder / "course", {"release/ch03/ch03.ipynb": "task", "release/ch03/data.csv": "1"})

    def do(
        self,
        who: str,
        what: str,
        assignment: str = "ch03",
        course: str = "ml",
        student: str = "*",
        directory: dict[str, Any] | None = None,
        **traits: Any,
    ) -> Any:
        """Have nbgrader do `what` with the plug-in, with `traits` set on it and `directory` on its CourseDirectory."""
        home = self.folder / "homes" / who
        home.mkdir(parents=True, exist_ok=True)
        config = configure_exchange(Config(), self.url)
        names = {"root": str(self.course), "course_id": course, "assignment_id": assignment, "student_id": student}
        config.CourseDirectory.update({**names, **(directory or {})})
        config.Exchange.assignment_dir = str(home)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("JUPYTERHUB_API_TOKEN", who)
            plugin = getattr(ExchangeFactory(config=config), what)(
                coursedir=CourseDirectory(config=config), authenticator=Authenticator(config=config), config=config
            )
            for name, value in traits.items():
                setattr(plugin, name, value)
            return plugin.start()

    def home(self, who: str) -> Path:
        """Somebody's copy of the assignment."""
        return self.folder / "homes" / who / "ch03"

    def hand_in(self, who: str, answer: str) -> Any:
        """Fetch, work and submit."""
        if not self.home(who).exists():
            self.do(who, "FetchAssignment")
        (self.home(who) / "ch03.ipynb").write_text(answer)
        return self.do(who, "Submit")

    def submitted(self, who: str) -> str:
        """What was collected of somebody."""
        return (self.course / "submitted" / who / "ch03" / "ch03.ipynb").read_text()


def test_a_term_with_nbgraders_own_classes(hub: Hub) -> None:
    assert hub.do("ada", "List", assignment="") == []
    hub.do("grace", "ReleaseAssignment")
    (row,) = hub.do("ada", "List", assignment="")
    assert (row["course_id"], row["assignment_id"], row["status"]) == ("ml", "ch03", "released")
    receipt = hub.hand_in("ada", "answer")
    (row,) = hub.do("ada", "List", assignment="")
    assert row["status"] == "fetched"
    assert [Path(one["path"]).exists() for one in row["notebooks"]] == [True]
    hub.do("grace", "Collect")
    assert hub.submitted("ada") == "answer"
    stamp = hub.course / "submitted" / "ada" / "ch03" / "timestamp.txt"
    assert stamp.read_text() == timestamp(receipt)
    folder_of(hub.course / "feedback" / "ada" / "ch03", {"ch03.html": "well done"})
    hub.do("grace", "ReleaseFeedback")
    (row,) = hub.do("ada", "List", assignment="", cached=True)
    (handed,) = row["submissions"]
    assert (handed["has_exchange_feedback"], handed["has_local_feedback"]) == (True, False)
    hub.do("ada", "FetchFeedback")
    (handed,) = hub.do("ada", "List", assignment="", cached=True)[0]["submissions"]
    assert handed["has_local_feedback"]
    assert not handed["feedback_updated"]
    assert (Path(handed["local_feedback_path"]) / "ch03.html").read_text() == "well done"


def test_a_new_page_is_announced(hub: Hub) -> None:
    hub.do("grace", "ReleaseAssignment")
    hub.hand_in("ada", "answer")
    hub.do("grace", "Collect")
    for text in ("first", "first", "second"):
        folder_of(hub.course / "feedback" / "ada" / "ch03", {"ch03.html": text})
        hub.do("grace", "ReleaseFeedback")
        if text == "first":
            hub.do("ada", "FetchFeedback")
    assert len(client(hub.url, "ada").feedback("ml")) == 2  # the same page is not given twice
    (handed,) = hub.do("ada", "List", assignment="", cached=True)[0]["submissions"]
    assert handed["feedback_updated"]
    assert hub.hand_in("ada", "again").manifest.files[0].path == "ch03.ipynb"
    assert {entry.path for entry in client(hub.url, "ada").submissions("ml")[-1].manifest.files} == {
        "ch03.ipynb",
        "data.csv",
    }


def test_feedback_at_once_is_in_the_list_until_the_instructors_comes(hub: Hub) -> None:
    hub.do("grace", "ReleaseAssignment")
    receipt = hub.hand_in("ada", "answer")
    given = folder_of(hub.folder / "verdict", {"ch03.html": "at once", "verdict.json": "{}"})
    client(hub.url, "grace").give_feedback(receipt, given, "instant")
    (handed,) = hub.do("ada", "List", assignment="", cached=True)[0]["submissions"]
    assert (handed["has_exchange_feedback"], handed["has_local_feedback"]) == (True, False)
    hub.do("ada", "FetchFeedback")
    (handed,) = hub.do("ada", "List", assignment="", cached=True)[0]["submissions"]
    assert (Path(handed["local_feedback_path"]) / "ch03.html").read_text() == "at once"
    assert not handed["feedback_updated"]
    hub.do("grace", "Collect")
    folder_of(hub.course / "feedback" / "ada" / "ch03", {"ch03.html": "well done"})
    hub.do("grace", "ReleaseFeedback")
    (handed,) = hub.do("ada", "List", assignment="", cached=True)[0]["submissions"]
    assert handed["feedback_updated"]
    hub.do("ada", "FetchFeedback")
    place = Path(handed["local_feedback_path"])
    assert (place / "ch03.html").read_text() == "well done"
    assert not (place / "verdict.json").exists()


def test_the_best_by_what_graders_have_given_is_collected(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, GradePolicy(counts="best").model_dump_json())
    hub.do("grace", "ReleaseAssignment")
    hub.hand_in("ben", "ben's only one")  # needs no score
    mine = [hub.hand_in("ada", text) for text in ("7 points", "9 points", "9 points, later", "3 points")]
    with pytest.raises(ExchangeError, match=r"Not collected.*ada: .*not all are graded yet.*--once"):
        hub.do("grace", "Collect")
    assert [path.name for path in (hub.course / "submitted").iterdir()] == ["ben"], "ben does not wait for ada"
    for one, score in zip(mine, (7, 9, 9, 3), strict=True):
        verdict = Verdict(submission=one.id, chapter="ch03", complete=True, score=score)
        given = folder_of(hub.folder / one.id, {FILE: verdict.model_dump_json()})
        client(hub.url, "grace").give_feedback(one, given, "instant")
    hub.do("grace", "Collect")
    assert (hub.submitted("ada"), hub.submitted("ben")) == ("9 points, later", "ben's only one")


def test_verdicts_without_points_choose_no_best(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, GradePolicy(counts="best").model_dump_json())
    hub.do("grace", "ReleaseAssignment")
    for one in (hub.hand_in("ada", "one"), hub.hand_in("ada", "two")):
        verdict = Verdict(submission=one.id, chapter="ch03", complete=True)
        given = folder_of(hub.folder / one.id, {FILE: verdict.model_dump_json()})
        client(hub.url, "grace").give_feedback(one, given, "instant")
    hub.hand_in("ben", "ben's only one")
    with pytest.raises(ExchangeError, match=r"ada: .*verdicts without points.*let the last"):
        hub.do("grace", "Collect")
    assert [path.name for path in (hub.course / "submitted").iterdir()] == ["ben"]


# What lies beside a notebook, and which of it arrives; a name that ends in "/" is a folder's with one file in it.
NEIGHBOURS: dict[str, tuple[list[str], list[str]]] = {
    "a Mac's screenshots": (
        ["Screenshot at 3.07.12\u202fPM.png", "a\u00a0b.png"],
        ["Screenshot at 3.07.12 PM.png", "a b.png"],
    ),
    "other systems' characters": (["what?.txt", "10:30.csv", "a|b"], ["what_.txt", "10_30.csv", "a_b"]),
    "control characters": (["a\nb.txt", "\x07.txt", "\u202etxt.exe"], ["a_b.txt", "_.txt", "_txt.exe"]),
    "devices and dots": (["nul.txt", "data.", "x. "], ["_nul.txt", "data", "x"]),
    "bytes that are no text": (["\udcff.csv"], ["_.csv"]),
    "a folder called like the time": (["timestamp.txt/"], []),
    "the time in capitals": (["TIMESTAMP.txt"], []),
    "a folder called like a notebook": (["other.ipynb/"], []),
    "a name of 253 bytes": (["x" * 249 + ".csv", "y" * 253], ["x" * 249 + ".csv", "y" * 253]),
    "one name in two cases": (["Notes.txt", "notes.txt", "DATA.csv"], ["Notes.txt", "DATA.csv"]),
}


@pytest.mark.parametrize("case", NEIGHBOURS)
def test_what_lies_beside_a_notebook_never_stops_it(hub: Hub, case: str) -> None:
    beside, arrived = NEIGHBOURS[case]
    hub.do("grace", "ReleaseAssignment")
    hub.hand_in("ada", "first")
    hub.hand_in("ben", "ben's")
    hub.do("grace", "Collect")
    for name in beside:
        path = hub.home("ada") / name
        folder_of(path, {"inside.txt": "1"}) if name.endswith("/") else path.write_text("1")
    hub.hand_in("ada", "second")
    hub.do("grace", "Collect", update=True)
    home = hub.course / "submitted" / "ada" / "ch03"
    assert hub.submitted("ada") == "second"
    found = {path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()}
    expected = {"ch03.ipynb", "data.csv", "timestamp.txt", *arrived}
    assert found == expected - ({"data.csv"} if "DATA.csv" in arrived else set())
    assert (home / "timestamp.txt").read_text().endswith(" UTC")
    assert hub.submitted("ben") == "ben's"


def test_thousands_of_files_never_stop_a_notebook(hub: Hub) -> None:
    hub.do("grace", "ReleaseAssignment")
    hub.do("ada", "FetchAssignment")
    many = {f"lib/venv/x{n}.py": "1" for n in range(1200)} | {f"env/{n}.py": "1" for n in range(1200)}
    folder_of(hub.home("ada"), many | {"env/pyvenv.cfg": "", "deep/" * 20 + "x": "1"})
    folder_of(hub.home("ada"), {f"images/{n:04d}.png": "1" for n in range(1001)})
    receipt = hub.hand_in("ada", "all that I know")
    told = "\n".join(map(str, receipt.left_out))
    for piece in (
        "env: a folder of installed packages",
        "lib/venv: a folder of",
        "3 more files: 1000",
        "too many folders",
    ):
        assert piece in told
    hub.do("grace", "Collect")
    home = hub.course / "submitted" / "ada" / "ch03"
    assert hub.submitted("ada") == "all that I know"
    assert len(list((home / "images").iterdir())) == 998, "with the notebook and data.csv a thousand"


def test_one_students_trouble_is_told_at_the_end(hub: Hub, exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.do("grace", "ReleaseAssignment")
    for who in ("ada", "ben", "student-zoe"):
        hub.hand_in(who, f"{who}'s")
    fetch = ExchangeClient.fetch_hand_in

    def broken(self: ExchangeClient, one: Any, target: Path, ours: Any) -> Any:
        if one.student == "ben":
            raise OSError(5, "Input/output error")
        return fetch(self, one, target, ours)

    monkeypatch.setattr(ExchangeClient, "fetch_hand_in", broken)
    with pytest.raises(ExchangeError, match=r"Not collected, unlike all others: ben: .*Input/output error"):
        hub.do("grace", "Collect")
    assert hub.submitted("ada") == "ada's" and hub.submitted("student-zoe") == "student-zoe's"


def test_a_release_is_never_changed_in_silence(hub: Hub) -> None:
    folder_of(hub.course / "release" / "ch03", {"what?.csv": "1"})
    with pytest.raises(ExchangeError, match=r"what\?\.csv: renamed .*Rename or remove it"):
        hub.do("grace", "ReleaseAssignment")


def test_what_is_too_late_is_not_collected_where_that_is_refused(
    hub: Hub, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = datetime(2030, 1, 1, 12, tzinfo=UTC)
    with alembic_in_process(), Gradebook(f"sqlite:///{hub.course / 'gradebook.db'}", "ml") as book:
        book.add_assignment("ch03", duedate=due.replace(tzinfo=None))
    monkeypatch.setenv(VARIABLE, GradePolicy(late="refuse", grace_minutes=10).model_dump_json())
    hub.do("grace", "ReleaseAssignment")
    for who, minutes in (("ada", (-5, 9, 11)), ("ben", (11,))):
        for minute in minutes:
            moment = due + timedelta(minutes=minute)
            exchange.clock = lambda moment=moment: moment.timestamp()  # type: ignore[misc]
            hub.hand_in(who, f"{minute:+d} min")
    hub.do("grace", "Collect")
    assert hub.submitted("ada") == "+9 min"
    assert not (hub.course / "submitted" / "ben").exists()


def test_only_ones_own_courses_and_work_are_listed(hub: Hub) -> None:
    hub.do("grace", "ReleaseAssignment")
    hub.hand_in("ada", "ada's")
    hub.hand_in("ben", "ben's")
    assert hub.do("eve", "List", assignment="", course="") == []
    assert hub.do("eve", "List", assignment="", course="ml") == []
    (row,) = hub.do("ben", "List", assignment="", course="", inbound=True)
    assert row["student_id"] == "ben"
    assert [row["student_id"] for row in hub.do("grace", "List", assignment="", inbound=True)] == ["ada", "ben"]


def test_work_is_never_overwritten(hub: Hub) -> None:
    hub.do("grace", "ReleaseAssignment")
    hub.hand_in("ada", "my work")
    with pytest.raises(ExchangeError, match="already have a copy"):
        hub.do("ada", "FetchAssignment")
    (hub.home("ada") / "data.csv").unlink()
    hub.do("ada", "FetchAssignment", replace_missing_files=True)
    assert (hub.home("ada") / "ch03.ipynb").read_text() == "my work"
    assert (hub.home("ada") / "data.csv").read_text() == "1"


def test_the_newest_is_collected_if_asked_for(hub: Hub) -> None:
    hub.do("grace", "ReleaseAssignment")
    hub.hand_in("ada", "first")
    hub.do("grace", "Collect")
    hub.hand_in("ada", "second")
    hub.do("grace", "Collect")
    assert hub.submitted("ada") == "first"
    hub.do("grace", "Collect", update=True)
    assert hub.submitted("ada") == "second"


def test_the_last_before_the_deadline_counts(hub: Hub, exchange: Exchange) -> None:
    due = datetime(2030, 1, 1, 12, tzinfo=UTC)
    with alembic_in_process(), Gradebook(f"sqlite:///{hub.course / 'gradebook.db'}", "ml") as book:
        book.add_assignment("ch03", duedate=due.replace(tzinfo=None))
    hub.do("grace", "ReleaseAssignment")
    for who, hours in (("ada", (-2, -1, 1)), ("ben", (1, 2))):
        for hour in hours:
            moment = due + timedelta(hours=hour)
            exchange.clock = lambda moment=moment: moment.timestamp()  # type: ignore[misc]
            hub.hand_in(who, f"{hour:+d} h")
    hub.do("grace", "Collect", before_duedate=True)
    assert (hub.submitted("ada"), hub.submitted("ben")) == ("-1 h", "+2 h")


@pytest.mark.parametrize(
    ("what", "assignment", "course", "why"),
    [
        ("FetchAssignment", "ch04", "ml", "ch04 has not been released in ml"),
        ("FetchAssignment", "ch03", "", "No course id"),
        ("FetchAssignment", "ch03", "art", "not in a course 'art'"),
        ("Submit", "ch04", "ml", "fetch the assignment first"),
        ("ReleaseAssignment", "ch04", "ml", "course release ch04"),
        ("ReleaseAssignment", "ch03", "ml", "Only graders"),
        ("List", "", "ml", "nothing can be removed"),
    ],
)
def test_a_refusal_says_what_to_do(hub: Hub, what: str, assignment: str, course: str, why: str) -> None:
    with pytest.raises(ExchangeError, match=why):
        hub.do("ada", what, assignment, course, **({"remove": True} if what == "List" else {}))


def test_a_missing_notebook_is_told_or_refused(hub: Hub) -> None:
    hub.do("grace", "ReleaseAssignment")
    hub.do("ada", "FetchAssignment")
    (hub.home("ada") / "ch03.ipynb").rename(hub.home("ada") / "Untitled.ipynb")
    with pytest.raises(ExchangeError, match=r"missing: ch03\.ipynb"):
        hub.do("ada", "Submit", strict=True)
    assert hub.do("ada", "Submit").student == "ada"


def test_feedback_on_what_came_another_way_is_not_sent(hub: Hub) -> None:
    hub.do("grace", "ReleaseAssignment")
    folder_of(hub.course / "feedback" / "cleo" / "ch03", {"ch03.html": "by mail"})
    hub.do("grace", "ReleaseFeedback")
    assert client(hub.url, "grace").feedback("ml") == []


def test_a_hub_that_does_not_answer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course.exchange.client._PAUSES", ())
    with pytest.raises(ExchangeError, match="does not answer"):
        Hub("http://127.0.0.1:9/services/exchange", tmp_path).do("ada", "List")
