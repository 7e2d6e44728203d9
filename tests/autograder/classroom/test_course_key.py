"""The course's key: made whole and once, refused where it is unfit, and of no use to a submission."""

from __future__ import annotations

import os
import secrets
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest

from autograder.classroom import course_key as module
from autograder.classroom.course_key import course_key, unfit
from autograder.engine.judging.checks import Check
from autograder.engine.judging.grade import _run_and_judge
from autograder.engine.judging.judge import Seed
from autograder.engine.session import kernel
from course.errors import SetupError
from course.project import Project
from tests.support.checkout import ROOT

FIT = "8f1d5c07e9a3b26478d0f4c1e5b9a7326d0c8e4f1b3a5978c2e6d4f0a1b7395e"
BEGIN = """\
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from autograder.classroom.course_key import course_key
from course.project import Project

print("ready", flush=True)
for line in sys.stdin:
    print(course_key(Project(Path(line.strip()))), flush=True)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.delenv("COURSE_KEY", raising=False)
    return Project(tmp_path)


def put(project: Project, text: str, mode: int = 0o600) -> Path:
    path = project.build / "course.key"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def test_it_is_made_once_whole_and_for_its_owner_alone(project: Project) -> None:
    before = os.umask(0)
    try:
        key = course_key(project)
    finally:
        os.umask(before)
    path = project.build / "course.key"
    assert len(bytes.fromhex(key)) == 32 and path.read_text() == key == course_key(project)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(project.build.iterdir()) == [path], "no draft is left"


def test_processes_that_start_at_one_moment_have_one_key(tmp_path: Path) -> None:
    """Four processes, each time told of a new folder at one moment; several hundred times."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("COURSE_KEY", None)
    command = [sys.executable, "-c", BEGIN]
    pipe = subprocess.PIPE
    workers = [
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment, cwd=ROOT) for _ in range(4)
    ]
    try:
        for worker in workers:
            assert worker.stdout and worker.stdout.readline() == "ready\n"
        for number in range(300):
            for worker in workers:
                assert worker.stdin
                worker.stdin.write(f"{tmp_path / str(number)}\n")
            for worker in workers:
                assert worker.stdin
                worker.stdin.flush()
            found = {worker.stdout.readline().strip() for worker in workers if worker.stdout}
            assert len(found) == 1 and unfit(*found) == "", f"round {number}: {found}"
    finally:
        for worker in workers:
            worker.communicate()


def test_a_process_that_loses_the_race_takes_the_winners_key(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    link = os.link

    def late(draft: str, path: Path) -> None:
        put(project, FIT)
        link(draft, path)

    monkeypatch.setattr(os, "link", late)
    assert course_key(project) == FIT
    assert [path.name for path in project.build.iterdir()] == ["course.key"]


def test_a_full_disk_leaves_no_key_behind(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SetupError, match=r"can't be kept in .*No space left.*Free some space"):
        course_key(project)
    assert list(project.build.iterdir()) == []
    monkeypatch.undo()
    monkeypatch.delenv("COURSE_KEY", raising=False)
    assert unfit(course_key(project)) == ""


UNFIT = {
    "empty": ("", "is empty"),
    "blank": (" \n", "is empty"),
    "a word": ("spring2026", "is no key"),
    "16 bytes, as it was before": ("0f" + FIT[:30], "is no key"),
    "one digit less": (FIT[:-1], "is no key"),
    "a sentence": ("the quick brown fox jumps over the lazy dog and then runs away from it", "is no key"),
    "one digit": ("a" * 64, "can be guessed"),
    "a word again and again": ("deadbeef" * 8, "can be guessed"),
    "counted": ("0123456789abcdef" * 4, "can be guessed"),
}


@pytest.mark.parametrize(("key", "trouble"), UNFIT.values(), ids=UNFIT)
def test_an_unfit_key_is_refused_with_the_command_that_mends_it(
    project: Project, monkeypatch: pytest.MonkeyPatch, key: str, trouble: str
) -> None:
    path = put(project, key)
    with pytest.raises(SetupError, match=trouble) as refusal:
        course_key(project)
    assert f"rm '{path}'" in str(refusal.value)
    assert not key.strip() or key not in str(refusal.value)
    path.unlink()
    assert unfit(course_key(project)) == ""
    monkeypatch.setenv("COURSE_KEY", key)
    with pytest.raises(SetupError, match=rf"COURSE_KEY in the environment .*{trouble}.*openssl rand -hex 32"):
        course_key(project)


def test_a_fit_key_is_taken_from_the_environment_and_from_a_file_with_a_newline(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(project, FIT.upper() + "\n")
    assert course_key(project) == FIT.upper()
    monkeypatch.setenv("COURSE_KEY", FIT)
    assert course_key(project) == FIT
    assert not any(unfit(secrets.token_hex(32)) for _ in range(2000))


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o666])
def test_a_key_that_others_can_read_is_refused(project: Project, mode: int) -> None:
    path = put(project, FIT, mode)
    with pytest.raises(SetupError, match=r"can be read by others.*chmod 600"):
        course_key(project)
    path.chmod(0o600)
    assert course_key(project) == FIT


def test_a_key_that_is_a_folder_is_refused_in_words(project: Project) -> None:
    (project.build / "course.key").mkdir(parents=True)
    with pytest.raises(SetupError, match=r"course\.key .*mend the permissions"):
        course_key(project)
    assert module.VARIABLE == "COURSE_KEY"


def test_what_a_submission_is_seeded_with_tells_nothing_of_the_key_or_of_the_check() -> None:
    """It can read the seed: no guess at a key, or at a check's name, may be tested with it."""

    def seen(key: str, name: str) -> int:
        check = Check("p.99.1", name, "A promise.", print)
        return Seed(key, "ada", "attempt").global_seed(check)

    assert len({seen(key, name) for key in ("spring2026", FIT) for name in ("test_a", "test_b")}) == 1

    def drawn(key: str) -> int:
        check = Check("p.99.1", "test_a", "A promise.", print)
        return int(Seed(key, "ada", "attempt").rng(check).integers(2**62))

    assert drawn("spring2026") != drawn(FIT), "the inputs do depend on it"


def test_a_kernel_is_given_nothing_of_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[object, ...]] = []

    class Stop(Exception):
        pass

    def opener(*arguments: object) -> None:
        given.append(arguments[:2] + arguments[3:])  # but for the stack, which is made anew
        raise Stop

    monkeypatch.setattr(kernel, "Opener", opener)
    chapter = SimpleNamespace(limits="limits")
    assignment: Any = SimpleNamespace(chapter=chapter, settings="settings", check_seconds=10, release="release")
    for key in ("spring2026", FIT):
        with pytest.raises(Stop):
            _run_and_judge(nbformat.v4.new_notebook(), assignment, Seed(key, "ada", "attempt"))
    assert given[0] == given[1] and "attempt" in given[0]
