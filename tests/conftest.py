"""Fixtures and options that more than one module uses."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from xdist.scheduler import LoadScopeScheduling

import autograder  # noqa: F401  # before nbformat, since it rules out a slow optional import
from course import console, resident
from course.project import Project
from course.syllabus import load_syllabus
from tests.support.checkout import ROOT

if TYPE_CHECKING:
    from hub_config.exchange.rules import Exchange

# Tests run commands in many checkouts, each of which would start a process that stays; those about it turn it on.
os.environ[resident.SWITCH] = "0"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--chapter", help="test the contract of this chapter only, e.g. ch04")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is about no chapter where one is asked for."""
    if config.getoption("chapter"):
        left_out = [item for item in items if "chapter" not in getattr(item, "fixturenames", ())]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


class Together(LoadScopeScheduling):
    """Has one process run a whole module, or of the chapters' contract all that is about an exercise, so that what the
    tests share is made once. (xdist's own ``loadgroup`` groups nothing with pytest 9.)
    """

    def _split_scope(self, nodeid: str) -> str:
        """Called by xdist for each test; tests of one scope stay together."""
        module = nodeid.partition("::")[0]
        exercise = _EXERCISE.search(nodeid)
        return exercise[1] if exercise and module in _BY_EXERCISE else module


_BY_EXERCISE = ("tests/test_chapters.py", "tests/test_lookups.py", "tests/test_look_cells.py")
_CHAPTERS = "|".join(chapter.name for chapter in load_syllabus(Project(ROOT).syllabus))
_EXERCISE = re.compile(rf"\[(?:[a-z_]+-)?((?:p|tf\d)\.\d\d\.\d+|{_CHAPTERS})")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    """Called by xdist where tests are run by several processes."""
    return Together(config, log)


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    """What a command that is called in this process closes (`Project.activate`) is open again for the next test."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Printed for a wide terminal, whatever COLUMNS said when the console was made, so that no sentence is cut."""
    monkeypatch.setattr(console.out, "width", 200)
    monkeypatch.setattr(console.err, "width", 200)


@pytest.fixture
def exchange(tmp_path: Path) -> Exchange:
    """An empty exchange, as most tests of it begin."""
    from tests.support.exchange_server import make_exchange

    return make_exchange(tmp_path / "exchange")


@pytest.fixture
def url(exchange: Exchange) -> Iterator[str]:
    """Where it is served."""
    from tests.support.exchange_server import serving

    with serving(exchange) as url:
        yield url


@pytest.fixture
def unix() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a connection."""
    left, right = socket.socketpair()
    with left, right:
        yield left, right
