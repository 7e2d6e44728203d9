"""Instant feedback as a service of the hub: ``python -m hub_config.instant``, started by the hub, which tells it what.

With ``--once`` it judges what waits, and ends: for a grader, in a terminal of the course's server.

COURSE_ID : the course.
COURSE_FEEDBACK, COURSE_GRADE_POLICY : its settings from ``courses.toml``, as JSON.
COURSE_EXCHANGE_URL, JUPYTERHUB_API_TOKEN : the exchange, and who this is there.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
from collections.abc import Callable

from pydantic import Json
from pydantic_settings import BaseSettings, SettingsConfigDict

from course.errors import CourseError, SetupError
from course.exchange.client import ExchangeClient
from course.exchange.policy import GradePolicy
from course.locks import held
from course.parsing import read_settings
from course.project import Project
from hub_config.instant.judges import Judges
from hub_config.instant.service import Desk, Outdated, Service
from hub_config.settings.hub import Feedback

PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds between two looks; at most, while the exchange does not answer
log = logging.getLogger("course.instant")


class Told(BaseSettings):
    """What the hub tells the service, each in a variable of its own: ``COURSE_ID``."""

    model_config = SettingsConfigDict(
        frozen=True, env_prefix="COURSE_", env_ignore_empty=True, enable_decoding=False, validate_default=False
    )

    id: str
    feedback: Json[Feedback] = Feedback()


def desk_from_environ() -> Desk:
    """Return what the environment describes.

    Raises
    ------
    SetupError : a variable is missing or is not what it should be.
    """
    project = Project.find().activate()
    told = read_settings(Told, SetupError, "The hub sets it, and starts the service with it.")
    return Desk(told.id, project, GradePolicy.from_environ(), told.feedback.points, told.feedback.workers)


def run(service: Service, stop: Callable[[], bool] = lambda: False, *, once: bool = False) -> None:
    """Work until `stop` says so; with `once` until nothing waits whose turn it is.

    Trouble with the exchange, and of the disk, is waited out, except with `once`.
    """
    pause = PAUSE
    while not stop():
        try:
            busy = service.step()
            pause = PAUSE
            if once and not busy and not service.busy:
                return
        except Outdated:
            raise
        except (CourseError, OSError) as error:  # of the disk: it may be full, and have room again
            if once:
                raise
            pause = min(LONGEST_PAUSE, 2 * pause)
            log.warning("%s: %s Tried again in %.0f s.", type(error).__name__, error, pause)
        service.rest(pause)


def main(arguments: list[str] | None = None) -> None:
    """Run the service, one per course and checkout at a time."""
    parser = argparse.ArgumentParser(prog="python -m hub_config.instant", description=__doc__.split("\n")[0])
    parser.add_argument("--once", action="store_true", help="judge what waits, and end")
    once = parser.parse_args(arguments).once
    desk = desk_from_environ()
    client = ExchangeClient.from_environ(pauses=None if once else ())
    parent = os.getppid()  # the hub, which may end without a word
    taken = SetupError("The service is at work already: look into the hub's log if it does not get on.")
    lock = held(desk.folder / f"{desk.course}.lock", taken, wait=not once)
    with lock, Judges(desk.project, desk.workers) as judges:
        log.info("Instant feedback for %s", desk.course)
        run(Service(desk, client, judges), lambda: os.getppid() != parent, once=once)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))  # it may be killed at any moment, so it needs no other end
    status = 0
    try:
        main()
    except CourseError as error:
        log.error("%s", error)
        status = 1
    logging.shutdown()
    os._exit(status)  # not waiting for what is being judged; workers end with this process
