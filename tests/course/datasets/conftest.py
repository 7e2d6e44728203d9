"""No data but what a test gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.datasets.places import Places
from tests.support.data_mirror import MIRROR


@pytest.fixture(autouse=True)
def _no_other_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_DATA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COURSE_DATA_OFFLINE", "1")
    monkeypatch.delenv("COURSE_DATA_MIRROR", raising=False)


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COURSE_DATA_MIRROR", str(MIRROR))
    return MIRROR


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path / "cache", None, offline=False)
