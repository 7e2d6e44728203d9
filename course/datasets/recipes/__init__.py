"""How each small model was trained: a module of its name, with ``make(folder)``, which trains it from nothing.

A recipe uses fixed seeds, one thread and the course's real data sets, and takes minutes. On the same processor and
with the same PyTorch it makes the same files, byte for byte; elsewhere sums may be rounded in another order.
"""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from course.datasets.places import refuse_altered
from course.datasets.registry import info, names
from course.errors import DataError


def make_again(chosen: Sequence[str] = ()) -> Iterator[str]:
    """Train small models from nothing, and compare them with those that come with the course.

    Parameters
    ----------
    chosen : their names; none: all.

    Yields
    ------
    A line for each that has come out the same.

    Raises
    ------
    DataError : one of them is no small model, the data it learns from is missing, or it has come out otherwise; what
        was made is kept, and the message says where.
    """
    recipes = {name: info(name).recipe for name in chosen or names()}
    for name, recipe in recipes.items():
        if recipe:
            yield _made_again(name, recipe)
        elif chosen:
            raise DataError(f"{info(name).title} was not made by the course: `course data {name}` fetches it.")


def _made_again(name: str, recipe: str) -> str:
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    importlib.import_module(recipe).make(folder)
    files = info(name).upstream.files
    for file in files:
        refuse_altered(
            file,
            folder / file.name,
            "another processor or another PyTorch rounds otherwise; where the recipe has changed, put these files into "
            f"course/datasets/weights/{name} and their checksums into the registry",
        )
    return f"{name}: made again, with the same checksums ({', '.join(file.name for file in files)})"
