"""Makes ``pytest autograder`` use the plug-in; nothing else loads it.

A resident that runs has imported what the plug-in imports, which takes most of the time: it is asked first.
"""

from __future__ import annotations

import pytest

from course import resident
from course.project import Project


def pytest_addoption(parser: pytest.Parser) -> None:
    """Called by pytest once, before it reads the command line."""
    group = parser.getgroup("course")
    text = "what is judged: your notebooks in work/ (default), a notebook's path, or 'solutions' for the reference"
    group.addoption("--submission", default="work", metavar="PATH|solutions", help=text)
    text = "judge what is asked on all the data, too: minutes for each of these exercises"
    group.addoption("--full-size", action="store_true", help=text)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Called by pytest once it knows its options; a status in the place of None says that all has been done."""
    root = Project.find(config.rootpath).root
    if _may_be_served(config):
        status = resident.served(root, "pytest", [str(word) for word in config.invocation_params.args])
        if status is not None:
            return status
        config.add_cleanup(lambda: resident.started_later(root))
    from autograder.learner import plugin

    config.pluginmanager.register(plugin, "course-learner")
    return None


def _may_be_served(config: pytest.Config) -> bool:
    """Whether this is a process of its own: one of xdist's, or of a test that calls pytest, goes on where it is."""
    given = config.invocation_params.plugins
    asks = config.getoption("usepdb") or config.getoption("trace")  # by the terminal's own keyboard
    return not given and not asks and not hasattr(config, "workerinput") and resident.usable()
