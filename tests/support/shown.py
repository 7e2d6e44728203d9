"""What a cell to look at shows: it is run after the imports and the answers of its chapter, in this process."""

from __future__ import annotations

import functools
import sys
from types import ModuleType
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch

from course.authoring.build import assemble
from course.project import Project
from course.syllabus import load_syllabus
from tests.support.checkout import ROOT
from tests.support.look_cells import is_check, is_demo


def shown(chapter: str, text: str) -> dict[str, Any]:
    """Run the one cell to look at of a chapter that has `text` in it; return the names it leaves behind."""
    looks, given = _notebook(chapter)
    (source,) = [source for source in looks if text in source]
    names = dict(given)
    plt.close("all")
    torch.manual_seed(0)  # whatever a picture leaves to chance
    np.random.seed(0)
    exec(compile(source, f"<{chapter}>", "exec", dont_inherit=True), names)  # noqa: S102  # our own notebook
    return names


def heights(axis: Any) -> dict[str, np.ndarray]:
    """The curves of a picture, by their labels."""
    return {line.get_label(): np.asarray(line.get_ydata(), dtype=float) for line in axis.get_lines()}


def marked(axis: Any) -> float:
    """Where the dashed line stands."""
    (line,) = [line for line in axis.get_lines() if line.get_linestyle() == "--"]
    return float(line.get_xdata()[0])


@functools.cache
def _notebook(chapter: str) -> tuple[list[str], dict[str, Any]]:
    """A chapter's cells to look at, and what all its other cells define."""
    plt.switch_backend("agg")
    draft = assemble(Project(ROOT), load_syllabus(Project(ROOT).syllabus).find(chapter))
    cells = [cell for cell in draft.notebook.cells if cell.cell_type == "code"]
    module = sys.modules[f"shown_{chapter}"] = ModuleType(f"shown_{chapter}")  # where its classes are looked for
    for cell in cells:
        if not is_demo(cell) and not is_check(cell):
            exec(compile(cell.source, f"<{chapter}>", "exec", dont_inherit=True), vars(module))  # noqa: S102  # our own
    return [cell.source for cell in cells if is_demo(cell)], vars(module)
