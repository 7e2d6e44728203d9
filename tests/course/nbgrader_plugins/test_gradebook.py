"""A new gradebook: the same as nbgrader's own, without a command that has to be on PATH."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from nbgrader import api
from nbgrader.api import Gradebook

from course.nbgrader_plugins.gradebook import alembic_head, alembic_in_process
from course.project import commands_path


def test_the_version_is_what_nbgrader_would_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", commands_path())
    assert alembic_head() == api.get_alembic_version()


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_a_gradebook_is_made_where_no_command_is_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    own = api.get_alembic_version
    with alembic_in_process(), Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        assert book.students == []
    with sqlite3.connect(tmp_path / "gradebook.db") as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchall() == [(alembic_head(),)]
    assert api.get_alembic_version is own
