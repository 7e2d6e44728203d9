"""Loads a chapter: gathers what is marked in its checks, its mutants and its full-size figures."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.engine.judging.checks import Answers, ChapterChecks, Check, Variant
from autograder.testing.marks import MARK, Headline
from course.errors import AuthorError, Problem, SetupError
from course.project import Project


def load_chapter(chapter: str) -> ChapterChecks:
    """Import a chapter's checks. The checkout must be importable (`Project.activate`)."""
    found = _gather("autograder.checks", chapter, Project.check_files, "test_<theme>.py")
    checks = tuple(item for item in found if isinstance(item, Check))
    return ChapterChecks(chapter, checks, functools.partial(_load_answers, chapter))


def _load_answers(chapter: str) -> Answers:
    found = _gather("autograder.mutants", chapter, Project.mutant_files, "<theme>.py")
    variants = [item for item in found if isinstance(item, Variant)]
    return Answers(
        load_reference(chapter),
        mutants=tuple(item for item in variants if item.fails),
        alternatives=tuple(item for item in variants if not item.fails and not item.looks_up),
        lookups=tuple(item for item in variants if item.looks_up),
    )


def load_reference(chapter: str) -> dict[str, Any]:
    """Import a chapter's solutions, and return all names of all its themes."""
    names: dict[str, Any] = {}
    for module in _modules("solutions", chapter, Project.solution_files, "<theme>.py"):
        names |= {name: value for name, value in vars(module).items() if not name.startswith("__")}
    return names


def load_headlines(chapter: str) -> tuple[Headline, ...]:
    """Import a chapter's full-size figures."""
    found = _gather("autograder.checks", chapter, Project.headline_files, "headline.py")
    return tuple(item for item in found if isinstance(item, Headline))


_Files = Callable[[Project, str], list[Path]]


def _gather(package: str, chapter: str, files: _Files, wanted: str) -> Iterator[object]:
    """Yield what is marked in a chapter's modules of a package."""
    for module in _modules(package, chapter, files, wanted):
        yield from _marked(module)


def _modules(package: str, chapter: str, files: _Files, wanted: str) -> Iterator[ModuleType]:
    """Import a chapter's modules below `package`, in the order of their names."""
    # Of a checkout: solutions, autograder/checks or autograder/mutants.
    folder = Path(importlib.import_module(package).__path__[0])
    root = folder.parents[package.count(".")]
    found = files(Project(root), chapter)
    if not found:
        raise AuthorError([Problem(folder / chapter, 0, f"there is no {wanted} in it.")])
    for path in found:
        try:
            yield importlib.import_module(f"{package}.{chapter}.{path.stem}")
        except ModuleNotFoundError as error:
            if said := not_installed(error, chapter, root):
                raise SetupError(said) from error
            raise


def not_installed(error: ModuleNotFoundError, chapter: str, root: Path) -> str:
    """Say which library a chapter needs that is not here; empty if the module would be one of the checkout's own."""
    name = (error.name or "").partition(".")[0]
    if not name or any((root / one).exists() for one in (name, f"{name}.py")):
        return ""
    return f"{chapter} needs {name}, which is not installed here: run `make setup`."


def _marked(module: ModuleType) -> Iterator[object]:
    for value in vars(module).values():
        # A class that inherits from a marked one is not marked itself.
        if getattr(value, "__module__", None) == module.__name__ and MARK in getattr(value, "__dict__", {}):
            yield vars(value)[MARK]
