"""Opens a chapter's assignment for grading: released notebook, checks, thresholds, and the course's key."""

from __future__ import annotations

import functools
import importlib
import linecache
import math
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.classroom.course_key import course_key
from autograder.classroom.fingerprints import ChapterFingerprints, engine_digest, sources_digest
from autograder.engine.judging.grade import Assignment, Released
from autograder.engine.judging.judge import Examiner
from autograder.testing.chapter import load_chapter
from autograder.testing.data_source import data_source
from course.authoring.thresholds import load_calibrations
from course.errors import EngineError, SetupError
from course.project import Project
from course.syllabus import Chapter, load_syllabus

KEPT_OPEN = 4  # assignments that a process keeps open
LOOK_SECONDS = 0.5  # from one look at its files to the next
_CHAPTER_CODE = ("autograder.checks.", "autograder.mutants.", "solutions.")


@dataclass(frozen=True)
class Opened:
    """An assignment with the keys that results of its submissions are stored under."""

    assignment: Assignment
    fingerprints: ChapterFingerprints


def opened(project: Project, name: str) -> Opened:
    """Return an assignment that this process keeps open for as long as none of its files changes. It looks for changes
    once in `LOOK_SECONDS`, since there are a thousand files and each hand-in of a class asks.

    Raises
    ------
    SetupError : no such chapter, or it has not been released.
    EngineError : the engine's own files have changed since this process began to use them.
    """
    looked, sources = _looked.get((project, name), (-math.inf, ""))
    if time.monotonic() - looked > LOOK_SECONDS:
        if engine_digest(project) != engine_at_start(project):
            raise EngineError("The grader's own code has changed since this process was started: start it again.")
        sources = sources_digest(project, name)
        _looked[project, name] = (time.monotonic(), sources)
    return _opened(project, name, sources, os.environ.get("COURSE_KEY", ""))


engine_at_start = functools.cache(engine_digest)
_opened_before: set[tuple[Project, str]] = set()
_looked: dict[tuple[Project, str], tuple[float, str]] = {}  # when, and what was found


@functools.lru_cache(maxsize=KEPT_OPEN)
def _opened(project: Project, name: str, sources: str, key: str) -> Opened:
    """`sources` and `key` stand for what is read here: another value means that it has to be read again."""
    if (project, name) in _opened_before:
        for module in [module for module in sys.modules if module.startswith(_CHAPTER_CODE)]:
            del sys.modules[module]  # as imported before the change
        importlib.invalidate_caches()
        linecache.checkcache()
    _opened_before.add((project, name))
    assignment = open_assignment(project, name)
    return Opened(assignment, ChapterFingerprints.of(project, assignment))


def open_assignment(project: Project, name: str) -> Assignment:
    """Return the assignment of the chapter called `name`, as it was released.

    Raises
    ------
    SetupError : no such chapter, or it has not been released.
    """
    chapter = load_syllabus(project.syllabus).find(name)
    release = read_release(project, chapter)
    return Assignment(chapter, release, open_examiner(project, chapter), course_key(project))


def read_chapter(project: Project, name: str) -> Released:
    """Return what was released of the chapter called `name`; unlike `open_assignment` it imports no check.

    Raises
    ------
    SetupError : no such chapter, or it has not been released.
    """
    chapter = load_syllabus(project.syllabus).find(name)
    return Released(chapter, read_release(project, chapter))


def read_release(project: Project, chapter: Chapter) -> NotebookNode:
    """Return the released notebook of a chapter.

    Raises
    ------
    SetupError : it has not been released.
    """
    path = released_notebook(project, chapter)
    if not path.exists():
        raise SetupError(f"{chapter.name} has not been released: run `course release {chapter.short}` first.")
    notebook: NotebookNode = nbformat.read(path, as_version=4)
    return notebook


def open_examiner(project: Project, chapter: Chapter) -> Examiner:
    """Return what judges the answers of a chapter."""
    project.importable()
    return Examiner(load_chapter(chapter.name), load_calibrations(project.checks, chapter.name), data_source)


def released_notebook(project: Project, chapter: Chapter) -> Path:
    """Return where the released notebook is, or would be."""
    return project.build / "release" / chapter.name / f"{chapter.name}.ipynb"
