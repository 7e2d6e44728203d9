"""A class whose texts wait for graders: that of the module's `ANSWERS`, made once, and a copy of it for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from course.project import Project
from tests.support.marking_class import make_class


@pytest.fixture(scope="module")
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_class(tmp_path_factory.mktemp("marking") / "course", request.module.ANSWERS).root


@pytest.fixture
def project(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.delenv("COURSE_KEY", raising=False)
    monkeypatch.delenv("COURSE_DB_URL", raising=False)
    return Project(Path(shutil.copytree(made, tmp_path / "course")))
