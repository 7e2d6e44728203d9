"""What a notebook asks of the grader, where its reader has one: in a checkout of their own, by a process of its own.

Nothing is asked where nobody sits in front of the notebook (nbgrader, our own grading, `nbconvert`), nor on a hub,
where points are at stake. `course` knows the grader by its module's name only.
"""

from __future__ import annotations

import contextlib
import importlib.machinery
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.errors import CourseError
from course.notebook_cells import code_cells, run_otherwise, shell
from course.project import Project

MODULE = "autograder.learner.notebook"
_SECONDS = 1200  # as long as a chapter's notebook may take; an interrupt ends it at any time


class NotAsked(Exception):
    """The grader could not be asked; the text is a sentence for the reader."""


@dataclass(frozen=True)
class OwnCheckout:
    """The grader at hand.

    Attributes
    ----------
    root : of the checkout.
    notebook : the file of the notebook that asks; None where it can't be told.
    """

    root: Path
    notebook: Path | None

    def ask(self, what: str, exercise: str, *words: str) -> dict[str, Any]:
        """Return the answer to a question; see `MODULE`.

        Raises
        ------
        NotAsked : there is none, and the text says why.
        """
        command = [sys.executable, "-m", MODULE, what, exercise, str(self.notebook or ""), *words]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("JPY_")}
        try:
            done = subprocess.run(
                command,
                cwd=self.root,
                env=kept | {"MPLBACKEND": "agg"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=_SECONDS,
            )
            answer = json.loads(done.stdout.splitlines()[-1])
        except subprocess.TimeoutExpired:
            raise NotAsked(f"The hidden checks took longer than {_SECONDS // 60} minutes, and were ended.") from None
        except (OSError, ValueError, IndexError):
            raise NotAsked(
                "The hidden checks could not be asked: `course learn` in a terminal of the checkout says why."
            ) from None
        if error := answer.get("error"):
            raise NotAsked(str(error))
        return dict(answer)

    def unsaved(self, names: tuple[str, ...]) -> bool:
        """Whether a cell that defines one of these names was run in a form that is not in the notebook's file."""
        if self.notebook is None:
            return False
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            return bool(run_otherwise(names, code_cells(self.notebook.read_text(encoding="utf-8"))))
        return False


def own_checkout(scope: Mapping[str, Any]) -> OwnCheckout | None:
    """Return the grader that the reader of this notebook has; None where there is none, or nobody reads, or on a hub.

    Parameters
    ----------
    scope : the notebook's names, among which some editors put where it is.
    """
    if not is_read(scope) or "JUPYTERHUB_USER" in os.environ:
        return None
    notebook = notebook_file(scope)
    with contextlib.suppress(CourseError, OSError):
        root = Project.find(notebook.parent if notebook else None).root
        package = importlib.machinery.PathFinder.find_spec("autograder", [str(root)])
        if package is not None and (root / "solutions").is_dir():
            return OwnCheckout(root, notebook)
    return None


def is_read(scope: Mapping[str, Any]) -> bool:
    """Whether somebody has run this cell in an editor, which shows pages: it names the cell, and grading does not."""
    if any(name in os.environ for name in ("NBGRADER_EXECUTION", "NBGRADER_VALIDATING")):
        return False
    kernel = getattr(shell(), "kernel", None)
    if kernel is None:
        return False
    return "__vsc_ipynb_file__" in scope or "google.colab" in sys.modules or "cellId" in _message(kernel)


def notebook_file(scope: Mapping[str, Any]) -> Path | None:
    """Return the notebook's file, as VS Code says or a Jupyter server; None where it can't be told."""
    for named in (scope.get("__vsc_ipynb_file__"), os.environ.get("JPY_SESSION_NAME")):
        path = Path(named) if isinstance(named, str) and named.endswith(".ipynb") else None
        with contextlib.suppress(OSError, ValueError):  # a name that is too long, or that no path may have
            if path and path.is_file():
                return path.resolve()
    return None


def _message(kernel: Any) -> Mapping[str, Any]:
    """What an editor has written beside the cell that runs; each editor's kernel may have another idea of it."""
    try:
        return dict(kernel.get_parent()["metadata"])
    except Exception:
        return {}
