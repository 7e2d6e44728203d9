"""Whose job waits in the line for a GPU, which runs, and what has become of one: the rules, without HTTP.

A job stands in the same line as who wants a server with a GPU (`hub_config.local.line`), and a lease of its own stands
in the same ledger. Jobs themselves are kept in memory: after a restart their senders are told to send them again.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import logging
import secrets
import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from autograder.engine.gpu.nvml import Gpu
from course.errors import CourseError, StudentError
from course.files import remove
from hub_config.exchange.callers import Caller, Conflict, Forbidden, Refused, Unknown
from hub_config.gpu_jobs.running import Make, Run
from hub_config.local.gpus import known
from hub_config.local.leases import JOB, Busy, Lease, Leases, LineFull, NoSuchDevice, Place, QuotaSpent
from hub_config.local.watch import Watch
from hub_config.settings.hub import GpuJobs

log = logging.getLogger("course.gpu")
LOOK = 1.0  # seconds between two looks at the line, of who is in front
LONGEST = 250  # who wait in line at a time when a job comes: jobs are short, and a class may send them all at once
_AT_ONCE = 64  # that run
_WOKEN = 4  # who look at the line at once when a job has got a GPU, or gives it back
SILENT = 60.0  # seconds after which nobody is taken to wait for a job any more
KEPT = 600.0  # seconds that a job which is done can be fetched
_TROUBLE = "The hub has trouble with its GPUs: tell whoever runs it. Your notebook is not at fault."


@dataclass
class Job:
    """One notebook that somebody has sent.

    Attributes
    ----------
    state : ``waiting``, ``running``, then ``done`` (all cells were run) or ``stopped`` (`why` says why).
    seen : when its sender last asked for it.
    """

    id: str
    person: str
    folder: Path
    seen: float
    state: str = "waiting"
    why: str = ""
    place: Place | None = None
    run: Run | None = None
    ended: float = 0.0
    cancelled: bool = False
    task: asyncio.Task[None] | None = field(default=None, repr=False)
    wake: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    @property
    def holder(self) -> str:
        """Whose lease it is."""
        return f"{self.person}/{JOB}"

    @property
    def over(self) -> bool:
        """Whether it is at its end."""
        return self.state in ("done", "stopped")

    @property
    def result(self) -> Path:
        """The notebook with its outputs, once it is over; there is none where no cell was begun."""
        return self.folder / "result.ipynb"


class Jobs:
    """All jobs of a hub; to be used in one event loop.

    Parameters
    ----------
    folder : for what was sent and what has come of it; emptied at the start.
    wait_minutes : in line, at most.
    make : makes a run.
    """

    def __init__(
        self,
        folder: Path,
        terms: GpuJobs,
        leases: Leases,
        gpus: Sequence[Gpu],
        make: Make,
        wait_minutes: float = 60,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder, self._terms, self._leases, self._gpus, self._make = folder, terms, leases, gpus, make
        self._wait_minutes, self._clock = wait_minutes, clock
        self._watch = Watch(leases, gpus)
        self._jobs: dict[str, Job] = {}
        self._threads = ThreadPoolExecutor(_AT_ONCE, "gpu-job")  # beside those that look at the line
        remove(folder)
        folder.mkdir(parents=True, mode=0o700)
        for holder in leases.held():
            if holder.endswith(f"/{JOB}"):  # of a service that was killed
                leases.release(holder)

    def send(self, caller: Caller, notebook: bytes) -> Job:
        """Take a notebook, and have it stand in line.

        Raises
        ------
        Forbidden : this person is in no course.
        Conflict : they have a job already.
        """
        if not caller.groups:
            raise Forbidden("GPU jobs are for people of a course: your name is in none of this hub's.")
        self._forget()
        if any(one.person == caller.name and not one.over for one in self._jobs.values()):
            raise Conflict(
                "You have a job in line or running: wait for it, or interrupt it where you sent it. One whose sender "
                f"is gone ends by itself after {SILENT:.0f} seconds."
            )
        job = Job(secrets.token_hex(16), caller.name, self._folder / secrets.token_hex(16), self._clock())
        job.folder.mkdir(mode=0o700)
        (job.folder / "sent.ipynb").write_bytes(notebook)
        self._jobs[job.id] = job
        job.task = asyncio.get_running_loop().create_task(self._live(job))
        return job

    def find(self, caller: Caller, id: str) -> Job:
        """Return a person's job, and note that they still want it.

        Raises
        ------
        Unknown : there is none of theirs by that id.
        """
        job = self._jobs.get(id)
        if job is None or job.person != caller.name:
            raise Unknown("There is no such job, perhaps since the hub's service was started again: send it again.")
        job.seen = self._clock()
        return job

    def cancel(self, job: Job) -> None:
        """End it, in line or running. Harmless when it is over."""
        job.cancelled = True
        job.wake.set()
        if job.run is not None:
            job.run.end("It was interrupted.")

    async def close(self) -> None:
        """End all, as the service ends."""
        for job in self._jobs.values():
            self.cancel(job)
        await asyncio.gather(*(job.task for job in self._jobs.values() if job.task), return_exceptions=True)
        self._threads.shutdown(wait=False)

    async def _live(self, job: Job) -> None:
        try:
            job.why = await self._from_line_to_end(job)
        except (Refused, StudentError) as error:
            job.why = str(error)
        except Exception as error:  # also a mistake of ours: the sender must not wait for ever
            log.error("%s: %s: %s", job.holder, type(error).__name__, error)
            job.why = str(error) if isinstance(error, CourseError) else _TROUBLE
        finally:
            await self._let_go(job)
            job.state, job.ended = "stopped" if job.why else "done", self._clock()
            log.info("%s: %s %s", job.holder, job.state, job.why)

    async def _from_line_to_end(self, job: Job) -> str:
        lease = await self._lent(job)
        if lease is None:
            return "It was interrupted before its turn had come."
        gpu = known(lease.devices[0], self._gpus)
        if gpu is None:
            log.error("GPU %s is not named by the driver", lease.devices[0])
            return _TROUBLE
        job.run = self._make(job.folder / "sent.ipynb", job.result, gpu)
        self._watch.follow(job.holder, None)
        job.state, job.place = "running", None
        self._wake()
        running = asyncio.get_running_loop().run_in_executor(self._threads, job.run.go)
        while not (await asyncio.wait([running], timeout=LOOK))[0]:
            if job.cancelled:
                job.run.end("It was interrupted.")
            elif self._is_left(job):
                job.run.end("Nobody waited for it any more.")
        return await running

    async def _lent(self, job: Job) -> Lease | None:
        """Wait for a GPU; None where the job is wanted no more."""
        asked, begun = {self._terms.resource: 1}, self._clock()
        while not job.cancelled and not self._is_left(job):
            if self._clock() - begun > self._wait_minutes * 60:
                raise Refused(f"Nothing has become free in {self._wait_minutes:g} minutes: send it again later.")
            job.wake.clear()  # before the look: what happens while it looks is not to be missed
            try:
                job.place = await asyncio.to_thread(self._leases.wait, job.holder, job.person, asked, LONGEST)
                if job.place is None:
                    terms = (job.holder, job.person, asked, self._terms.minutes * 60, self._terms.gpu_share)
                    return await asyncio.to_thread(self._leases.acquire, *terms)
            except Busy:  # somebody was sooner
                pass
            except LineFull as full:
                raise Refused(f"{full}: send it again later.") from full
            except QuotaSpent as spent:
                raise Refused(
                    f"You have used {spent.used:.1f} of your {spent.quota:g} GPU hours of this week. They are renewed "
                    "on Monday; run it on the CPU meanwhile."
                ) from spent
            except NoSuchDevice as none:
                raise Refused(f"This hub lends no GPU to jobs: {none}. Tell whoever runs it.") from none
            await self._pause(job)
        return None

    async def _pause(self, job: Job) -> None:
        """Wait until something may have become free: others than jobs say nothing when they go."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(job.wake.wait(), LOOK * min(10, job.place.number if job.place else 1))

    async def _let_go(self, job: Job) -> None:
        self._watch.forget(job.holder)
        try:
            await asyncio.to_thread(self._leases.leave, job.holder)
            await asyncio.to_thread(self._leases.release, job.holder)
        except sqlite3.Error as error:
            log.error("%s can't give its GPU back: %s", job.holder, error)
        self._wake()

    def _wake(self) -> None:
        """Have those look who are first: a GPU is free, or there is one less before them."""
        waiting = (one for one in self._jobs.values() if one.state == "waiting")
        for one in heapq.nsmallest(_WOKEN, waiting, key=lambda one: one.place.number if one.place else 0):
            one.wake.set()  # places may be of some seconds ago, and are in the right order

    def _is_left(self, job: Job) -> bool:
        return self._clock() - job.seen > SILENT

    def _forget(self) -> None:
        for job in [one for one in self._jobs.values() if one.over and self._clock() - one.ended > KEPT]:
            del self._jobs[job.id]
            remove(job.folder)
