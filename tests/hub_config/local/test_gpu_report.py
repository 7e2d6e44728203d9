"""`course gpu`: who has which GPU, what is free, and the week's hours."""

from __future__ import annotations

import json
import os
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from course.errors import SetupError
from hub_config.local.gpu_report import make_report
from hub_config.local.lease_file import lease_file, make_place
from hub_config.local.leases import IDLE, JOB, Leases, Use
from hub_config.settings.device import Device
from tests.support.checkout import ROOT
from tests.support.gpu_machine import TWO, describe, gpu_machine

GPU, SHARED = "nvidia.com/gpu", "nvidia.com/gpu.shared"


def asked(*words: str) -> Any:
    """Run the command that pyproject.toml names."""
    named = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["course.commands"]["gpu"]
    app = typer.Typer()
    app.command()(EntryPoint("gpu", named, "course.commands").load())
    return CliRunner().invoke(app, words)


@pytest.fixture
def leases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Leases:
    gpu_machine(tmp_path, monkeypatch, [{**TWO[0], "busy": 37}, TWO[1]])
    devices = [Device(id="GPU-a1"), Device(id="1", resource=SHARED, people=2)]
    return Leases(make_place(tmp_path), devices)


def test_what_is_lent_and_free_is_told(leases: Leases, tmp_path: Path) -> None:
    leases.acquire("ada/", "ada", {GPU: 1}, 3600)
    leases.acquire("ben/lab", "ben", {SHARED: 1}, 3600, 0.25)
    leases.note([Use("ada/", "GPU-a1", 812, 25)])
    leases.wait("cleo/", "cleo", {GPU: 1})
    done = asked("--state", str(tmp_path), "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.output)
    ada, ben = found["leases"]
    assert (ada["person"], ada["gpu"], ada["name"]) == ("ada", "GPU-a1", "NVIDIA H200")
    assert (ada["percent_now"], ada["mb_now"], ada["mb_of"]) == (37, 0, 140_000)
    assert (ben["server"], ben["gpu"], ben["name"]) == ("lab", "1", "NVIDIA T4")
    assert ada["since"] < ada["until"]
    assert found["free"] == {GPU: {"free": 0, "of": 1}, SHARED: {"free": 1, "of": 2}}
    assert [(one["person"], one["resources"]) for one in found["waiting"]] == [("cleo", {GPU: 1})]
    assert (ada["percent"], ada["peak_mb"]) == (25, 812)
    week = {one["person"]: (one["percent"], one["peak_mb"]) for one in found["week"]}
    assert week == {"ada": (25, 812), "ben": (None, None)}
    shown = asked("--state", str(tmp_path)).output
    assert "In line: cleo (since " in shown
    assert "37% (25%)" in shown and "0 of 140000 MB (812 MB)" in shown and "nvidia.com/gpu: 0 of 1 free" in shown


def test_a_card_that_does_not_answer_is_told_without_its_use(leases: Leases, tmp_path: Path) -> None:
    leases.acquire("ada/", "ada", {GPU: 1}, 3600)
    describe(tmp_path / "machine.json", [], driver="")
    (ada,) = make_report(tmp_path)["leases"]
    assert (ada["person"], ada["percent_now"], ada["mb_of"]) == ("ada", None, None)


def test_what_is_idle_and_what_was_taken_back_is_told(leases: Leases, tmp_path: Path) -> None:
    leases.acquire("ada/", "ada", {GPU: 1}, 3600)
    leases.release("ada/", IDLE)
    leases.acquire("ada/", "ada", {GPU: 1}, 3600)
    leases.note([Use("ada/", "GPU-a1", 812, 0)], 12 * 60)
    report = make_report(tmp_path)
    assert (report["leases"][0]["idle_minutes"], report["week"][0]["taken_back"]) == (12, 1)
    shown = asked("--state", str(tmp_path)).output
    assert "12 min" in shown and "taken back" in shown


def test_a_job_is_told_from_a_server(leases: Leases, tmp_path: Path) -> None:
    leases.acquire(f"ada/{JOB}", "ada", {GPU: 1}, 3600)
    assert [one["job"] for one in make_report(tmp_path)["leases"]] == [True]
    assert "ada (a job)" in asked("--state", str(tmp_path)).output


def test_leases_of_an_earlier_version_are_moved(tmp_path: Path) -> None:
    before = Leases(tmp_path / "leases.db", [Device(id="0")])
    before.acquire("ada/", "ada", {GPU: 1}, 3600)
    assert [one.holder for one in Leases(make_place(tmp_path), None).lent()] == ["ada/"]
    assert not (tmp_path / "leases.db").exists() and make_place(tmp_path).exists()


def test_looking_changes_nothing(leases: Leases, tmp_path: Path) -> None:
    before = leases.free()
    make_report(tmp_path)
    assert leases.free() == before


def test_a_hub_without_gpus_says_so(tmp_path: Path) -> None:
    Leases(make_place(tmp_path), [])
    assert "This hub lends no GPUs" in asked("--state", str(tmp_path)).output


def test_where_there_is_no_hub_is_told(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="name another's folder with --state"):
        make_report(tmp_path)
    assert not lease_file(tmp_path).exists()
    make_place(tmp_path).write_text("no table of anything, and long enough to be taken for one" * 50)
    with pytest.raises(SetupError, match="ask as the user that runs the hub"):
        make_report(tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may become another")
def test_who_may_not_read_it_is_told(leases: Leases, tmp_path: Path) -> None:
    os.seteuid(65534)
    try:
        with pytest.raises(SetupError, match="ask as the user that runs the hub"):
            make_report(tmp_path)
    finally:
        os.seteuid(0)
