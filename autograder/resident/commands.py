"""The ``course warm`` command: the resident of this checkout, seen and ended by hand."""

from __future__ import annotations

import itertools
import json
import sys
import time
from typing import Annotated

import typer

from course import resident
from course.console import GRADE, Json, command, out, print_json
from course.errors import SetupError
from course.project import Project

_WAIT_SECONDS = 60.0
_LOOKS = 20  # between two attempts


@command(GRADE, "course warm --status")
def warm(
    status: Annotated[bool, typer.Option("--status", help="Say whether it runs (also without an option)")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="End it; commands that run go on")] = False,
    start: Annotated[bool, typer.Option("--start", help="Start it now, and wait until it is ready")] = False,
    as_json: Json = False,
) -> None:
    """The process that stays, so that `course grade`, `course feedback` and `pytest autograder` begin at once.

    The first of these commands starts it at its end. It serves this checkout and this user only, ends after ten idle
    minutes, and does not serve once the grader's own files or its libraries have changed. COURSE_WARM=0 turns it off.
    """
    if status + stop + start > 1:
        raise typer.BadParameter("one of --status, --stop and --start", param_hint="--status")
    project = Project.find().activate()
    if start:
        _start(project)
    found, why = _told(project, "stop" if stop else "status")
    if as_json:
        print_json({"runs": found is not None and not stop, "why": why, **(found or {})})
    elif found is None:
        out.print(f"No warm process: {why}.", highlight=False)
    elif stop:
        running = f" once {found['running']} running command(s) have ended" if found["running"] else ""
        out.print(f"Process {found['pid']} ends{running}.", highlight=False)
    else:
        out.print(
            f"Process {found['pid']} has served {found['served']} command(s) in {found['seconds']} s; it holds "
            f"{found['megabytes']} MB, and ends in {found['ends_in']} s if nobody asks.",
            highlight=False,
        )


def _told(project: Project, what: str) -> tuple[dict[str, int] | None, str]:
    """Return what the resident says, or None and why it says nothing."""
    if not resident.usable():
        return None, "it needs Linux" if sys.platform != "linux" else f"{resident.SWITCH}=0 turns it off"
    try:
        connection, answer = resident.asked(project.root, {"do": what})
        connection.close()
        return json.loads(answer), ""
    except resident.Unusable as error:
        return None, str(error)
    except ValueError:
        return None, answer or "it has ended"


def _start(project: Project) -> None:
    """Start it and wait. Raises `SetupError` where that can't be."""
    try:
        if not resident.usable():
            raise resident.Unusable(_told(project, "status")[1])
        until = time.monotonic() + _WAIT_SECONDS
        for look in itertools.count():
            found, why = _told(project, "status")
            if found is not None:
                return
            if time.monotonic() > until:
                raise resident.Unusable(f"{why}, {_WAIT_SECONDS:.0f} s after it was started")
            if look % _LOOKS == 0:  # again, since one that was leaving may have been in its way
                resident.start(project.root)
            time.sleep(0.1)
    except resident.Unusable as error:
        raise SetupError(f"No warm process could be started: {error}. Commands run without it.") from error
