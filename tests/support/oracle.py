"""Independent oracles of our references: which test asks which, by exercise; and their list, docs/oracles.md.

``python -m tests.support.oracle`` writes the list.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import pytest

from course.project import Project
from course.syllabus import Chapter, load_syllabus

PAGE = "docs/oracles.md"
HEAD = """# What our references are compared with

A reference is only as right as what it was compared with. Each is tried against something that was not written for it:
a library, a closed form, brute force, or a property that the mathematics promises (drawn by hypothesis), in
`tests/solutions/test_<chapter>.py`. Written by `python -m tests.support.oracle`.
"""
_Test = TypeVar("_Test", bound=Callable[..., Any])


def oracle(exercise: str, by: str) -> Callable[[_Test], _Test]:
    """Mark a test that compares the reference of an exercise with an oracle, and say in a few words with which."""
    return pytest.mark.oracle(exercise, by)


def modules() -> Iterator[tuple[Chapter, ModuleType]]:
    """Yield each chapter with the module of its oracles."""
    for chapter in load_syllabus(Project.find().syllabus):
        yield chapter, importlib.import_module(f"tests.solutions.test_{chapter.name}")


def oracles(module: ModuleType) -> dict[str, list[str]]:
    """Return what each exercise is compared with, in the order of the tests."""
    found: dict[str, list[str]] = {}
    for _, test in inspect.getmembers(module, inspect.isfunction):
        for mark in getattr(test, "pytestmark", []):
            if mark.name == "oracle":
                exercise, by = mark.args
                found.setdefault(exercise, []).append(by)
    return {exercise: sorted(set(by)) for exercise, by in found.items()}


def page() -> str:
    """Return the list in Markdown."""
    lines = [HEAD]
    for chapter, module in modules():
        found, without = oracles(module), module.WITHOUT
        lines += [f"## {chapter.short}", "", "| exercise | compared with |", "|---|---|"]
        for exercise in chapter.exercise:
            if exercise.id in found or exercise.id in without:
                told = "; ".join(found.get(exercise.id, [])) or f"nothing: {without[exercise.id]}"
                lines.append(f"| {exercise.id} | {told} |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    (Path(__file__).resolve().parents[2] / PAGE).write_text(page(), encoding="utf-8")
