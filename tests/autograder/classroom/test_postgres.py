"""The gradebook in PostgreSQL: a real server, started for the test."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.classroom.recorder import GradebookEntry, Recorder
from course.errors import EngineError
from tests.support.checkout import Checkout, make_checkout
from tests.support.marking_class import at_once, make_class
from tests.support.minichapter import NAME

psycopg = pytest.importorskip("psycopg", reason="needs the `cluster` extra")

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


def programs() -> Path:
    """The folder of the server's programs: on the path, or where Debian keeps them."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    pytest.skip("this machine has no PostgreSQL server (initdb, pg_ctl)")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of an empty database."""
    bin_folder = programs()
    # Not pytest's folder, which other users may not enter; and a socket's path has to be short.
    with tempfile.TemporaryDirectory(prefix="pg") as name:
        folder = Path(name)
        user = unprivileged(folder)
        run(user, str(bin_folder / "initdb"), "-D", str(folder / "data"), "-U", "course", "--auth=trust")
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        control = (str(bin_folder / "pg_ctl"), "-D", str(folder / "data"), "-w")
        run(user, *control, "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql+psycopg://course@/postgres?host={folder}"
        finally:
            run(user, *control, "-m", "immediate", "stop")


def unprivileged(folder: Path) -> list[str]:
    """What runs a command as somebody who may run the server, which root may not; that one gets the folder."""
    if os.name != "posix" or os.getuid() != 0:
        return []
    if not shutil.which("setpriv"):
        pytest.skip("root can't run the server, and there is no setpriv to be somebody else")
    os.chown(folder, 65534, 65534)
    folder.chmod(0o755)
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def run(user: list[str], *command: str) -> None:
    # Into files: the server keeps the pipes open.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run([*user, *command], cwd="/", stdout=output, stderr=output, timeout=120)
        output.seek(0)
        assert done.returncode == 0, output.read()


@pytest.fixture(scope="module")
def checkout(server: str, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    made = make_checkout(tmp_path_factory.mktemp("postgres"))
    made.run("course", "release", NAME, COURSE_DB_URL=server)
    made.hand_in("ada", made.notebook("source"))
    made.hand_in("ben", made.answered(p_99_1_halve="def halve(values):\n    return None"))
    made.hand_in("cleo", made.notebook("release"))
    return made


def scores(server: str) -> dict[tuple[str, str], tuple[float | None, bool]]:
    from nbgrader.api import Gradebook

    with Gradebook(server) as book:
        return {
            (submission.student.id, grade.name): (grade.auto_score, grade.needs_manual_grade)
            for submission in book.assignment_submissions(NAME)
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


def test_a_class_is_graded_into_it(checkout: Checkout, server: str) -> None:
    rows = checkout.grade("--workers", "2", COURSE_DB_URL=server)
    assert {student: row["score"] for student, row in rows.items()} == {"ada": 8.0, "ben": 6.0, "cleo": 0.0}
    ours = scores(server)
    assert ours["ben", "p-99-1-checks"] == (2.0, False)
    assert ours["ada", "p-99-4"] == (None, True)
    assert len(ours) == 12
    assert not (checkout.project.build / "gradebook.db").exists()
    checkout.run("nbgrader", "autograde", NAME, "--force", COURSE_DB_URL=server)
    assert scores(server) == ours
    checkout.run("course", "feedback", NAME, COURSE_DB_URL=server)


@contextlib.contextmanager
def locked(server: str) -> Iterator[Any]:
    with psycopg.connect(server.replace("+psycopg", "")) as connection:
        connection.execute("LOCK TABLE grade IN EXCLUSIVE MODE")
        yield connection


def test_a_locked_table_is_waited_for(checkout: Checkout, server: str) -> None:
    entry = GradebookEntry("ada", {"p-99-1-checks": 1.0}, {})
    said: list[str] = []
    with Recorder(server, NAME, patience=0.5) as made, locked(server), pytest.raises(EngineError, match="locked"):
        made.record(entry)
    assert scores(server)["ada", "p-99-1-checks"] == (4.0, False)
    with Recorder(server, NAME, patience=60, tell=said.append) as made, locked(server) as connection:
        timer = threading.Timer(2.5, connection.rollback)
        timer.start()
        made.record(entry)
        timer.join()
    assert len(said) == 1
    assert scores(server)["ada", "p-99-1-checks"] == (1.0, False)


def test_two_graders_at_once_lose_no_grade(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here transactions run side by side; in a file they come one after the other."""
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE DATABASE marking")
    monkeypatch.setenv("COURSE_DB_URL", server.replace("/postgres?", "/marking?"))
    monkeypatch.delenv("COURSE_KEY", raising=False)
    at_once(make_class(tmp_path, {}), 6)
