"""What lies in the build folder is its owner's alone: solutions, hidden inputs, the gradebook, everybody's work."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.errors import SetupError
from course.files import write_atomically
from course.project import Project
from tests.support.checkout import Checkout, make_checkout
from tests.support.minichapter import NAME


@pytest.fixture
def umask_0() -> Iterator[None]:
    """For this process and what it starts: nothing is closed by itself."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return make_checkout(tmp_path)


def open_to_others(folder: Path) -> list[str]:
    found = [path for path in (folder, *folder.rglob("*")) if not path.is_symlink()]
    return [f"{path.stat().st_mode:o} {path.relative_to(folder)}" for path in found if path.stat().st_mode & 0o077]


def test_no_command_leaves_anything_that_others_can_read(checkout: Checkout, umask_0: None) -> None:
    build = checkout.project.build
    checkout.run("course", "release", NAME)
    assert open_to_others(build) == []
    inbox = checkout.root / "inbox" / "ada"
    inbox.mkdir(parents=True)
    (inbox / f"{NAME}.ipynb").write_text((build / "source" / NAME / f"{NAME}.ipynb").read_text())
    (inbox / "notes.txt").write_text("beside it")
    for command in (
        ["course", "collect", NAME, "--from", str(inbox.parent)],
        ["course", "grade", NAME],
        ["course", "feedback", NAME],
        ["course", "start", NAME],
        ["nbgrader", "autograde", NAME, "--force"],
        ["nbgrader", "generate_feedback", NAME, "--force"],
        ["pytest", "autograder", "-q", "--submission", "solutions", "-p", "no:cacheprovider"],
    ):
        checkout.run(*command)
        assert open_to_others(build) == [], command
    assert {"gradebook.db", "course.key", "result.json"} <= {path.name for path in build.rglob("*")}


def test_a_build_folder_of_an_earlier_version_is_closed(tmp_path: Path, umask_0: None) -> None:
    project = Project(tmp_path)
    project.build.mkdir()
    assert project.activate() is project
    assert open_to_others(project.build) == []
    project.build.chmod(0o2775)  # as nbgrader's groupshared wants it
    assert project.activate().build.stat().st_mode & 0o7777 == 0o2770


def test_a_file_is_its_owners_also_where_an_open_one_was(tmp_path: Path, umask_0: None) -> None:
    path = tmp_path / "page.html"
    path.write_text("old")
    write_atomically(path, "new")
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can make another's folder")
def test_root_does_not_work_in_anothers_build_folder(checkout: Checkout) -> None:
    checkout.project.build.mkdir(exist_ok=True)
    os.chown(checkout.project.build, 12_345, 12_345)
    with pytest.raises(SetupError, match="belongs to 12345"):
        checkout.project.check_owner()
    done = checkout.run("course", "release", NAME, ok=1)
    assert "belongs to 12345" in " ".join(done.stderr.split())
    assert list(checkout.project.build.iterdir()) == []


def test_what_is_strict_already_is_no_trouble(checkout: Checkout) -> None:
    """On a machine with umask 077 a class is judged as well as shut in as on any other."""
    command = ["sh", "-c", 'umask 077; exec "$@"', "sh"]
    assert subprocess.run([*command, "true"]).returncode == 0
    before = os.umask(0o077)
    try:
        checkout.hand_in_mixed_class(1)
        rows = checkout.grade()
    finally:
        os.umask(before)
    assert rows["right-0"]["score"] == rows["right-0"]["max_score"] - 2  # a text waits for a person
