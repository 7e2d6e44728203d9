"""The ``course`` command: a group whose commands are found by the entry points ``course.commands``, one by one."""

from __future__ import annotations

import atexit
import contextlib
import gc
import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from course import resident
from course.console import PERSONS, err, listing_of, out
from course.errors import CourseError, SetupError, near
from course.project import Project

_GROUP = "course.commands"


class LazyGroup(TyperGroup):
    """A group that imports a command's module when that command is asked for; its help imports all of them.

    A command whose package is not here is not listed: a student's environment has no grader.
    """

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self._found = {one.name: one for one in entry_points(group=_GROUP)}
        with contextlib.suppress(SetupError):  # outside a checkout there are a student's commands only
            Project.find().importable()

    def list_commands(self, ctx: Any) -> list[str]:
        """Called for the help and for what a wrong word may have meant."""
        here = [one for one in self._found.values() if _is_here(one)]
        return sorted((one.name for one in here), key=lambda name: (self._person(name), name))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Called with the first word of a command line, and for each command of the help."""
        if cmd_name not in self._found:
            return None
        if cmd_name not in self.commands:
            if not _is_here(self._found[cmd_name]):
                Project.find()  # which tells where it was looked for
                raise SetupError(f"{cmd_name!r} is a command of the instructor's environment: run `make setup`.")
            self.commands[cmd_name] = _made(self._found[cmd_name])
        return self.commands[cmd_name]

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Called with all words of a command line but its own name."""
        name = args[0]
        if name not in self._found and not name.startswith("-"):
            known = [one.name for one in self._found.values() if _is_here(one)]
            ctx.fail(f"No such command {name!r}.{near(name, known)}")
        return super().resolve_command(ctx, args)

    def _person(self, name: str) -> int:
        return PERSONS.index(self.get_command(None, name).rich_help_panel)


def _is_here(command: EntryPoint) -> bool:
    """Whether a command's package can be imported; it is not."""
    package = ".".join(command.module.split(".")[:2])
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False


def _made(command: EntryPoint) -> Any:
    function = command.load()
    person, example = listing_of(function)
    one = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    one.command(command.name, epilog=f"Example: {example}", rich_help_panel=person)(function)
    return typer.main.get_command(one)


app = typer.Typer(cls=LazyGroup, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def _print_version(wanted: bool) -> None:
    if wanted:
        from course import __version__

        out.print(f"course {__version__}", highlight=False)
        raise typer.Exit


@app.callback()
def course(
    version: Annotated[
        bool, typer.Option("--version", help="Say which version this is", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """End-of-chapter machine-learning exercises: author, release, grade, learn."""


def _root_of_served(words: Sequence[str]) -> Path | None:
    """Return the checkout whose resident may run a command; None where it has nothing to give."""
    if not words or words[0] not in resident.COMMANDS or not {"--help", "--dask"}.isdisjoint(words):
        return None
    with contextlib.suppress(SetupError):  # said where the command is run
        return Project.find().root
    return None


def main() -> None:
    """Run the command; an error of ours, or of the disk, is one readable message and exit status 1."""
    atexit.register(gc.freeze)  # at the very end, else a third of a second is spent in search of cyclic garbage
    if resident.usable() and (root := _root_of_served(sys.argv[1:])):
        status = resident.served(root, "course", sys.argv[1:])
        if status is not None:
            sys.exit(status)
        atexit.register(resident.started_later, root)
    try:
        app()
    except CourseError as error:
        message = str(error)
    except OSError as error:
        message = f"{error.filename or 'a file'}: {error.strerror or error}. Free some space or mend the permissions."
    else:
        return
    from rich.markup import escape

    err.print(escape(message), highlight=False, style="red")
    sys.exit(1)
