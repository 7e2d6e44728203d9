"""GPU jobs as a service of the hub: ``python -m hub_config.gpu_jobs``, started by the hub, which tells it where.

COURSE_JOBS_STATE : the folder of the hub's leases, in which jobs are kept too.
COURSE_JOBS_TERMS : ``[gpu_jobs]`` of hub.toml, as JSON.
COURSE_JOBS_WEEKLY_HOURS, COURSE_JOBS_WAIT_MINUTES : ``weekly_gpu_hours`` and ``gpu_wait_minutes`` of hub.toml.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Json
from pydantic_settings import BaseSettings, SettingsConfigDict

from autograder.engine.gpu.nvml import Gpu, gpus
from course.errors import SetupError
from course.parsing import read_settings
from hub_config.exchange.identity import HubIdentity
from hub_config.gpu_jobs.app import make_app, make_server
from hub_config.gpu_jobs.jobs import Jobs
from hub_config.gpu_jobs.running import Run
from hub_config.local.lease_file import NAME
from hub_config.local.leases import Leases
from hub_config.settings.hub import GpuJobs

log = logging.getLogger("course.gpu")


class Told(BaseSettings):
    """What the hub tells the service, each in a variable of its own: ``COURSE_JOBS_STATE``."""

    model_config = SettingsConfigDict(
        frozen=True, env_prefix="COURSE_JOBS_", env_ignore_empty=True, enable_decoding=False, validate_default=False
    )

    state: Path
    terms: Json[GpuJobs] = GpuJobs()
    weekly_hours: float = 0
    wait_minutes: float = 60


def jobs_from_environ() -> Jobs:
    """Return the jobs that the environment describes.

    Raises
    ------
    SetupError : a variable is missing or is not what it should be.
    """
    told = read_settings(Told, SetupError, "The hub sets it, and starts the service with it.")
    leases = Leases(told.state / NAME, None, told.weekly_hours or None)
    terms = told.terms

    def make(source: Path, target: Path, gpu: Gpu) -> Run:
        return Run(source, target, gpu, terms)

    # Where nobody waits for a server, a job does all the same: it is short.
    wait = told.wait_minutes or 60
    return Jobs(told.state / "jobs", terms, leases, gpus(), make, wait)


async def serve() -> None:
    """Serve where the hub says, until SIGTERM, or until the hub has ended."""
    where, parent = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"]), os.getppid()
    jobs = jobs_from_environ()
    server = make_server(make_app(jobs, HubIdentity(), os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "/")))
    server.listen(where.port or 80, where.hostname or "127.0.0.1")
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    log.info("GPU jobs are taken at %s", where.netloc)
    while not stop.is_set() and os.getppid() == parent:
        try:
            await asyncio.wait_for(stop.wait(), 5)
        except TimeoutError:
            continue
    server.stop()
    await jobs.close()
    await server.close_all_connections()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    asyncio.run(serve())
