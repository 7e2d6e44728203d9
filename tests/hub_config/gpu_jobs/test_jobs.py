"""A job waits in the line for a GPU, has it while it runs, and gives it back whatever happens; nobody sees others'."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from hub_config.exchange.callers import Caller, Conflict, Forbidden, Unknown
from hub_config.gpu_jobs import jobs as module
from hub_config.gpu_jobs.jobs import Job, Jobs
from hub_config.local.leases import JOB, Leases
from tests.support.gpu_jobs import make_jobs, make_leases, notebook
from tests.support.gpu_machine import TWO, gpu_machine

GPU = {"nvidia.com/gpu": 1}
ADA, BEN = (Caller(name, frozenset({"nbgrader-ml"})) for name in ("ada", "ben"))


@pytest.fixture
def leases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Leases:
    gpu_machine(tmp_path, monkeypatch, TWO)
    monkeypatch.setattr(module, "LOOK", 0.02)
    return make_leases(tmp_path)


def walk(tmp_path: Path, leases: Leases, steps: Callable[[Jobs], Awaitable[None]], **more: Any) -> None:
    """Take these steps with the jobs of a hub, and end it."""

    async def run() -> None:
        jobs = make_jobs(tmp_path, leases, **more)
        try:
            await steps(jobs)
        finally:
            await jobs.close()

    asyncio.run(run())
    assert not [one for one in leases.held() if one.endswith(JOB)], "a GPU was not given back"
    assert not [one for one in leases.waiting() if one.holder.endswith(JOB)]


async def until(job: Job, *states: str) -> None:
    for _ in range(1000):
        if job.state in states:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(job)


def test_a_job_has_a_gpu_while_it_runs_and_stands_in_the_ledger(tmp_path: Path, leases: Leases) -> None:
    async def steps(jobs: Jobs) -> None:
        job = jobs.send(ADA, notebook("a", "wait").encode())
        await until(job, "running")
        (lent,) = leases.lent()
        assert (lent.holder, lent.person, lent.until - lent.since) == (f"ada/{JOB}", "ada", pytest.approx(300))
        assert job.run is not None and job.run.gpu.uuid == "GPU-a1"
        jobs.cancel(job)
        await until(job, "stopped")
        assert job.why == "It was interrupted." and job.result.exists()
        done = jobs.send(ADA, notebook("b").encode())
        await until(done, "done", "stopped")
        assert (done.state, done.why) == ("done", "")
        assert "ran b" in done.result.read_text()

    walk(tmp_path, leases, steps)
    assert [one.person for one in leases.week()] == ["ada"]


def test_jobs_and_servers_stand_in_one_line(tmp_path: Path, leases: Leases) -> None:
    async def steps(jobs: Jobs) -> None:
        leases.acquire("cleo/", "cleo", GPU, 3600)
        assert leases.wait("dan/", "dan", GPU).number == 1  # type: ignore[union-attr]
        job = jobs.send(ADA, notebook("a").encode())
        while job.place is None:
            await asyncio.sleep(0.02)
        assert (job.state, job.place.number) == ("waiting", 2)
        assert leases.wait("eve/", "eve", GPU).number == 3  # type: ignore[union-attr]
        leases.release("cleo/")
        leases.acquire("dan/", "dan", GPU, 3600)
        leases.release("dan/")
        await until(job, "done")
        leases.acquire("eve/", "eve", GPU, 3600)

    walk(tmp_path, leases, steps)


def test_who_is_next_is_served_at_once(tmp_path: Path, leases: Leases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK", 1000.0)  # nobody looks but who is told to

    async def steps(jobs: Jobs) -> None:
        first = jobs.send(ADA, notebook("wait").encode())
        await until(first, "running")
        others = [
            jobs.send(Caller(f"student-{n}", frozenset({"nbgrader-ml"})), notebook("a").encode()) for n in range(7)
        ]
        while not all(one.place for one in others):
            await asyncio.sleep(0.02)
        jobs.cancel(first)
        for one in others:
            await until(one, "done")

    walk(tmp_path, leases, steps)


def test_who_interrupts_leaves_the_line(tmp_path: Path, leases: Leases) -> None:
    async def steps(jobs: Jobs) -> None:
        leases.acquire("cleo/", "cleo", GPU, 3600)
        job = jobs.send(ADA, notebook("a").encode())
        jobs.cancel(job)
        await until(job, "stopped")
        assert "before its turn" in job.why and not job.result.exists()
        assert leases.waiting() == []

    walk(tmp_path, leases, steps)


@pytest.mark.parametrize("busy", [False, True])
def test_a_job_that_nobody_waits_for_ends(tmp_path: Path, leases: Leases, busy: bool) -> None:
    now = [0.0]

    async def steps(jobs: Jobs) -> None:
        if busy:
            leases.acquire("cleo/", "cleo", GPU, 3600)
        job = jobs.send(ADA, notebook("wait").encode())
        if not busy:
            await until(job, "running")
        now[0] += module.SILENT - 1
        assert jobs.find(ADA, job.id) is job  # which says that one waits
        now[0] += module.SILENT - 1
        await asyncio.sleep(0.2)
        assert not job.over
        now[0] += 2
        await until(job, "stopped")

    walk(tmp_path, leases, steps, clock=lambda: now[0])


def test_one_at_a_time_and_nobody_elses(tmp_path: Path, leases: Leases) -> None:
    async def steps(jobs: Jobs) -> None:
        job = jobs.send(ADA, notebook("wait").encode())
        with pytest.raises(Conflict, match="You have a job in line or running"):
            jobs.send(ADA, notebook("b").encode())
        for caller, id in ((BEN, job.id), (ADA, "0" * 32)):
            with pytest.raises(Unknown, match="send it again"):
                jobs.find(caller, id)
        with pytest.raises(Forbidden, match="people of a course"):
            jobs.send(Caller("nobody", frozenset()), notebook("b").encode())
        jobs.send(BEN, notebook("b").encode())

    walk(tmp_path, leases, steps)


def test_what_is_over_is_forgotten(tmp_path: Path, leases: Leases) -> None:
    now = [0.0]

    async def steps(jobs: Jobs) -> None:
        job = jobs.send(ADA, notebook("a").encode())
        await until(job, "done")
        now[0] += module.KEPT - 1
        assert jobs.find(ADA, job.id).result.exists()
        now[0] += 2
        await until(jobs.send(ADA, notebook("b").encode()), "done")
        assert not job.folder.exists()
        with pytest.raises(Unknown):
            jobs.find(ADA, job.id)

    walk(tmp_path, leases, steps, clock=lambda: now[0])


def test_hours_that_are_spent_are_told(tmp_path: Path, leases: Leases) -> None:
    limited = make_leases(tmp_path, weekly_hours=1e-9)
    limited.acquire("ada/", "ada", GPU, 3600)
    limited.release("ada/")

    async def steps(jobs: Jobs) -> None:
        job = jobs.send(ADA, notebook("a").encode())
        await until(job, "stopped")
        assert "GPU hours of this week" in job.why

    walk(tmp_path, limited, steps)


@pytest.mark.parametrize(
    ("trouble", "told"),
    [("full", "people wait already"), ("late", "Nothing has become free"), ("none", "lends no GPU")],
)
def test_what_keeps_a_job_from_a_gpu_is_told(
    tmp_path: Path, leases: Leases, monkeypatch: pytest.MonkeyPatch, trouble: str, told: str
) -> None:
    if trouble != "none":
        leases.acquire("cleo/", "cleo", GPU, 3600)
    if trouble == "full":
        monkeypatch.setattr(module, "LONGEST", 0)
    if trouble == "none":
        leases = Leases(tmp_path / "other.db", [])

    async def steps(jobs: Jobs) -> None:
        job = jobs.send(ADA, notebook("a").encode())
        await until(job, "stopped")
        assert told in job.why

    walk(tmp_path, leases, steps, wait_minutes=0.001)


def test_a_mistake_of_ours_ends_the_job_and_says_whose_it_is(tmp_path: Path, leases: Leases) -> None:
    async def steps(jobs: Jobs) -> None:
        job = jobs.send(ADA, notebook("fail").encode())
        await until(job, "stopped")
        assert "not at fault" in job.why

    walk(tmp_path, leases, steps)


def test_a_gpu_that_the_driver_does_not_name_is_no_students_fault(
    tmp_path: Path, leases: Leases, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpu_machine(tmp_path, monkeypatch, [], driver="")

    async def steps(jobs: Jobs) -> None:
        job = jobs.send(ADA, notebook("a").encode())
        await until(job, "stopped")
        assert "not at fault" in job.why

    walk(tmp_path, leases, steps)


def test_what_a_killed_service_held_is_free_again(tmp_path: Path, leases: Leases) -> None:
    leases.acquire(f"ada/{JOB}", "ada", GPU, 3600)
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "left").write_text("of a job")
    make_jobs(tmp_path, leases)
    assert leases.held() == {} and list((tmp_path / "jobs").iterdir()) == []
    leases.acquire("ben/", "ben", GPU, 3600)
    make_jobs(tmp_path, leases)
    assert list(leases.held()) == ["ben/"]  # a server's stays
