"""`course backup` and `course restore`: everything comes back, and nothing is lost on the way."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from course.cli import app
from course.errors import SetupError
from course.project import Project
from hub_config.local.backup import restore, save
from tests.support.checkout import ROOT


def database(path: Path, rows: int = 1) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    made = sqlite3.connect(path)
    made.execute("pragma journal_mode = wal")
    made.execute("create table grade (points)")
    made.executemany("insert into grade values (?)", [(n,) for n in range(rows)])
    made.commit()
    return made


@pytest.fixture
def course(tmp_path: Path) -> tuple[Project, Path]:
    """A course and a hub: two databases, of which one is open and has what is not in its file yet."""
    project, state = Project(tmp_path, tmp_path / "build"), tmp_path / "state"
    database(project.build / "gradebook.db").close()
    (project.build / "course.key").write_text("c0ffee")
    (project.build / "course.key").chmod(0o600)
    (project.build / "lti" / "ch99_mini").mkdir(parents=True)
    (project.build / "lti" / "ch99_mini" / "ada.json").write_text("{}")
    (project.build / "lti.key").write_text("secret")
    hand_in = project.build / "submitted" / "ada" / "ch99_mini" / "ch99_mini.ipynb"
    hand_in.parent.mkdir(parents=True)
    hand_in.write_text("{}")
    hand_in.chmod(0o640)
    (project.build / "results").mkdir()
    (project.build / "results" / "can_be_made_again").write_text("")
    database(state / "exchange" / "exchange.db").close()
    (state / "exchange" / "blobs").mkdir()
    (state / "exchange" / "blobs" / "ab12").write_bytes(b"\0\1")
    (state / "cookie_secret").write_text("secret")
    (state / "hub.log").write_text("a log")
    return project, state


def rows(path: Path) -> int:
    with contextlib.closing(sqlite3.connect(path)) as book:
        found: int = book.execute("select count(*) from grade").fetchone()[0]
    return found


@pytest.mark.skipif(os.geteuid() != 0, reason="nobody else can give files away")
def test_root_gives_each_file_back_to_its_owner(course: tuple[Project, Path], tmp_path: Path) -> None:
    project, state = course
    hand_in = project.build / "submitted" / "ada" / "ch99_mini" / "ch99_mini.ipynb"
    os.chown(hand_in, 4711, 4712)
    save(project, state, tmp_path / "all.tar.gz")
    restore(project, state, tmp_path / "all.tar.gz", replace=True)
    for path in (hand_in, hand_in.parent):
        assert (path.stat().st_uid, path.stat().st_gid) == (4711, 4712)


def test_all_comes_back(course: tuple[Project, Path], tmp_path: Path) -> None:
    project, state = course
    is_open = database(state / "leases.db", 5)  # in the write-ahead log, and not in the file
    saved = save(project, state, tmp_path / "all.tar.gz")
    is_open.close()
    assert (tmp_path / "all.tar.gz").stat().st_mode & 0o777 == 0o600
    assert set(saved.files) == {
        "course/gradebook.db", "course/course.key", "course/lti.key", "course/lti/ch99_mini/ada.json",
        "course/submitted/ada/ch99_mini/ch99_mini.ipynb",
        "hub/exchange/exchange.db", "hub/exchange/blobs/ab12", "hub/cookie_secret", "hub/leases.db",
    }  # fmt: skip
    there = Project(tmp_path / "new", tmp_path / "new" / "build"), tmp_path / "new" / "state"
    assert restore(*there, tmp_path / "all.tar.gz").files == saved.files
    assert rows(there[0].build / "gradebook.db") == 1 and rows(there[1] / "leases.db") == 5
    assert (there[0].build / "course.key").read_text() == "c0ffee"
    assert (there[0].build / "course.key").stat().st_mode & 0o777 == 0o600
    hand_in = there[0].build / "submitted" / "ada" / "ch99_mini" / "ch99_mini.ipynb"
    assert (hand_in.stat().st_mode & 0o777, hand_in.parent.stat().st_mode & 0o777) == (0o640, 0o700)
    assert (there[1] / "exchange" / "blobs" / "ab12").read_bytes() == b"\0\1"


def test_what_is_there_is_not_overwritten(course: tuple[Project, Path], tmp_path: Path) -> None:
    project, state = course
    archive = tmp_path / "all.tar.gz"
    save(project, state, archive)
    (project.build / "course.key").write_text("newer")
    with pytest.raises(SetupError, match="--replace"):
        restore(project, state, archive)
    assert (project.build / "course.key").read_text() == "newer"
    restore(project, state, archive, replace=True)
    assert (project.build / "course.key").read_text() == "c0ffee"
    (aside,) = project.build.glob("before-*")
    assert (aside / "course.key").read_text() == "newer"


@pytest.mark.parametrize("name", ["../course.key", "/etc/course.key", "elsewhere/course.key"])
def test_an_archive_that_leads_elsewhere_is_refused(course: tuple[Project, Path], tmp_path: Path, name: str) -> None:
    archive = tmp_path / "evil.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        for member, content in ((name, b"x"), ("manifest.json", b'{"files": {}}')):
            about = tarfile.TarInfo(member)
            about.size = len(content)
            tar.addfile(about, io.BytesIO(content))
    with pytest.raises(SetupError, match="is no archive of"):
        restore(*course, archive, replace=True)
    assert (course[0].build / "course.key").read_text() == "c0ffee"


def test_a_damaged_archive_changes_nothing(course: tuple[Project, Path], tmp_path: Path) -> None:
    archive = tmp_path / "all.tar.gz"
    save(*course, archive)
    archive.write_bytes(archive.read_bytes()[:-200])
    with pytest.raises(SetupError, match="damaged"):
        restore(*course, archive, replace=True)
    assert not list(course[0].build.glob("before-*"))


def test_nothing_to_save_is_said(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="nothing to save"):
        save(Project(tmp_path, tmp_path / "build"), tmp_path / "state", tmp_path / "all.tar.gz")
    assert not (tmp_path / "all.tar.gz").exists()


def test_a_backup_that_is_killed_leaves_the_last_one(course: tuple[Project, Path], tmp_path: Path) -> None:
    project, state = course
    archive = tmp_path / "all.tar.gz"
    save(project, state, archive)
    before = archive.read_bytes()
    (state / "exchange" / "blobs" / "large").write_bytes(os.urandom(60_000_000))
    script = (
        "import sys; from pathlib import Path; from course.project import Project\n"
        "from hub_config.local.backup import save\n"
        "root, build, state, archive = map(Path, sys.argv[1:])\n"
        "print('begun', flush=True); save(Project(root, build), state, archive)"
    )
    command = [sys.executable, "-c", script, str(project.root), str(project.build), str(state), str(archive)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env=environment) as process:
        assert process.stdout is not None and process.stdout.readline() == b"begun\n"
        time.sleep(0.3)
        process.send_signal(signal.SIGKILL)
    assert archive.read_bytes() == before
    (left,) = tmp_path.glob(".all.tar.gz.*")
    os.utime(left, (0, 0))
    assert "hub/exchange/blobs/large" in save(project, state, archive).files
    assert not left.exists()


def test_the_commands(course: tuple[Project, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, state = course
    monkeypatch.setenv("COURSE_BUILD", str(project.build))
    monkeypatch.setenv("COURSE_KEY", "c0ffee")
    saved = CliRunner().invoke(app, ["backup", str(tmp_path / "a.tar.gz"), "--state", str(state)])
    assert saved.exit_code == 0 and "Saved 8 files" in saved.output and "COURSE_KEY" in saved.output
    again = CliRunner().invoke(app, ["restore", str(tmp_path / "a.tar.gz"), "--state", str(state), "--replace"])
    assert again.exit_code == 0 and "Put back 8 files." in again.output
