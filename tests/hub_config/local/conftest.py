"""Fixtures of leases, and of the line for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hub_config.local.leases import Leases
from hub_config.settings.device import Device
from tests.hub_config.local.test_leases import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lend(tmp_path: Path, clock: Clock) -> Callable[..., Leases]:
    def make(*devices: Device, weekly_hours: float | None = None) -> Leases:
        return Leases(tmp_path / "leases.db", devices, weekly_hours, clock)

    return make
