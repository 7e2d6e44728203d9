"""Sending a notebook or a cell to a GPU, as people do: the client, `course run --gpu` and `%%gpu`, over real HTTP."""

from __future__ import annotations

import json
import time
import tomllib
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
import requests
import typer
from typer.testing import CliRunner

from course.errors import ExchangeRefusal, OperatorError, SetupError, StudentError
from course.gpu_jobs import client as client_module
from course.gpu_jobs.client import GpuJobsClient
from hub_config.gpu_jobs import jobs as jobs_module
from hub_config.gpu_jobs.__main__ import jobs_from_environ
from hub_config.gpu_jobs.running import NOTEBOOK_MB
from hub_config.local.leases import Leases
from tests.support.checkout import ROOT
from tests.support.gpu_jobs import make_leases, notebook, serving
from tests.support.gpu_machine import TWO, gpu_machine

GPU = {"nvidia.com/gpu": 1}


@pytest.fixture
def leases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Leases:
    gpu_machine(tmp_path, monkeypatch, TWO)
    monkeypatch.setattr(jobs_module, "LOOK", 0.02)
    monkeypatch.setattr(client_module, "_LOOK", 0.05)
    for name in ("COURSE_GPU_URL", "COURSE_HUB_TOKEN", "JUPYTERHUB_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return make_leases(tmp_path)


@pytest.fixture
def url(tmp_path: Path, leases: Leases) -> Iterator[str]:
    with serving(tmp_path, leases) as url:
        yield url


def ran(*words: str) -> Any:
    """Run the command that pyproject.toml names."""
    named = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["course.commands"]["run"]
    app = typer.Typer()
    app.command()(EntryPoint("run", named, "course.commands").load())
    return CliRunner().invoke(app, words)


def test_a_notebook_comes_back_with_its_outputs(url: str, leases: Leases) -> None:
    said: list[str] = []
    done = GpuJobsClient(url, "ada").run(notebook("a", "b"), said.append)
    cells = json.loads(done.notebook)["cells"]
    assert [cell["outputs"][0]["text"] for cell in cells] == ["ran a\n", "ran b\n"]
    assert (done.why, leases.held()) == ("", {})


def test_who_waits_reads_the_place(url: str, leases: Leases) -> None:
    leases.acquire("cleo/", "cleo", GPU, 3600)
    said: list[str] = []

    def told(text: str) -> None:
        said.append(text)
        if text.startswith("In line"):
            leases.release("cleo/")

    assert GpuJobsClient(url, "ada").run(notebook("a"), told).why == ""
    assert said[0].startswith("In line for a GPU: place 1. The next GPU is back at ")


@pytest.mark.parametrize("busy", [True, False])
def test_an_interrupt_ends_the_job(url: str, leases: Leases, busy: bool) -> None:
    if busy:
        leases.acquire("cleo/", "cleo", GPU, 3600)

    def interrupt(text: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        GpuJobsClient(url, "ada").run(notebook("wait"), interrupt)
    until = time.monotonic() + 20
    while leases.waiting() or "ada//job" in leases.held():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_only_ones_own_job_can_be_seen_or_ended(url: str) -> None:
    ada, ben = GpuJobsClient(url, "ada"), GpuJobsClient(url, "ben")
    id = ada._json("POST", "/jobs", data=notebook("wait").encode())["id"]
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/notebook")):
        with pytest.raises(ExchangeRefusal, match="no such job"):
            ben._ask(method, f"/jobs/{id}{path}")
    with pytest.raises(ExchangeRefusal, match="no outputs of this job yet"):
        ada._ask("GET", f"/jobs/{id}/notebook")
    with pytest.raises(ExchangeRefusal, match="You have a job"):
        ada.run(notebook("b"))
    ada._ask("DELETE", f"/jobs/{id}")


def test_strangers_are_turned_away(url: str) -> None:
    with pytest.raises(ExchangeRefusal, match="does not know your token"):
        GpuJobsClient(url, "mallory").run(notebook("a"))
    with pytest.raises(ExchangeRefusal, match="people of a course"):
        GpuJobsClient(url, "nobody").run(notebook("a"))
    assert requests.post(f"{url}/jobs", data=b"{}", timeout=20).status_code == 401
    assert requests.get(f"{url}/health", timeout=20).json() == {"ok": True}


def test_a_notebook_that_is_too_large_is_not_taken(url: str) -> None:
    with pytest.raises((ExchangeRefusal, OperatorError)):
        GpuJobsClient(url, "ada").run(" " * ((NOTEBOOK_MB << 20) + 1))


def test_a_mistake_of_ours_is_no_students(url: str) -> None:
    assert "not at fault" in GpuJobsClient(url, "ada").run(notebook("fail")).why


def test_a_hub_without_the_service_is_named(tmp_path: Path, leases: Leases) -> None:
    with serving(tmp_path, leases) as url, pytest.raises(ExchangeRefusal, match="takes no GPU jobs"):
        GpuJobsClient(url.replace("/services/gpu", "/elsewhere"), "ada").run(notebook("a"))
    with pytest.raises(OperatorError, match="is the hub running"):
        GpuJobsClient(url, "ada").run(notebook("a"))


def test_without_a_hub_it_says_so(leases: Leases, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SetupError, match="there is none here: name it"):
        GpuJobsClient.from_environ()
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "of a server")
    with pytest.raises(SetupError, match="This hub takes no GPU jobs"):
        GpuJobsClient.from_environ()


def test_the_command_writes_the_outputs_beside(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_GPU_URL", url)
    monkeypatch.setenv("COURSE_HUB_TOKEN", "ada")
    file = tmp_path / "mine.ipynb"
    file.write_text(notebook("a"))
    before = file.read_text()
    done = ran("--gpu", str(file))
    assert done.exit_code == 0, done.output
    assert "ran a" in (tmp_path / "mine-gpu.ipynb").read_text() and file.read_text() == before
    assert ran("--gpu", str(file), "--out", str(tmp_path / "there.ipynb")).exit_code == 0
    assert (tmp_path / "there.ipynb").exists()
    file.write_text(notebook("a", "fail"))
    stopped = ran("--gpu", str(file), "--out", str(tmp_path / "part.ipynb"))
    assert isinstance(stopped.exception, StudentError) and "ran a" in (tmp_path / "part.ipynb").read_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["mine.ipynb"], "say --gpu"),
        (["--gpu", "nowhere.ipynb"], "no notebook that is there"),
        (["--gpu", "mine.txt"], "no notebook that is there"),
        (["--gpu", "mine.ipynb"], "there is none here: name it"),
        (["--gpu", "latin.ipynb", "--hub", "http://127.0.0.1:9"], "can't be read"),
    ],
)
def test_what_can_not_be_run_is_explained(
    leases: Leases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.ipynb").write_text(notebook("a"))
    (tmp_path / "mine.txt").write_text("text")
    (tmp_path / "latin.ipynb").write_bytes(b"\xe9")
    if "--hub" in words:
        monkeypatch.setenv("COURSE_HUB_TOKEN", "ada")
    assert told in str(ran(*words).exception)


def test_ctrl_c_ends_the_command(url: str, tmp_path: Path, leases: Leases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_GPU_URL", url)
    monkeypatch.setenv("COURSE_HUB_TOKEN", "ada")
    (tmp_path / "mine.ipynb").write_text(notebook("wait"))

    def interrupt(*of: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(GpuJobsClient, "_wait", interrupt)
    done = ran("--gpu", str(tmp_path / "mine.ipynb"))
    assert done.exit_code == 130 and not (tmp_path / "mine-gpu.ipynb").exists()
    until = time.monotonic() + 20
    while leases.held() or leases.waiting():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_the_service_is_told_where(tmp_path: Path, leases: Leases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_JOBS_STATE", str(tmp_path))
    monkeypatch.setenv("COURSE_JOBS_TERMS", '{"minutes": 3}')
    jobs = jobs_from_environ()
    assert jobs._terms.minutes == 3 and jobs._leases.free() == {"nvidia.com/gpu": (1, 1)}
    monkeypatch.setenv("COURSE_JOBS_TERMS", '{"minutes": -1}')
    with pytest.raises(SetupError, match="The hub sets it"):
        jobs_from_environ()
    monkeypatch.delenv("COURSE_JOBS_STATE")
    with pytest.raises(SetupError, match="COURSE_JOBS_STATE"):
        jobs_from_environ()
