"""What a resident has imported, and how it knows that this is not what a new process would import."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.classroom.closure import closure
from autograder.classroom.fingerprints import engine_digest, engine_files, environment, files_digest
from course.project import Project

# Of libraries and of ours: what grading a class, its feedback pages and `pytest autograder` import. Left out is what
# looks at its terminal when it is imported (`course.console`, and all commands), and any check.
_LIBRARIES = (
    "nbclient", "nbformat", "zmq", "jupyter_client.manager", "jupyter_client.provisioning.local_provisioner",
    "jupyter_client.asynchronous.client", "nbgrader.api", "nbgrader.converters", "nbgrader.preprocessors", "nbconvert",
    "sqlalchemy.dialects.sqlite", "sqlite3", "alembic", "pydantic", "pydantic_settings", "typer", "rich.console",
    "rich.table", "rich.progress", "rich.markdown", "markdown_it", "mdit_py_plugins.dollarmath", "nh3", "PIL.Image",
    "pygments.lexers.python", "jinja2", "joblib", "pytest", "_pytest.terminal", "_pytest.cacheprovider", "xml.etree",
    "multiprocessing.forkserver", "concurrent.futures.process", "importlib.metadata", "statsmodels.api", "requests",
)  # fmt: skip
OURS = (
    "autograder.classroom.assignment", "autograder.classroom.executors", "autograder.classroom.grading",
    "autograder.classroom.hand_in", "autograder.classroom.pages", "autograder.engine.session.kernel",
    "autograder.engine.warm.launcher", "autograder.engine.warm.provisioner", "autograder.feedback.page",
    "autograder.learner.plugin", "autograder.testing", "autograder.testing.chapter",
)  # fmt: skip
# What a forked command imports by itself; counted as well, so that it meets no other version of the rest.
_LATER = (
    "autograder.classroom.commands", "autograder.classroom.class_table", "autograder.classroom.progress",
    "autograder.conftest", "autograder.classroom.worker_imports", "course.cli", "course.console",
)  # fmt: skip

_PLACES = tuple(sys.path)  # before a library has put others there


@dataclass(frozen=True)
class Version:
    """Of all that this process has imported: the content of our own files, and when the libraries' folders changed."""

    ours: str
    libraries: tuple[tuple[str, int], ...]

    @classmethod
    def now(cls, project: Project) -> Version:
        """Return what a process that starts now would import. Raises `OSError` where a file can't be read."""
        files = closure(project.root, engine_files(project), (*OURS, *_LATER, "autograder.resident.server"))
        content = (project.checks, project.mutants, project.solutions)  # which each command imports anew
        kept = [path for path in files if not any(path.is_relative_to(folder) for folder in content)]
        return cls(files_digest(kept) + engine_digest(project), tuple(_changed(_PLACES, project.root)))


def _changed(places: Iterable[str], root: Path) -> Iterable[tuple[str, int]]:
    """Yield the folders that libraries are imported from, with the time at which something was put in or taken out."""
    for place in places:
        if place and Path(place) != root and os.path.exists(place):
            yield place, os.stat(place).st_mtime_ns


def import_all(names: Iterable[str]) -> None:
    """Import modules; one that can't be is left to the command that needs it."""
    for name in names:
        try:
            importlib.import_module(name)
        except Exception:
            continue


def _import_plugins() -> None:
    """Have pytest import its plug-ins itself: it rewrites what it imports, and warns of what was imported before."""
    import pytest

    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        pytest.main(["--version"])


def import_commands(project: Project) -> Version | None:
    """Import all of `_LIBRARIES` and `OURS`; return their version, None where something has changed meanwhile."""
    began = time.time_ns()
    before = Version.now(project)
    import_all(_LIBRARIES)
    import_all(OURS)
    _import_plugins()
    from autograder.classroom.assignment import engine_at_start

    engine_at_start(project)  # what a worker compares with before each hand-in: it was imported here
    environment(project)
    after = Version.now(project)
    return after if after == before and not _touched_since(began, project) else None


def _touched_since(moment: int, project: Project) -> bool:
    """Whether a file of ours was changed after a moment, in nanoseconds since 1970: before it was imported, perhaps."""
    files = closure(project.root, engine_files(project), OURS)
    return any(path.stat().st_ctime_ns > moment for path in files)


def megabytes() -> int:
    """Return the memory of this process that is in use, in MB."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20
