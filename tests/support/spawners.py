"""Spawners whose servers are none."""

from __future__ import annotations

from typing import Any

import pytest
from jupyterhub.spawner import LocalProcessSpawner


def without_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let servers start at once, live until they are stopped, which is noted as `stopped_`, and see their environment
    alone."""

    async def started(self: Any) -> str:
        return "http://127.0.0.1:1"

    async def alive(self: Any) -> int | None:
        return None

    async def stopped(self: Any, now: bool = False) -> None:
        self.stopped_ = True

    for name, function in (("start", started), ("poll", alive), ("stop", stopped)):
        monkeypatch.setattr(LocalProcessSpawner, name, function)
    monkeypatch.setattr(LocalProcessSpawner, "get_env", lambda self: dict(self.environment))
