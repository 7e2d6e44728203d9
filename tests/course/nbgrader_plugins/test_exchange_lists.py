"""``nbgrader list`` and what travels: as with nbgrader's own exchange, which does the same things beside ours here."""

from __future__ import annotations

import logging
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError, ExchangeFactory
from traitlets.config import Config

from tests.course.nbgrader_plugins.test_exchange import Hub
from tests.support.exchange_server import client, folder_of, make_exchange, serving

Said = Callable[..., list[str]]
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6} UTC")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with serving(make_exchange(tmp_path / "exchange")) as url:
        yield Hub(url, tmp_path / "ours")


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Said:
    """Return a function that does something and returns what was logged, times as TIME."""

    def lines(do: Callable[..., Any], *arguments: Any, **traits: Any) -> list[str]:
        caplog.clear()
        with caplog.at_level(logging.INFO, logger="traitlets"):
            do(*arguments, **traits)
        return [_TIME.sub("TIME", record.getMessage()) for record in caplog.records]

    return lines


class Alone:
    """nbgrader's own exchange, in a folder that everybody can write to."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.root = folder, folder / "exchange"
        self.root.mkdir(parents=True)
        self.root.chmod(0o777)
        self.course = folder_of(folder / "course", {"release/ch03/ch03.ipynb": "task", "release/ch03/data.csv": "1"})

    def do(self, who: str, what: str, assignment: str = "ch03", student: str = "*", **traits: Any) -> Any:
        home = self.folder / "homes" / who
        home.mkdir(parents=True, exist_ok=True)
        config = Config()
        config.Exchange.update({"root": str(self.root), "assignment_dir": str(home), "cache": str(home / ".cache")})
        directory = {"root": str(self.course), "course_id": "ml", "assignment_id": assignment, "student_id": student}
        config.CourseDirectory.update(directory)
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(home)  # where nbgrader looks for what has been downloaded
            plugin = getattr(ExchangeFactory(config=config), what)(
                coursedir=CourseDirectory(config=config), authenticator=Authenticator(config=config), config=config
            )
            for name, value in traits.items():
                setattr(plugin, name, value)
            return plugin.start()


def test_lists_have_nbgraders_lines_and_rows(hub: Hub, tmp_path: Path, said: Said) -> None:
    alone = Alone(tmp_path / "alone")
    for one in (alone, hub):
        one.do("grace", "ReleaseAssignment")
    listed = [said(one.do, "ada", "List", "") for one in (alone, hub)]
    assert listed[0] == listed[1] == ["Released assignments:", "ml ch03"]
    for who in ("ada", "ben"):
        alone.do(who, "FetchAssignment")
        alone.do(who, "Submit", student=who)
        hub.hand_in(who, "answer")
    hub.hand_in("ben", "again")
    alone.do("ben", "Submit", student="ben")
    listed = [said(one.do, "ada", "List", "") for one in (alone, hub)]
    assert listed[0] == listed[1] == ["Released assignments:", "ml ch03 (already downloaded)"]
    listed = [said(one.do, "grace", "List", "", inbound=True) for one in (alone, hub)]
    state = "ch03 TIME (no feedback available)"
    assert listed[0] == listed[1] == ["Submitted assignments:", f"ml ada {state}", *[f"ml ben {state}"] * 2]
    listed = [said(one.do, "ben", "List", "", cached=True) for one in (alone, hub)]
    assert listed[0] == listed[1] == ["Submitted assignments:", *[f"ml ben {state}"] * 2]
    rows = [one.do("grace", "List", "", inbound=True) for one in (alone, hub)]
    theirs, ours = ([(row["student_id"], len(row["submissions"]), sorted(row)) for row in found] for found in rows)
    assert ours == theirs
    first, second = (found[0]["submissions"][0] for found in rows)
    assert set(second) == set(first) - {"random_string"}  # a part of the name of a folder in nbgrader's exchange
    assert set(second["notebooks"][0]) == set(first["notebooks"][0])


def test_lists_heed_the_student_and_the_assignment_named(hub: Hub, said: Said) -> None:
    hub.do("grace", "ReleaseAssignment")
    for who in ("ada", "ben"):
        hub.hand_in(who, "answer")
    assert said(hub.do, "grace", "List", "ch04", inbound=True) == ["Submitted assignments:"]
    assert said(hub.do, "ada", "List", "ch04") == ["Released assignments:"]
    (line,) = said(hub.do, "grace", "List", "ch03", inbound=True, student="ben")[1:]
    assert line == "ml ben ch03 TIME (no feedback available)"


def test_lists_tell_where_the_feedback_is(hub: Hub, said: Said) -> None:
    hub.do("grace", "ReleaseAssignment")
    hub.hand_in("ada", "answer")
    hub.do("grace", "Collect")
    folder_of(hub.course / "feedback" / "ada" / "ch03", {"ch03.html": "well done"})
    hub.do("grace", "ReleaseFeedback")
    assert said(hub.do, "ada", "List", "", inbound=True)[1].endswith("(feedback ready to be fetched)")
    hub.do("ada", "FetchFeedback")
    assert said(hub.do, "ada", "List", "", inbound=True)[1].endswith("(feedback already fetched)")


def test_nobody_hands_in_for_somebody_else(hub: Hub) -> None:
    hub.do("grace", "ReleaseAssignment")
    hub.do("ada", "FetchAssignment")
    with pytest.raises(ExchangeError, match=r"The hub knows you as ada.*without --student ben"):
        hub.do("ada", "Submit", student="ben")
    assert client(hub.url, "grace").submissions("ml") == []
    assert hub.do("ada", "Submit", student="ada").student == "ada"


def test_what_the_course_leaves_out_does_not_travel(hub: Hub) -> None:
    """`ignore`, `include` and `max_file_size`, of a release, a hand-in and what is collected."""
    extra = {"release/ch03/draft.tmp": "x", "release/ch03/sub/big.csv": "x" * 3000, "release/ch03/sub/small.csv": "x"}
    folder_of(hub.course, extra)
    hub.do("grace", "ReleaseAssignment", directory={"ignore": ["*.tmp"], "max_file_size": 2})
    (release,) = client(hub.url, "ada").releases("ml")
    assert _paths(release) == ["ch03.ipynb", "data.csv", "sub/small.csv"]
    hub.do("ada", "FetchAssignment")
    folder_of(hub.home("ada"), {"notes.txt": "mine", "photo.png": "x" * 3000})
    handed = hub.do("ada", "Submit", directory={"include": ["*.ipynb", "*.png"]})
    assert _paths(handed) == ["ch03.ipynb", "photo.png"]
    assert (hub.home("ada") / "notes.txt").exists()
    hub.do("grace", "Collect", directory={"max_file_size": 2})
    folder = hub.course / "submitted" / "ada" / "ch03"
    assert sorted(path.name for path in folder.iterdir()) == ["ch03.ipynb", "timestamp.txt"]


def test_too_large_a_folder_is_refused_in_words(hub: Hub) -> None:
    hub.do("grace", "ReleaseAssignment")
    hub.do("ada", "FetchAssignment")
    folder_of(hub.home("ada"), {"big.bin": "x" * 1_500_000})
    with pytest.raises(ExchangeError, match=r"ch03 has 1\.5 MB.*may have 1\.0 MB.*max_dir_size"):
        hub.do("ada", "Submit", directory={"max_dir_size": 1000})
    assert client(hub.url, "ada").submissions("ml") == []


def test_what_is_collected_for_a_group_can_be_written_by_it(hub: Hub) -> None:
    hub.do("grace", "ReleaseAssignment")
    hub.hand_in("ada", "answer")
    hub.do("grace", "Collect", directory={"groupshared": True})
    folder = hub.course / "submitted" / "ada" / "ch03"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}
    assert modes["ch03"] & 0o2770 == 0o2770
    assert modes["ch03.ipynb"] & modes["timestamp.txt"] & 0o660 == 0o660


def _paths(bundle: Any) -> list[str]:
    return sorted(entry.path for entry in bundle.manifest.files)
