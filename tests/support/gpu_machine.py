"""A machine with GPUs, for NVML's stub (`fake_nvml`): a file that a test describes, and changes as it goes on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autograder.engine.gpu import nvml

TWO: list[dict[str, Any]] = [
    {"uuid": "GPU-a1", "name": "NVIDIA H200", "minor": 0, "mb": 140_000},
    {"uuid": "GPU-b2", "name": "NVIDIA T4", "minor": 3, "mb": 15_000},
]


def divided(card: dict[str, Any], *profiles: str) -> dict[str, Any]:
    """A card in MIG slices, ``MIG-1`` and so on."""
    return {**card, "slices": [{"uuid": f"MIG-{n + 1}", "profile": one, "mb": 9_000} for n, one in enumerate(profiles)]}


def describe(file: Path, cards: list[dict[str, Any]], driver: str = "580.1") -> None:
    """Write which cards there are from now on."""
    file.write_text(json.dumps({"driver": driver, "cards": cards}), encoding="utf-8")


def gpu_machine(
    folder: Path, monkeypatch: pytest.MonkeyPatch, cards: list[dict[str, Any]], driver: str = "580.1"
) -> Path:
    """Have NVML find these cards, and return the file that says so."""
    file = folder / "machine.json"
    describe(file, cards, driver)
    monkeypatch.setenv(nvml.MODULE, f"tests.support.fake_nvml:{file}")
    return file
