"""A course's schedule as a service of the hub, which starts it and tells it what: ``python -m hub_config.schedule``.

With ``--once`` it does what is to be done now, and ends: for a grader, in a terminal of the course's server.

COURSE_ID : the course.
COURSE_SCHEDULE : its ``[[course.schedule]]`` from ``courses.toml``, as JSON.
COURSE_EXCHANGE_URL, JUPYTERHUB_API_TOKEN : the exchange, and who this is there.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections.abc import Callable

from pydantic import Json
from pydantic_settings import BaseSettings, SettingsConfigDict

from course.errors import CourseError, SetupError
from course.exchange.client import ExchangeClient
from course.locks import held
from course.nbgrader_plugins.plans import Teller
from course.parsing import read_settings
from course.project import Project
from course.syllabus import load_syllabus
from hub_config.schedule.service import Service
from hub_config.settings.schedule import Entry, plan_of

_LOOK = 30.0  # seconds between two looks, at what people have done and at the clock: a machine may have slept
log = logging.getLogger("course.schedule")


class Told(BaseSettings):
    """What the hub tells the service, each in a variable of its own."""

    model_config = SettingsConfigDict(
        frozen=True, env_prefix="COURSE_", env_ignore_empty=True, enable_decoding=False, validate_default=False
    )

    id: str
    schedule: Json[tuple[Entry, ...]]


def told() -> Told:
    """Return what the hub has told this process; raises `SetupError` where it has not."""
    remedy = "The hub sets it, for a course that has [[course.schedule]] in courses.toml: use its server's terminal."
    return read_settings(Told, SetupError, remedy)


def run(service: Service, stop: Callable[[], bool], rest: Callable[[float], None] = time.sleep) -> None:
    """Look at the clock until `stop` says so: now and then, and when something is planned."""
    while not stop():
        service.step()
        rest(min(_LOOK, service.idle))


def main(arguments: list[str] | None = None) -> int:
    """Run the service, one per checkout at a time, or one look or one action of it; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m hub_config.schedule", description=__doc__.split("\n")[0])
    parser.add_argument("--once", action="store_true", help="do what is to be done now, and end")
    parser.add_argument("--do", help="do this alone, whatever the time is, and end")
    parser.add_argument("--chapter", default="", help="what to do it with")
    asked = parser.parse_args(arguments)
    project = Project.find().activate()
    if asked.do:
        from hub_config.schedule.actions import ACTIONS  # the service that stays needs none of it

        ACTIONS[asked.do](project, load_syllabus(project.syllabus).find(asked.chapter))
        return 0
    hub = told()
    planned, zone = plan_of(hub.schedule, None, project.root)
    parent = os.getppid()  # the hub, which may end without a word
    taken = SetupError("The service is at work already: `course schedule` shows what it has done.")
    with held(project.build / "schedule.lock", taken, wait=not asked.once):
        client = ExchangeClient.from_environ()
        # A course's server tells it too, but on a cluster there may be none, and here it looks later.
        service = Service(project, hub.id, planned, zone, client, tell=Teller(project, hub.id, client).look)
        if asked.once:
            return 1 if service.step(eager=True) else 0
        log.info("The schedule of %s: %d chapters", hub.id, len(planned))
        run(service, lambda: os.getppid() != parent)
    return 0


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    try:
        sys.exit(main())
    except CourseError as error:
        sys.exit(str(error))
