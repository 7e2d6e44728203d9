"""What a process keeps open, and how soon it sees that a file has changed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from autograder.classroom import assignment
from course.errors import EngineError
from course.project import Project
from tests.support.checkout import ROOT


def test_a_change_is_seen_at_the_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    now, looks, is_now = [100.0], [], {"engine": "as begun", "sources": "old"}

    def sources(project: Project, name: str) -> str:
        looks.append(name)
        return is_now["sources"]

    faked: dict[str, Any] = {
        "time": SimpleNamespace(monotonic=lambda: now[0]),
        "_looked": {},
        "engine_digest": lambda project: is_now["engine"],
        "engine_at_start": lambda project: "as begun",
        "sources_digest": sources,
        "_opened": lambda project, name, found, key: found,
    }
    for name, value in faked.items():
        monkeypatch.setattr(assignment, name, value)

    def opened(chapter: str = "ch98") -> Any:
        return assignment.opened(Project(ROOT), chapter)

    assert opened() == opened() == "old"
    assert looks == ["ch98"]
    is_now["sources"] = "new"
    assert opened("ch99") == "new"  # which has not been looked at
    now[0] += assignment.LOOK_SECONDS + 0.01
    assert opened() == "new"
    is_now["engine"] = "another"
    now[0] += assignment.LOOK_SECONDS + 0.01
    with pytest.raises(EngineError, match="has changed since this process was started"):
        opened()
