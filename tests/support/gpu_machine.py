"""A machine with GPUs, for NVML's stub (`fake_nvml`): a file that a test describes, and changes as it goes on."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.engine.gpu import nvml
from tests.support.folders import open_folder

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


class WithFiles:
    """A machine with two cards, 7 and 8, and their device files in a folder."""

    def __init__(self, folder: Path, mb: int) -> None:
        self.devices, self.mb = folder / "dev", mb
        self.devices.mkdir()
        for name in ("nvidia7", "nvidia8", "nvidiactl", "nvidia-uvm"):
            (self.devices / name).touch()
            (self.devices / name).chmod(0o666)
        self.file = folder / "machine.json"
        self.say()

    def say(self, **changes: Any) -> None:
        """Let both cards be like this from now on, and else as they were at first."""
        cards = [
            {
                "uuid": f"GPU-{n}",
                "name": f"Card {n}",
                "minor": n,
                "mb": self.mb,
                "file": str(self.devices / f"nvidia{n}"),
            }
            for n in (7, 8)
        ]
        describe(self.file, [{**one, **changes} for one in cards])


@contextlib.contextmanager
def machine_with_files(mb: int) -> Iterator[WithFiles]:
    """In this block submissions are lent the cards of such a machine, by a zygote that knows it. Linux only."""
    from autograder.engine.warm import launcher

    with open_folder() as folder, pytest.MonkeyPatch.context() as patch:
        made = WithFiles(folder, mb)
        patch.setenv(nvml.MODULE, f"tests.support.fake_nvml:{made.file}")
        patch.setattr(nvml, "DEVICES", made.devices)
        patch.setattr("autograder.engine.gpu.lending._folder", lambda: folder)
        zygote = launcher.start()
        patch.setattr(launcher._ours, "_zygote", zygote)
        yield made
        zygote.close()
