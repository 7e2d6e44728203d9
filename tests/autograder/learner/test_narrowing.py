"""Which files of checks ``-k`` leaves out: never one that pytest would have chosen a check of."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.learner.narrowing import Narrowing
from tests.support.minichapter import NAME, THEME, make_project


@pytest.mark.parametrize(
    ("wanted", "out"),
    [
        ("", False),
        ("p.99.1", False),
        ("P.99", False),
        (THEME, False),
        (NAME, False),
        ("autograder", False),
        ("p.01.1", True),
        ("p.01.1 or p.99.3", False),
        ("(p.01.1 and nothing_like_it)", True),
        ("not p.99.1", False),
        ("p.01.1 and not p.01.2", False),
    ],
)
def test_a_file_is_left_out_if_no_word_can_be_about_it(wanted: str, out: bool, tmp_path: Path) -> None:
    project = make_project(tmp_path)
    (path,) = project.check_files(NAME)
    assert Narrowing(project, wanted).leaves_out(path) is out


def test_what_is_no_file_of_checks_or_cannot_be_read_stays(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    narrowing = Narrowing(project, "p.01.1")
    assert not narrowing.leaves_out(project.checks / NAME)
    assert not narrowing.leaves_out(tmp_path / "test_elsewhere.py")
    unreadable = project.checks / NAME / "test_latin.py"
    unreadable.write_bytes(b"# \xe9")
    assert not narrowing.leaves_out(unreadable)
