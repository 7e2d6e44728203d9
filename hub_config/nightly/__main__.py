"""The full-size run as a service of the hub: ``python -m hub_config.nightly``, started by the hub, which tells it when.

With ``--once`` it runs now, and ends: for a grader, in a terminal of the course's server.

COURSE_FULL_SIZE_AT : the time of day in the course's time zone, ``02:30``.
COURSE_ID, and what else a grader's commands find in their environment.
"""

from __future__ import annotations

import argparse
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

from pydantic_settings import BaseSettings, SettingsConfigDict

from autograder.classroom.assignment import read_chapter
from autograder.classroom.hand_in import hand_ins
from course.errors import CourseError, SetupError
from course.parsing import read_settings
from course.project import Project
from course.syllabus import Chapter, load_syllabus
from course.time_zone import course_zone

_LOOK = 30.0  # seconds between two looks at the clock: a machine may have slept
log = logging.getLogger("course.nightly")


class Told(BaseSettings):
    """What the hub tells the service, each in a variable of its own."""

    model_config = SettingsConfigDict(frozen=True, env_prefix="COURSE_", env_ignore_empty=True)

    id: str
    full_size_at: clock_time


def chapters_with_targets(project: Project) -> Iterator[Chapter]:
    """Yield the chapters that were released with points for targets on all the data, and of which something was handed
    in."""
    for chapter in load_syllabus(project.syllabus):
        try:
            released = read_chapter(project, chapter.name)
        except SetupError:  # not released
            continue
        if any(part.full_size for part in released.parts) and hand_ins(project, chapter):
            yield chapter


def grade_all(project: Project) -> list[str]:
    """Run ``course grade --full-size`` for each of these chapters; return the names of those that had a trouble."""
    troubled = []
    for chapter in chapters_with_targets(project):
        command = [sys.executable, "-m", "course", "grade", chapter.name, "--full-size"]
        done = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=False)
        if done.returncode:
            troubled.append(chapter.name)
            log.error("%s: exit code %d\n%s", chapter.name, done.returncode, done.stderr or done.stdout)
        else:
            log.info("%s: graded at full size", chapter.name)
    return troubled


def next_run(now: datetime, at: clock_time, zone: ZoneInfo) -> datetime:
    """Return when the clocks of `zone` next show `at`, after `now` (with a zone of its own)."""
    there = now.astimezone(zone)
    due = there.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return due if due > there else due + timedelta(days=1)


def run(project: Project, at: clock_time, stop: Callable[[], bool], rest: Callable[[float], None] = time.sleep) -> None:
    """Grade every night until `stop` says so; trouble of one night is logged, and the next is another."""
    zone = course_zone(project)
    due = next_run(datetime.now(zone), at, zone)
    while not stop():
        if datetime.now(zone) < due:
            rest(_LOOK)
            continue
        try:
            grade_all(project)
        except (CourseError, OSError):
            log.exception("Nothing more could be graded tonight.")
        due = next_run(datetime.now(zone), at, zone)


def main(arguments: list[str] | None = None) -> int:
    """Run the service, or with ``--once`` one night of it; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m hub_config.nightly", description=__doc__.split("\n")[0])
    parser.add_argument("--once", action="store_true", help="run now, and end")
    if parser.parse_args(arguments).once:
        return 1 if grade_all(Project.find().activate()) else 0
    told = read_settings(Told, SetupError, "The hub sets it, and starts the service with it.")
    parent = os.getppid()  # the hub, which may end without a word
    log.info("Full-size grading for %s at %s", told.id, told.full_size_at)
    run(Project.find().activate(), told.full_size_at, lambda: os.getppid() != parent)
    return 0


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    try:
        sys.exit(main())
    except CourseError as error:
        log.error("%s", error)
        sys.exit(1)
