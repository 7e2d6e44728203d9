"""``pytest autograder``: judges a learner's own notebook in the terminal.

A check is an ordinary test to pytest; here it becomes an item that is put to the submission through the same judge as
in a class, and reports a sentence instead of a traceback.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

import pytest

from autograder.engine.judging.checks import Check
from autograder.engine.result import CheckResult, Outcome
from autograder.learner.narrowing import Narrowing
from autograder.learner.submission import Learner, NotBegun
from autograder.testing.chapter import not_installed
from autograder.testing.marks import check_of
from course.errors import CourseError
from course.project import Project

_LEARNER = pytest.StashKey["Learner"]()
_NARROWING = pytest.StashKey["Narrowing"]()


def pytest_configure(config: pytest.Config) -> None:
    """Called by pytest once, before it collects."""
    learner = Learner(Project.find(config.rootpath), config.getoption("--submission"), tell=partial(_tell, config))
    config.add_cleanup(learner.close)
    try:
        learner.look()
    except CourseError as error:
        raise pytest.UsageError(str(error)) from error
    config.stash[_LEARNER] = learner
    config.stash[_NARROWING] = Narrowing(Project.find(config.rootpath), str(config.option.keyword or ""))
    if not config.option.collectonly:
        learner.begin()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Called by pytest before it imports a file: leave out a file of checks that ``-k`` can't be about, or of a chapter
    that has not been begun beside others that have."""
    narrowing = config.stash[_NARROWING]
    idle = config.stash[_LEARNER].begun and not _is_begun(config, narrowing.chapter_of(collection_path))
    return True if idle or narrowing.leaves_out(collection_path) else None


def _is_begun(config: pytest.Config, chapter: str) -> bool:
    """Whether a chapter has been begun, or is asked for by name."""
    asked = config.option.keyword or config.option.collectonly
    return bool(asked) or not chapter or chapter in config.stash[_LEARNER].begun


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> CheckFile:
    """Called by pytest for each file that it collects."""
    file: CheckFile = CheckFile.from_parent(parent, path=module_path)
    return file


def _tell(config: pytest.Config, text: str) -> None:
    """Write a line to the terminal while an item is run."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    capture = config.pluginmanager.get_plugin("capturemanager")  # it has the terminal while an item is run
    if reporter is not None:
        with capture.global_and_fixture_disabled() if capture else contextlib.nullcontext():
            reporter.ensure_newline()
            reporter.write_line(text)


def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> CheckItem | None:
    """Called by pytest for each name of a module; a check becomes an item of ours."""
    check = check_of(obj)
    if check is None:
        return None
    item: CheckItem = CheckItem.from_parent(collector, name=f"{name}[{check.exercise}]", check=check)
    return item


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Called by pytest after ``-k`` has chosen: keep what has been begun, and of what can't be read one check."""
    wanted = str(config.option.keyword or "")
    if wanted and not items and not session.testsfailed:  # else pytest says what could not be collected
        raise pytest.UsageError(
            f"-k '{wanted}' is in no exercise's number and no check's name; exercises are called as in `p.03.1`."
        )
    if not config.getoption("--full-size"):
        later = [item for item in items if isinstance(item, CheckItem) and item.check.full_size]
        if wanted and later and len(later) == len(items):
            raise pytest.UsageError(f"-k '{wanted}' names what is asked on all the data: add --full-size to run it.")
        _leave_out(config, items, later)
    if config.option.collectonly:
        return
    learner, idle = config.stash[_LEARNER], []
    for item in items:
        if isinstance(item, CheckItem):
            try:
                begun = learner.is_begun(item.chapter, item.check.exercise)
            except CourseError as error:
                if learner.is_one_notebook:
                    raise pytest.UsageError(str(error)) from error
                begun = learner.is_first_trouble(item.chapter)  # which this one item then says
            if not begun:
                idle.append(item)
    _leave_out(config, items, idle)


def _leave_out(config: pytest.Config, items: list[pytest.Item], some: Sequence[pytest.Item]) -> None:
    if some:
        config.hook.pytest_deselected(items=some)
        gone = set(map(id, some))
        items[:] = [item for item in items if id(item) not in gone]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Called by pytest at the end: points per exercise."""
    lines = list(config.stash[_LEARNER].summary())
    if lines and not config.option.collectonly:
        terminalreporter.section("your points")
        for line in lines:
            terminalreporter.write_line(line)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Called by pytest after the last item: nothing begun is no failure; and spare it five searches for garbage among
    a million imported objects."""
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and session.config.stash[_LEARNER].is_idle:
        session.exitstatus = pytest.ExitCode.OK
    gc.freeze()


class NotPassed(Exception):
    """A check that failed or was not judged; pytest shows `CheckItem.repr_failure` instead of a traceback."""

    def __init__(self, result: CheckResult) -> None:
        super().__init__(result.sentence)
        self.result = result


class CheckFile(pytest.Module):
    """A file of checks; it may need a library that is not here."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Called by pytest for what is in the file."""
        try:
            return super().collect()
        except self.CollectError as error:
            cause, root = error.__cause__, Project.find(self.config.rootpath).root
            chapter = self.path.parent.name
            said = not_installed(cause, chapter, root) if isinstance(cause, ModuleNotFoundError) else ""
            if said and not _is_begun(self.config, chapter):
                return []
            raise (self.CollectError(said) if said else error) from cause


class CheckItem(pytest.Item):
    """One check, put to the learner's submission."""

    def __init__(self, *, check: Check, **rest: object) -> None:
        super().__init__(**rest)  # type: ignore[arg-type]  # pytest's own: name, parent
        self.check = check
        self.chapter = self.path.parent.name

    def runtest(self) -> None:
        """Called by pytest to run the item."""
        try:
            result = self.config.stash[_LEARNER].judge(self.chapter, self.check)
        except NotBegun as hint:
            raise pytest.skip.Exception(str(hint)) from None  # at one place, so that pytest tells one cause once
        if result.outcome is not Outcome.PASSED:
            raise NotPassed(result)

    def repr_failure(  # type: ignore[override]  # a text is all there is to show
        self, excinfo: pytest.ExceptionInfo[BaseException], style: None = None
    ) -> str:
        """Called by pytest for what it prints of a failure."""
        error = excinfo.value
        if isinstance(error, CourseError):
            return str(error)
        if not isinstance(error, NotPassed):
            return str(excinfo.getrepr(style="short"))
        result = error.result
        if result.outcome is Outcome.NOT_JUDGED:
            return f"Not judged, and no fault of yours: {result.trouble}"
        return "\n".join(
            line for line in (result.sentence, result.detail, result.hint and f"Hint: {result.hint}") if line
        )

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Called by pytest for the item's place and heading."""
        return (
            self.path,
            self.check.function.__code__.co_firstlineno - 1,
            f"{self.check.exercise}: {self.check.name.removeprefix('test_').replace('_', ' ')}",
        )
