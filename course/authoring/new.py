"""Lays out the files of a new chapter: what is in which of them, and what is still to be written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from course.errors import SetupError
from course.files import write_atomically
from course.project import Project
from course.syllabus import Chapter, load_syllabus

_SYLLABUS = """
[[chapter]]
name = "{name}"
title = "{title}"

[[chapter.exercise]]
id = "{exercise}"
kind = "code"          # or closed, or text
title = "{title}"
section = "{title}"    # the book's section it belongs to
minutes = 5            # of a student's work; a point is about five
difficulty = "easy"    # or medium, or hard; extra = true if later exercises don't need it
"""
_SOURCE = """\
# %% [markdown]
# # {title}
#
# What it is about, in two sentences.
#
# ### Afterwards you can
#
# - say in three to five points what one can do afterwards;
# - begin each of them with a verb;
# - promise nothing that no exercise asks for.
#
# ### Before you start
#
# You need to have read the chapter. It takes about {{minutes}} minutes in all.

# %%
import numpy as np

# %% [markdown]
# ## The first exercise
#
# Write `answer`, and say here what it is to do.

# %% exercise="{exercise}" points=1
from solutions.{name}.{theme} import answer

# %% [markdown]
# ## Further
#
# - An experiment that nobody grades.
# - Another one.
"""
_SOLUTIONS = '"""{title}, {theme}: the answers."""\n'
_CHECKS = '"""Hidden checks of {name}: {theme} ({exercise})."""\n\nfrom autograder.testing import check\n'
_MUTANTS = (
    '"""{title}, {theme}: wrong answers that must fail, and right ones that must pass."""\n\n'
    "from autograder.testing import alternative, mutant\n"
)


def new(project: Project, name: str, title: str, theme: str) -> list[Path]:
    """Write the files of a chapter with one exercise, and enter it into the syllabus; return what was written.

    Parameters
    ----------
    name : the chapter's, such as ``ch98_example``; its exercise gets the id ``p.98.1``.
    theme : the one file name that the exercise has in solutions, checks and mutants.

    Raises
    ------
    SetupError : a name is none, or something of that name is there already; then nothing is written.
    """
    if not re.fullmatch(r"[a-z0-9]+_[a-z0-9_]+", name):
        raise SetupError(f"{name!r} is no name for a chapter: it has two parts or more, such as ch98_example.")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", theme):
        raise SetupError(f"{theme!r} is no name for a theme: small letters, digits and '_', such as columns.")
    files = _files(project, name, title, theme)
    chapters: list[Chapter] = list(load_syllabus(project.syllabus)) if project.syllabus.exists() else []
    there = [path for path in files if path.exists()]
    if there or name in {chapter.name for chapter in chapters}:
        where = ", ".join(str(path.relative_to(project.root)) for path in there) or project.syllabus.name
        raise SetupError(f"{name} is there already, in {where}: nothing was written.")
    text = project.syllabus.read_text(encoding="utf-8") if project.syllabus.exists() else ""
    taken = {exercise.id for chapter in chapters for exercise in chapter.exercise}
    exercise = _exercise(name)
    if exercise in taken:
        raise SetupError(f"{exercise} is another chapter's exercise already: choose a name with another number.")
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
    entry = _SYLLABUS.format(name=name, title=title, exercise=exercise)
    write_atomically(project.syllabus, text + entry)
    return [project.syllabus, *files]


def _files(project: Project, name: str, title: str, theme: str) -> Mapping[Path, str]:
    words = {"name": name, "title": title, "theme": theme, "exercise": _exercise(name)}
    return {
        project.source / f"{name}.py": _SOURCE.format(**words),
        project.solutions / name / "__init__.py": f'"""{title}: the answers."""\n',
        project.solutions / name / f"{theme}.py": _SOLUTIONS.format(**words),
        project.checks / name / "__init__.py": "",
        project.checks / name / f"test_{theme}.py": _CHECKS.format(**words),
        project.mutants / name / "__init__.py": "",
        project.mutants / name / f"{theme}.py": _MUTANTS.format(**words),
    }


def _exercise(name: str) -> str:
    number = re.match(r"ch(\d\d)_", name)
    return f"p.{number[1] if number else '00'}.1"
