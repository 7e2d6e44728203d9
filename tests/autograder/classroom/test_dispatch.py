"""Workers that are killed: no job is lost, none is done for ever, and a deadly one harms no other."""

from __future__ import annotations

import functools
import os
import signal
from pathlib import Path

import pytest

from autograder.classroom.dispatch import RETRIES, Dispatcher, Done
from autograder.classroom.executors import Workforce, default_workers, local
from course.errors import EngineError
from course.project import Project
from tests.support.checkout import ROOT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a worker can't be killed by a signal here")


def work(folder: Path, job: str) -> str:
    """Note that a job is begun, then do what its name says."""
    with (folder / job).open("a") as file:
        file.write("begun\n")
    begun = len((folder / job).read_text().splitlines())
    if job.startswith("deadly") or (job.startswith("unlucky") and begun == 1):
        os.kill(os.getpid(), signal.SIGKILL)
    if job.startswith("raises"):
        raise ValueError(job)
    return job.upper()


@pytest.fixture
def workforce() -> Workforce:
    return local(Project(ROOT), "ch03_classification", 2)


def run(workforce: Workforce, folder: Path, jobs: list[str]) -> dict[str, Done[str, str]]:
    found = list(Dispatcher(workforce, functools.partial(work, folder)).run(jobs))
    assert sorted(done.job for done in found) == sorted(jobs), "one outcome per job"
    return {done.job: done for done in found}


def test_each_job_has_its_outcome(workforce: Workforce, tmp_path: Path) -> None:
    jobs = [f"job-{number}" for number in range(20)] + ["raises"]
    found = run(workforce, tmp_path, jobs)
    assert [found[job].value for job in jobs] == [*(f"JOB-{number}" for number in range(20)), None]
    assert isinstance(found["raises"].error, ValueError)
    assert {path.read_text() for path in tmp_path.iterdir()} == {"begun\n"}


def test_a_deadly_job_takes_no_other_down(workforce: Workforce, tmp_path: Path) -> None:
    jobs = [
        *(f"job-{number}" for number in range(6)),
        "deadly-1",
        "deadly-2",
        *(f"late-{number}" for number in range(6)),
    ]
    found = run(workforce, tmp_path, jobs)
    for job in jobs:
        if job.startswith("deadly"):
            assert isinstance(found[job].error, EngineError)
            assert f"killed each of the {RETRIES} times it was judged alone" in str(found[job].error)
            assert len((tmp_path / job).read_text().splitlines()) >= RETRIES
        else:
            assert found[job].value == job.upper()


def test_a_job_whose_worker_was_killed_once_is_done(workforce: Workforce, tmp_path: Path) -> None:
    found = run(workforce, tmp_path, ["a", "unlucky", "b", "c", "d", "e", "f"])
    assert {done.error for done in found.values()} == {None}


def test_there_is_at_least_one_worker() -> None:
    assert default_workers() >= 1
